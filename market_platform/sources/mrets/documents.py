"""JSON:API documents of M-RETS to frames: certificate quantities with the certificate that each is a part of."""

from typing import Any

import pandas as pd

from market_platform.errors import SchemaChanged

QUANTITY_FIELDS = ("quantity", "status", "serial_number_start", "serial_number_end", "serial_number_base")
STATUSES = frozenset({"active", "retired", "exported"})


def quantities_frame(document: dict[str, list[dict[str, Any]]]) -> pd.DataFrame:
    """Return certificate quantities: id, account_id, certificate_id, the listed fields and ``vintage`` where included.

    A quantity's id changes with every split, so rows are told apart by serial base and range. Raises SchemaChanged for
    a missing field, an unknown status or a range that does not count up to its quantity.
    """
    certificates = {
        item["id"]: item.get("attributes", {})
        for item in document.get("included", [])
        if item["type"] == "certificates"
    }
    rows = [_quantity(item, certificates) for item in document["data"]]
    names = ["id", "account_id", "certificate_id", *QUANTITY_FIELDS, "vintage"]
    return pd.DataFrame(rows, columns=names)


def resources_frame(document: dict[str, list[dict[str, Any]]]) -> pd.DataFrame:
    """Return any collection as id plus its attributes, and ``<relationship>_id`` for each to-one relationship."""
    rows = []
    for item in document["data"]:
        row = {"id": item["id"], **item.get("attributes", {})}
        row |= {f"{name}_id": _related(item, name) for name in item.get("relationships", {})}
        rows.append(row)
    return pd.DataFrame(rows)


def _quantity(item: dict[str, Any], certificates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    attributes = item.get("attributes", {})
    missing = [name for name in QUANTITY_FIELDS if attributes.get(name) is None]
    if missing:
        msg = f"M-RETS certificate quantity {item.get('id')} lacks {missing}: the API has changed"
        raise SchemaChanged(msg)
    if attributes["status"] not in STATUSES:
        msg = f"M-RETS certificate quantity {item['id']} has status {attributes['status']!r}, known: {sorted(STATUSES)}"
        raise SchemaChanged(msg)
    start, end = int(attributes["serial_number_start"]), int(attributes["serial_number_end"])
    if end - start + 1 != int(attributes["quantity"]):
        msg = f"M-RETS certificate quantity {item['id']}: serials {start}-{end} are not {attributes['quantity']}"
        raise SchemaChanged(msg)
    certificate_id = _related(item, "certificate")
    return {
        "id": item["id"],
        "account_id": _related(item, "account"),
        "certificate_id": certificate_id,
        "quantity": int(attributes["quantity"]),
        "status": attributes["status"],
        "serial_number_start": start,
        "serial_number_end": end,
        "serial_number_base": attributes["serial_number_base"],
        "vintage": certificates.get(certificate_id or "", {}).get("vintage"),
    }


def _related(item: dict[str, Any], name: str) -> str | None:
    data = (item.get("relationships", {}).get(name) or {}).get("data")
    return data["id"] if isinstance(data, dict) else None
