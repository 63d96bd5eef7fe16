"""Transfers and retirements for M-RETS: what is to be handed in, worked out and checked before the first call is made.

Source: M-RETS api docs, transfer certificates and retire certificates: draft (``POST rec/user_transactions``), one detail
a serial range (``POST rec/transaction_details``), ``PUT rec/user_transactions/<id>/enqueue``; an external transfer stays
pending until ``accept``, ``reject`` or ``withdraw``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from market_platform.errors import RuleBroken
from market_platform.sources.mrets.client import MretsClient

INTERNAL, EXTERNAL, RETIREMENT = "internal transfer", "external transfer", "retirement"


@dataclass(frozen=True)
class Range:
    """Serials of one certificate that lie in one account."""

    certificate_id: str
    account_id: str
    serial_base: str
    serial_start: int
    serial_end: int

    @property
    def quantity(self) -> int:
        """Number of certificates."""
        return self.serial_end - self.serial_start + 1


@dataclass(frozen=True)
class Order:
    """One transaction as it will be handed in: its attributes, its ranges, and where they go."""

    attributes: Mapping[str, Any]
    ranges: tuple[Range, ...]
    to_account: str | None = None
    to_organization: str | None = None
    retirement_option_id: str | None = None

    @property
    def quantity(self) -> int:
        """Number of certificates."""
        return sum(part.quantity for part in self.ranges)


@dataclass(frozen=True)
class Handed:
    """What the registry made of an order."""

    transaction_id: str
    status: str


def chosen(
    quantities: pd.DataFrame, serials: Sequence[tuple[str, int, int]] = (), quantity: int = 0
) -> tuple[Range, ...]:
    """Return active ranges: named serials (base, first, last), or a quantity, the oldest vintage first.

    ``quantities`` as ``documents.quantities_frame`` gives them. Raises RuleBroken where the registry does not list them
    as active.
    """
    active = quantities[quantities["status"] == "active"].sort_values(
        ["vintage", "serial_number_base", "serial_number_start"]
    )
    if serials:
        return tuple(_range_of(active, *part) for part in serials)
    if quantity <= 0:
        raise RuleBroken("say how many certificates, or which serials")
    found: list[Range] = []
    left = quantity
    for row in active.to_dict("records"):
        take = min(left, int(row["quantity"]))
        if take:
            start = int(row["serial_number_start"])
            found.append(_part(row, start, start + take - 1))
            left -= take
    if left:
        msg = f"the registry lists {quantity - left} active certificates, not {quantity}"
        raise RuleBroken(msg)
    return tuple(found)


def _range_of(active: pd.DataFrame, base: str, first: int, last: int) -> Range:
    rows = active[
        (active["serial_number_base"] == base)
        & (active["serial_number_start"] <= first)
        & (active["serial_number_end"] >= last)
    ]
    if len(rows) != 1 or last < first:
        msg = f"the registry does not list {base}:{first}-{last} as active in one piece"
        raise RuleBroken(msg)
    return _part(rows.iloc[0].to_dict(), first, last)


def _part(row: Mapping[Any, Any], first: int, last: int) -> Range:
    return Range(str(row["certificate_id"]), str(row["account_id"]), str(row["serial_number_base"]), first, last)


def transfer(ranges: tuple[Range, ...], organizations: pd.DataFrame, to: str, notes: str = "") -> Order:
    """Return a transfer to another organization, named or by its id. Raises RuleBroken where the registry has none such."""
    found = organizations[(organizations["name"] == to) | (organizations["id"] == to)]
    if len(found) != 1:
        msg = f"the registry lists {len(found)} organizations {to!r}: name one as it spells it"
        raise RuleBroken(msg)
    attributes = {"transaction_type": EXTERNAL, **({"notes": notes} if notes else {})}
    return Order(attributes, ranges, to_organization=str(found["id"].iloc[0]))


def retirement(
    ranges: tuple[Range, ...],
    accounts: pd.DataFrame,
    options: pd.DataFrame,
    option: str,
    *,
    reason: str | None = None,
    retired_to: str | None = None,
    quarter: str | None = None,
    notes: str = "",
) -> Order:
    """Return a retirement under one of the registry's retirement options.

    Raises RuleBroken for an option or reason that it does not have, a state where the option asks for one, or no
    retirement account.
    """
    rows = options[options["name"] == option]
    if rows.empty:
        msg = f"the registry has no retirement option {option!r}: it has {', '.join(sorted(set(options['name'])))}"
        raise RuleBroken(msg)
    fits = rows[[reason is None or reason in str(words or "") for words in rows["reason"]]]
    if fits.empty:
        msg = f"{option} has no reason {reason!r}: it has {', '.join(str(word) for word in rows['reason'])}"
        raise RuleBroken(msg)
    chosen_option = fits.iloc[0]
    period = bool(chosen_option["compliance_period"])
    if period and not retired_to:
        msg = f"{option} asks for the state that it counts in"
        raise RuleBroken(msg)
    goal = accounts[(accounts["account_type"] == "retirement") & (accounts["status"] == "open")]
    if goal.empty:
        raise RuleBroken("the registry lists no open retirement account of yours")
    attributes: dict[str, Any] = {
        "transaction_type": RETIREMENT, "retirement_type": option, "retirement_reason": reason, "retired_to": retired_to,
        "compliance_period": period,
    }  # fmt: skip
    attributes |= {name: text for name, text in (("retired_quarter", quarter), ("notes", notes)) if text}
    return Order(attributes, ranges, to_account=str(goal["id"].iloc[0]), retirement_option_id=str(chosen_option["id"]))


def hand_in(client: MretsClient, order: Order) -> Handed:
    """Draft, fill and enqueue a transaction. Where a call fails the draft stays at the registry, not carried out."""
    draft = client.start_transaction(order.attributes, order.retirement_option_id)
    for part in order.ranges:
        client.add_serials(
            draft["id"], part.certificate_id, (part.serial_start, part.serial_end), part.account_id,
            to_account=order.to_account, to_organization=order.to_organization,
        )  # fmt: skip
    done = client.act(str(draft["id"]), "enqueue")
    return Handed(str(draft["id"]), str(done.get("attributes", {}).get("status", "enqueued")))
