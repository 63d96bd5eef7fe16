"""The one door through which a message leaves: closed by default, and for a live market behind two locks.

A dry run builds and keeps everything and sends nothing. The sandbox takes messages of a transport that says it is
simulated. A live market needs the switch, the confirmation in words for this ISO and day, a transport handed in, and
a message whose layout rests on official text, unless the caller names the weaker status it accepts; and every bid in
it has to stand in the ledger with its risk bound.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from market_platform.errors import RuleBroken
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.life_cycle import states_of
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.gateway import Gateway, Message

DELIVERIES = ("dry_run", "sandbox", "live")


class Transport(Protocol):
    """Carries sealed bytes to a market and brings the answer. ``simulated`` says whether the market is real."""

    simulated: bool

    def __call__(self, path: str, content_type: str, body: bytes) -> bytes:
        """Deliver and return the answer. Raises Unavailable where it is not known whether the message arrived."""
        ...


@dataclass(frozen=True, slots=True)
class Permission:
    """How far a message may go. The default goes nowhere."""

    delivery: str = "dry_run"
    live_switch: bool = False
    confirmation: str = ""
    accepted_format_statuses: frozenset[str] = frozenset("V")


DRY_RUN = Permission()


def confirmation_for(iso: str, day: date) -> str:
    """Return the words that a person has to give for a live submission."""
    return f"send to {iso} for {day.isoformat()}"


def send(
    gateway: Gateway,
    message: Message,
    day: date,
    permission: Permission,
    *,
    transport: Transport | None = None,
    credentials: Credentials | None = None,
    ledger: Ledger | None = None,
) -> bytes | None:
    """Send a message as far as the permission goes and return the answer; None for a dry run.

    Raises RuleBroken where a lock is closed: nothing was sent then.
    """
    check_permission(message, day, permission, transport)
    if permission.delivery == "dry_run" or transport is None:
        return None
    if permission.delivery == "live" and message.kind == "submission":
        _demand_bound_risk(message, ledger)
    if credentials is None:
        msg = f"{message.iso}: no credentials to seal the message with"
        raise RuleBroken(msg)
    return transport(message.path, message.content_type, gateway.sealed(message, credentials))


def check_permission(message: Message, day: date, permission: Permission, transport: Transport | None) -> None:
    """Raise RuleBroken that names every closed lock."""
    faults = []
    if permission.delivery not in DELIVERIES:
        faults.append(f"delivery {permission.delivery!r} is none of {', '.join(DELIVERIES)}")
    if permission.delivery in ("sandbox", "live") and transport is None:
        faults.append("there is no transport")
    if permission.delivery == "sandbox" and transport is not None and transport.simulated is not True:
        faults.append("the transport does not lead to a simulated market")
    if permission.delivery == "live":
        faults += _live_faults(message, day, permission, transport)
    if faults:
        msg = f"nothing was sent to {message.iso}: {'; '.join(faults)}"
        raise RuleBroken(msg)


def _demand_bound_risk(message: Message, ledger: Ledger | None) -> None:
    states: dict[str, str] = {}
    if ledger is not None:
        with ledger.read() as connection:
            states = states_of(connection, message.bid_ids)
    free = [bid_id for bid_id in message.bid_ids if states.get(bid_id) != "submitted"]
    if free or not message.bid_ids:
        msg = f"nothing was sent to {message.iso}: no risk is bound in the ledger for {', '.join(free) or 'its bids'}"
        raise RuleBroken(msg)


def _live_faults(message: Message, day: date, permission: Permission, transport: Transport | None) -> list[str]:
    faults = []
    if permission.live_switch is not True:
        faults.append("the live switch is off")
    if permission.confirmation != confirmation_for(message.iso, day):
        faults.append(f"the confirmation does not read {confirmation_for(message.iso, day)!r}")
    if transport is not None and transport.simulated is not False:
        faults.append("the transport leads to a simulated market")
    if message.format_status not in permission.accepted_format_statuses:
        faults.append(f"its layout has status {message.format_status}, which was not accepted")
    return faults
