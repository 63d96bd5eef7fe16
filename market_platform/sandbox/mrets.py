"""The simulated M-RETS: its JSON:API over the world's certificate generation. Everything it serves is simulated.

What is written to it is remembered by a desk (``mrets_desk``). Rate limits and outages come from the sandbox's fault plan.
"""

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import httpx

from market_platform.sandbox.mrets_desk import MretsDesk, Refusal
from market_platform.sandbox.mrets_desk import identity as _identity
from market_platform.sandbox.world import World

HOSTS = ("app.mrets.org",)
PREFIX = "/v1/public/"
MEDIA_TYPE = "application/vnd.api+json"
DEFAULT_PAGE, LARGEST_PAGE = 25, 1000
MONTHS_KEPT = 12
ORGANIZATION, ACCOUNT, RETIRED = "Simulated Prairie Power", "Prairie active", "Prairie retirement"
OTHERS = ("Simulated Birch Power", "Simulated Harbor Utility")


def respond(world: World, request: httpx.Request, now: datetime, desk: MretsDesk | None = None) -> httpx.Response:
    """Answer one request as the registry would at ``now``; without a desk nothing is remembered."""
    if not request.headers.get("X-Api-Key"):
        return _failure(401, "Unauthorized", "Missing or incorrect authentication credentials.")
    path = request.url.path.removeprefix(PREFIX).removeprefix("rec/").strip("/")
    desk = desk or MretsDesk()
    known = _resources(world, now, desk)
    if request.method in ("POST", "PUT"):
        try:
            return _written(path, request, now, desk, known)
        except Refusal as refusal:
            if refusal.detail.startswith("{"):
                return _document(json.loads(refusal.detail), refusal.status)
            return _failure(refusal.status, "Unprocessable Entity", refusal.detail)
        except (ValueError, KeyError, TypeError):
            return _failure(422, "Unprocessable Entity", "The JSON body of the request is badly formed.")
    kind, _, identifier = path.partition("/")
    resources = known.get(kind)
    if resources is None:
        return _failure(404, "Record not found", f"There is no collection {kind}.")
    if identifier:
        found = [item for item in resources if item["id"] == identifier]
        if not found:
            return _failure(404, "Record not found", f"The record identified by {identifier} could not be found.")
        return _document({"data": found[0]})
    return _page(resources, request)


def _page(resources: list[dict[str, Any]], request: httpx.Request) -> httpx.Response:
    params = request.url.params
    for name, value in params.items():
        if name.startswith(("filter[", "filters[")):
            field = name.partition("[")[2].rstrip("]")
            resources = [item for item in resources if _matches(item["attributes"], field, value)]
    for field in reversed([part for part in params.get("sort", "").split(",") if part]):
        resources = sorted(
            resources, key=lambda item: str(item["attributes"].get(field.lstrip("-"))), reverse=field.startswith("-")
        )
    size = min(int(params.get("page[size]", DEFAULT_PAGE)), LARGEST_PAGE)
    number = int(params.get("page[number]", 1))
    last = max(1, -(-len(resources) // size))
    links = {"first": _link(request, 1), "last": _link(request, last)}
    if number < last:
        links["next"] = _link(request, number + 1)
    return _document({"data": resources[(number - 1) * size : number * size], "links": links})


def _matches(attributes: dict[str, Any], field: str, value: str) -> bool:
    if field == "vintage_start":
        return str(attributes.get("vintage", ""))[:7] >= value
    if field == "vintage_end":
        return str(attributes.get("vintage", ""))[:7] <= value
    return str(attributes.get(field)) == value


def _link(request: httpx.Request, number: int) -> str:
    return str(request.url.copy_set_param("page[number]", str(number)))


def _resources(world: World, now: datetime, desk: MretsDesk) -> dict[str, list[dict[str, Any]]]:
    organization, account = _identity("organization", ORGANIZATION), _identity("account", ACCOUNT)
    batches = [row for month in _months(now) for row in _batches(world, month)]
    generators = {row["generator_id"]: row for row in batches}
    return {
        "organizations": [
            _resource("organizations", _identity("organization", name), name=name, status="active")
            for name in (ORGANIZATION, *OTHERS)
        ],
        "accounts": [
            _resource(
                "accounts", _identity("account", name), {"organization": organization},
                name=name, account_type=kind, status="open",
            )
            for name, kind in ((ACCOUNT, "active"), (RETIRED, "retirement"))
        ],
        "user_transactions": desk.kept["user_transactions"],
        "transaction_details": desk.kept["transaction_details"],
        "generators": [
            _resource(
                "generators", _identity("generator", key), {"organization": organization},
                name=row["name"], mrets_id=key, state_province=row["state"], country="US", status="approved",
                nameplate_capacity=str(row["capacity_mw"]), generation_technology=row["fuel"],
            )
            for key, row in generators.items()
        ],
        "generation_entries": [
            _resource(
                "generation_entries", _identity("entry", row["base"]),
                {"generator": _identity("generator", row["generator_id"])},
                quantity=row["quantity"], quantity_unit="mwh", fuel_type=row["fuel"], status="issued",
                generation_period_start=row["month"].isoformat(), generation_period_end=row["month_end"].isoformat(),
            )
            for row in batches
        ]
        + desk.kept["generation_entries"],
        "certificates": [
            _resource(
                "certificates", _identity("certificate", row["base"]),
                {"generator": _identity("generator", row["generator_id"])},
                vintage=row["month"].isoformat(), serial_number_base=row["base"], serial_number_start=1,
                serial_number_end=row["quantity"], quantity=row["quantity"], import_source=None,
            )
            for row in batches
        ],
        "certificate_quantities": desk.applied([
            _resource(
                "certificate_quantities", _identity("quantity", row["base"]),
                {"account": account, "certificate": _identity("certificate", row["base"])},
                quantity=row["quantity"], status="active", serial_number_base=row["base"], serial_number_start=1,
                serial_number_end=row["quantity"], rrc_quantity=None, vintage=row["month"].isoformat(),
            )
            for row in batches
        ]),
        "retirement_options": [
            _resource(
                "retirement_options", _identity("option", name), name=name, reason=None, retired_to="all",
                quarter=False, compliance_period=period,
            )
            for name, period in (("State/Provincial Portfolio Standards", True), ("Beneficial Ownership", False))
        ],
    }  # fmt: skip


def _months(now: datetime) -> list[date]:
    first = now.date().replace(day=1)
    months = []
    for _ in range(MONTHS_KEPT):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(first)
    return months[::-1]


@lru_cache(maxsize=256)
def _batches(world: World, month: date) -> list[dict[str, Any]]:
    made = world.rec_issuance(month)
    rows = []
    for row in made[(made["registry"] == "M-RETS") & (made["generation_mwh"] > 0)].to_dict("records"):
        month_end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        base = f"{row['generator_id']}-{row['state']}-{month:%m-%Y}-sim"
        rows.append(
            {**row, "base": base, "quantity": int(row["generation_mwh"]), "month": month, "month_end": month_end}
        )
    return rows


def _written(
    path: str, request: httpx.Request, now: datetime, desk: MretsDesk, known: dict[str, list[dict[str, Any]]]
) -> httpx.Response:
    parts = path.split("/")
    if request.method == "PUT" and len(parts) == 3 and parts[0] == "user_transactions":
        return _document({"data": desk.act(parts[1], parts[2], now)})
    if request.method != "POST" or path not in (
        "user_transactions", "transaction_details", "generation-entries/create",
    ):  # fmt: skip
        return _failure(404, "Record not found", f"Nothing can be written to {path}.")
    data = json.loads(request.content)["data"]
    if path == "user_transactions":
        return _document({"data": desk.draft(data, now)}, 201)

    def find(kind: str, identifier: str) -> dict[str, Any] | None:
        return next((item for item in known[kind] if item["id"] == identifier), None)

    if path == "transaction_details":
        return _document({"data": desk.detail(data, find, known["certificate_quantities"])}, 201)
    plant = data["relationships"]["generator"]["data"]["id"]
    if find("generators", plant) is None:
        return _failure(404, "Record not found", f"The record identified by {plant} could not be found.")
    attributes = {**data["attributes"], "quantity_unit": "mwh"}
    name = f"entry:{len(desk.kept['generation_entries'])}:{request.content.decode()}"
    entry = _resource("generation_entries", _identity("entry", name), {"generator": plant}, **attributes)
    return _document({"data": desk.report(data, entry, known["generation_entries"], now.date())}, 201)


def _resource(
    kind: str, identifier: str, related: dict[str, str] | None = None, **attributes: object
) -> dict[str, Any]:
    plural = {
        "organization": "organizations",
        "account": "accounts",
        "generator": "generators",
        "certificate": "certificates",
    }
    return {
        "id": identifier,
        "type": kind,
        "attributes": dict(attributes),
        "relationships": {name: {"data": {"type": plural[name], "id": key}} for name, key in (related or {}).items()},
    }


def _document(document: dict[str, Any], status: int = 200) -> httpx.Response:
    headers = {"Content-Type": MEDIA_TYPE, "X-Simulated": "market-platform sandbox"}
    return httpx.Response(status, content=json.dumps(document).encode(), headers=headers)


def _failure(status: int, title: str, detail: str) -> httpx.Response:
    error = {"title": title, "detail": detail, "code": str(status), "status": str(status)}
    return _document({"errors": [error]}, status)
