"""What the simulated M-RETS remembers: generation reported, transactions drafted, enqueued, withdrawn; as its API does it.

Kept in memory, or in a file so that one command's transaction is there for the next. A transfer to another organization
stays pending: nobody is on the other side to accept it.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

Item = dict[str, Any]
REVIEWED_AFTER_DAYS = 62
INTERNAL, EXTERNAL, RETIREMENT = "internal transfer", "external transfer", "retirement"
#: What a transaction that is handed in becomes.
OUTCOMES = {INTERNAL: "complete", RETIREMENT: "complete", EXTERNAL: "pending"}


class Refusal(Exception):
    """A request that the registry refuses: HTTP status, and what it says."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def identity(kind: str, text: str) -> str:
    """Return the identifier of something simulated: the same for the same text."""
    return str(UUID(bytes=hashlib.sha256(f"{kind}:{text}".encode()).digest()[:16]))


class MretsDesk:
    """The writes of one simulated registry; ``path`` keeps them between processes."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._kept: dict[str, list[Item]] | None = None

    @property
    def kept(self) -> dict[str, list[Item]]:
        """Transactions, their details and generation entries, in the order in which they came."""
        if self._kept is None:
            known = self._path is not None and self._path.exists()
            self._kept = json.loads(self._path.read_text(encoding="utf-8")) if known and self._path else {}
            for kind in ("user_transactions", "transaction_details", "generation_entries"):
                self._kept.setdefault(kind, [])
        return self._kept

    def add(self, kind: str, item: Item) -> Item:
        """Remember one resource."""
        self.kept[kind].append(item)
        self._save()
        return item

    def transaction(self, identifier: str) -> Item:
        """Return a transaction. Raises Refusal where there is none."""
        for item in self.kept["user_transactions"]:
            if item["id"] == identifier:
                return item
        raise Refusal(404, f"The record identified by {identifier} could not be found.")

    def details(self, identifier: str) -> list[Item]:
        """Return the ranges of a transaction."""
        return [item for item in self.kept["transaction_details"] if _related(item, "user_transaction") == identifier]

    def draft(self, data: Item, now: datetime) -> Item:
        """Draft a transaction. Raises Refusal for a type that the API does not take."""
        kind = str(data["attributes"].get("transaction_type", "")).replace("_", " ")
        if kind not in OUTCOMES:
            raise Refusal(422, f"transaction_type {kind!r} is not included in the list")
        number = len(self.kept["user_transactions"])
        item = {
            "id": identity("user_transactions", f"{number}:{json.dumps(data, sort_keys=True)}"),
            "type": "user_transactions",
            "attributes": {**data["attributes"], "transaction_type": kind, "status": "draft", "created_at": _text(now),
                           "started_at": None, "ended_at": None},
            "relationships": data.get("relationships", {}),
        }  # fmt: skip
        return self.add("user_transactions", item)

    def detail(self, data: Item, known: Callable[[str, str], Item | None], holdings: list[Item]) -> Item:
        """Add serials to a draft. Raises Refusal for serials that the account does not hold free, or a wrong goal."""
        mine = self.transaction(_related(data, "user_transaction") or "")
        first, last = (int(data["attributes"][f"serial_number_{end}"]) for end in ("start", "end"))
        kind = mine["attributes"]["transaction_type"]
        if mine["attributes"]["status"] != "draft":
            raise Refusal(422, "The transaction is no draft any more")
        goal = "to_organization" if kind == EXTERNAL else "to_account"
        found = known("organizations" if kind == EXTERNAL else "accounts", _related(data, goal) or "")
        wanted = {RETIREMENT: "retirement", INTERNAL: "active"}.get(kind)
        if found is None or (wanted is not None and found["attributes"]["account_type"] != wanted):
            raise Refusal(422, f"{goal} must exist and fit a {kind}")
        if not any(
            item["attributes"]["status"] == "active"
            and _related(item, "certificate") == _related(data, "certificate")
            and _related(item, "account") == _related(data, "from_account")
            and item["attributes"]["serial_number_start"] <= first <= last <= item["attributes"]["serial_number_end"]
            for item in holdings
        ):
            raise Refusal(422, "The serials are not active in the account")
        number = len(self.kept["transaction_details"])
        item = {
            "id": identity("transaction_details", f"{number}:{json.dumps(data, sort_keys=True)}"),
            "type": "transaction_details",
            "attributes": {"serial_number_start": first, "serial_number_end": last, "quantity": last - first + 1},
            "relationships": data["relationships"],
        }
        return self.add("transaction_details", item)

    def act(self, identifier: str, what: str, now: datetime) -> Item:
        """Enqueue a draft or withdraw what is pending. Raises Refusal for anything else."""
        item = self.transaction(identifier)
        state = item["attributes"]
        if what == "enqueue" and state["status"] == "draft" and self.details(identifier):
            outcome = OUTCOMES[state["transaction_type"]]
            state |= {
                "status": outcome,
                "started_at": _text(now),
                "ended_at": _text(now) if outcome == "complete" else None,
            }
        elif what == "withdraw" and state["status"] == "pending":
            state |= {"status": "withdrawn", "ended_at": _text(now)}
        elif what in ("accept", "reject"):
            raise Refusal(403, "Only the receiving organization accepts or rejects a transfer")
        else:
            raise Refusal(422, f"A transaction that is {state['status']} cannot be handled so: {what}")
        self._save()
        return item

    def applied(self, quantities: list[Item]) -> list[Item]:
        """Return certificate quantities as transactions have cut and moved them; what is pending is not listed."""
        for item in self.kept["user_transactions"]:
            if item["attributes"]["status"] in ("complete", "pending"):
                for detail in self.details(item["id"]):
                    quantities = _cut(quantities, detail, item["attributes"])
        return quantities

    def report(self, data: Item, entry: Item, taken: list[Item], today: date) -> Item:
        """Take generation. Raises Refusal as the registry would: nothing made, a period that it has or that is not over."""
        attributes = data["attributes"]
        start, end = (date.fromisoformat(attributes[f"generation_period_{name}"][:10]) for name in ("start", "end"))
        plant = _related(data, "generator")
        overlaps = any(
            _related(item, "generator") == plant
            and item["attributes"]["generation_period_start"][:10] <= end.isoformat()
            and item["attributes"]["generation_period_end"][:10] >= start.isoformat()
            for item in [*taken, *self.kept["generation_entries"]]
        )
        errors = [
            text
            for wrong, text in (
                (overlaps, "There's an existing generation that overlaps these dates"),
                (float(attributes["quantity"]) <= 0, "Quantity must be greater than 0"),
                (end < start or end > today, "The generation period must be over"),
            )
            if wrong
        ]
        if errors:
            raise Refusal(422, json.dumps({"rows": [{"errors": errors, "row": [plant, str(start), str(end)]}]}))
        entry["attributes"]["status"] = "pending" if (today - end).days > REVIEWED_AFTER_DAYS else "accepted"
        return self.add("generation_entries", entry)

    def _save(self) -> None:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            draft = self._path.with_suffix(".part")
            draft.write_text(json.dumps(self.kept), encoding="utf-8")
            draft.replace(self._path)


def _cut(quantities: list[Item], detail: Item, transaction: Item) -> list[Item]:
    first, last = detail["attributes"]["serial_number_start"], detail["attributes"]["serial_number_end"]
    kind = transaction["transaction_type"]
    kept: list[Item] = []
    for item in quantities:
        own = item["attributes"]
        inside = own["serial_number_start"] <= first and last <= own["serial_number_end"]
        if _related(item, "certificate") != _related(detail, "certificate") or own["status"] != "active" or not inside:
            kept.append(item)
            continue
        kept += [_piece(item, own["serial_number_start"], first - 1), _piece(item, last + 1, own["serial_number_end"])]
        if kind != EXTERNAL:
            account = {"data": detail["relationships"]["to_account"]["data"]}
            moved = _piece(item, first, last)
            moved["attributes"]["status"] = "retired" if kind == RETIREMENT else "active"
            kept.append({**moved, "relationships": {**item["relationships"], "account": account}})
    return [item for item in kept if item["attributes"]["quantity"] > 0]


def _piece(item: Item, first: int, last: int) -> Item:
    span = {"serial_number_start": first, "serial_number_end": last, "quantity": last - first + 1}
    name = f"{item['attributes']['serial_number_base']}:{first}-{last}"
    return {**item, "id": identity("quantity", name), "attributes": {**item["attributes"], **span}}


def _related(item: Item, name: str) -> str | None:
    data = (item.get("relationships", {}).get(name) or {}).get("data") or {}
    found: str | None = data.get("id")
    return found


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
