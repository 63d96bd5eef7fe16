"""The simulated M-RETS: its JSON:API over the world's certificate generation. Everything it serves is simulated.

Stateless: a transaction that is posted is answered as the registry would, and forgotten. Rate limits and outages come
from the sandbox's fault plan.
"""

import hashlib
import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import httpx

from market_platform.sandbox.world import World

HOSTS = ("app.mrets.org",)
PREFIX = "/v1/public/"
MEDIA_TYPE = "application/vnd.api+json"
DEFAULT_PAGE, LARGEST_PAGE = 25, 1000
MONTHS_KEPT = 12
REVIEWED_AFTER_DAYS = 62
ORGANIZATION, ACCOUNT = "Simulated Prairie Power", "Prairie active"


def respond(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Answer one request as the registry would at ``now``."""
    if not request.headers.get("X-Api-Key"):
        return _failure(401, "Unauthorized", "Missing or incorrect authentication credentials.")
    path = request.url.path.removeprefix(PREFIX).removeprefix("rec/").strip("/")
    if request.method in ("POST", "PUT"):
        if path == "generation-entries/create":
            return _generation(world, request, now)
        return _written(path, request)
    kind, _, identifier = path.partition("/")
    resources = _resources(world, now).get(kind)
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


def _resources(world: World, now: datetime) -> dict[str, list[dict[str, Any]]]:
    organization, account = _identity("organization", ORGANIZATION), _identity("account", ACCOUNT)
    batches = [row for month in _months(now) for row in _batches(world, month)]
    generators = {row["generator_id"]: row for row in batches}
    return {
        "organizations": [_resource("organizations", organization, name=ORGANIZATION, status="active")],
        "accounts": [
            _resource(
                "accounts", account, {"organization": organization},
                name=ACCOUNT, account_type="active", status="open",
            )
        ],
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
        ],
        "certificates": [
            _resource(
                "certificates", _identity("certificate", row["base"]),
                {"generator": _identity("generator", row["generator_id"])},
                vintage=row["month"].isoformat(), serial_number_base=row["base"], serial_number_start=1,
                serial_number_end=row["quantity"], quantity=row["quantity"], import_source=None,
            )
            for row in batches
        ],
        "certificate_quantities": [
            _resource(
                "certificate_quantities", _identity("quantity", row["base"]),
                {"account": account, "certificate": _identity("certificate", row["base"])},
                quantity=row["quantity"], status="active", serial_number_base=row["base"], serial_number_start=1,
                serial_number_end=row["quantity"], rrc_quantity=None, vintage=row["month"].isoformat(),
            )
            for row in batches
        ],
        "retirement_options": [
            _resource("retirement_options", _identity("option", name), name=name, reason=name)
            for name in ("State or provincial RPS", "Beneficial ownership", "Green-e")
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


def _written(path: str, request: httpx.Request) -> httpx.Response:
    parts = path.split("/")
    if request.method == "PUT" and len(parts) == 3 and parts[0] == "user_transactions" and parts[2] == "enqueue":
        return _document({"data": _resource("user_transactions", parts[1], status="enqueued")})
    if parts[0] not in ("user_transactions", "transaction_details"):
        return _failure(404, "Record not found", f"Nothing can be written to {path}.")
    try:
        data = json.loads(request.content)["data"]
        answer = _resource(parts[0], _identity(parts[0], request.content.decode()), **data["attributes"])
    except (ValueError, KeyError, TypeError):
        return _failure(422, "Unprocessable Entity", "The JSON body of the request is badly formed.")
    answer["attributes"].setdefault("status", "draft")
    answer["relationships"] = data.get("relationships", {})
    return _document({"data": answer}, 201)


def _generation(world: World, request: httpx.Request, now: datetime) -> httpx.Response:
    """Take a generation entry, or refuse it as the registry would: unknown generator, nothing made, a month it has."""
    try:
        data = json.loads(request.content)["data"]
        attributes, plant = data["attributes"], data["relationships"]["generator"]["data"]["id"]
        start, end = (date.fromisoformat(attributes[f"generation_period_{name}"][:10]) for name in ("start", "end"))
        quantity = float(attributes["quantity"])
    except (ValueError, KeyError, TypeError):
        return _failure(422, "Unprocessable Entity", "The JSON body of the request is badly formed.")
    known = _resources(world, now)
    if plant not in {item["id"] for item in known["generators"]}:
        return _failure(404, "Record not found", f"The record identified by {plant} could not be found.")
    taken = [
        item
        for item in known["generation_entries"]
        if item["relationships"]["generator"]["data"]["id"] == plant
        and item["attributes"]["generation_period_start"] <= end.isoformat()
        and item["attributes"]["generation_period_end"] >= start.isoformat()
    ]
    errors = [
        text
        for wrong, text in (
            (bool(taken), "There's an existing generation that overlaps these dates"),
            (quantity <= 0, "Quantity must be greater than 0"),
            (end < start or end > now.date(), "The generation period must be over"),
        )
        if wrong
    ]
    if errors:
        return _document({"rows": [{"errors": errors, "row": [plant, start.isoformat(), end.isoformat()]}]}, 422)
    status = "pending" if now.date() - end > timedelta(days=REVIEWED_AFTER_DAYS) else "accepted"
    entry = _resource(
        "generation_entries", _identity("entry", request.content.decode()), {"generator": plant},
        **attributes, quantity_unit="mwh", status=status,
    )  # fmt: skip
    return _document({"data": entry}, 201)


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


def _identity(kind: str, text: str) -> str:
    return str(UUID(bytes=hashlib.sha256(f"{kind}:{text}".encode()).digest()[:16]))


def _document(document: dict[str, Any], status: int = 200) -> httpx.Response:
    headers = {"Content-Type": MEDIA_TYPE, "X-Simulated": "market-platform sandbox"}
    return httpx.Response(status, content=json.dumps(document).encode(), headers=headers)


def _failure(status: int, title: str, detail: str) -> httpx.Response:
    error = {"title": title, "detail": detail, "code": str(status), "status": str(status)}
    return _document({"errors": [error]}, status)
