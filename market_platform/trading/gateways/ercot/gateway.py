"""ERCOT's gateway: messages built from bids and plans, validated, signed when sealed, answers read."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from market_platform.errors import RuleBroken
from market_platform.trading.bid_ledger.results import Award
from market_platform.trading.bids.bid import Bid
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.ercot.answers import read_award_set, read_statuses
from market_platform.trading.gateways.ercot.bid_set import bid_sets
from market_platform.trading.gateways.ercot.envelope import enveloped, request, signed
from market_platform.trading.gateways.ercot.operating_plan import PlanHour, plan_bid_sets
from market_platform.trading.gateways.ercot.resource_parameters import StorageParameters, parameters_set
from market_platform.trading.gateways.ercot.schema import ErcotSchemas
from market_platform.trading.gateways.gateway import Answer, Message
from market_platform.trading.gateways.xml_text import leaf, parsed

# Operation of the service's WSDL (wattness); the address in front of it is the transport's business.
PATH = "MarketTransactions"


class ErcotGateway:
    """One QSE's messages. Without schemas a message counts as unverified and cannot go to the live market."""

    iso = "ercot"
    withdraws_whole_offers = True

    def __init__(
        self,
        qse: str,
        user_id: str,
        schemas: ErcotSchemas | None = None,
        *,
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
        with_sha1: bool = False,
    ) -> None:
        self.qse = qse
        self.user_id = user_id
        self.schemas = schemas
        self.nonce = nonce
        self.with_sha1 = with_sha1

    def submission(self, bids: Sequence[Bid], at: datetime, *, late_reason: str | None = None) -> list[Message]:
        """Return one message for each trading date and kind of product, and more where a payload grows too large."""
        others = sorted({bid.participant for bid in bids} - {self.qse})
        if others:
            msg = f"bids of {', '.join(others)} cannot go out under {self.qse}: one gateway serves one QSE"
            raise RuleBroken(msg)
        return [
            self._message("submission", "create", at, payload=bid_set.xml, offers=bid_set.offers)
            for bid_set in bid_sets(bids, late_reason)
        ]

    def plan(self, hours: Sequence[PlanHour], at: datetime) -> list[Message]:
        """Return the messages that carry the current operating plans."""
        return [self._message("plan", "create", at, payload=payload) for payload in plan_bid_sets(hours)]

    def parameters(self, storages: Sequence[StorageParameters], at: datetime) -> Message:
        """Return the message that tells ERCOT the energy levels and ramp rates of storages."""
        return self._message("parameters", "change", at, noun="ResParametersSet", payload=parameters_set(storages))

    def cancellation(self, bids: Sequence[Bid], references: Mapping[str, str], at: datetime) -> list[Message]:
        """Return the message that cancels offers by their mRID; an mRID without hour cancels all its hours."""
        missing = [bid.bid_id for bid in bids if not references.get(bid.bid_id)]
        if missing:
            msg = f"ERCOT has given no mRID for {', '.join(missing)}: nothing to cancel there"
            raise RuleBroken(msg)
        names: dict[str, tuple[str, ...]] = {}
        for bid in bids:
            names[references[bid.bid_id]] = (*names.get(references[bid.bid_id], ()), bid.bid_id)
        inner = "".join(leaf("ID", name) for name in names)
        return [self._message("cancellation", "cancel", at, inner=inner, offers=names)]

    def sealed(self, message: Message, credentials: Credentials) -> bytes:
        """Return the signed envelope."""
        return signed(message.body, credentials, with_sha1=self.with_sha1)

    def read_answers(self, message: Message, reply: bytes) -> list[Answer]:
        """Return ERCOT's word on each bid of a message, from the reply or from a later notification."""
        return read_statuses(reply, message.offers)

    def read_awards(self, reply: bytes, bids: Sequence[Bid]) -> list[Award]:
        """Return the awards of an AwardSet."""
        return read_award_set(reply, bids)

    def _message(
        self, kind: str, verb: str, at: datetime, *, noun: str = "BidSet", inner: str = "", payload: str = "",
        offers: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Message:  # fmt: skip
        text = request(
            verb,
            noun,
            source=self.qse,
            user_id=self.user_id,
            nonce=self.nonce(),
            at=at,
            inner=inner,
            payload=payload,
        )
        if self.schemas is not None:
            root = parsed(text.encode(), "the message")
            self.schemas.demand(root)
            if payload:
                self.schemas.demand(parsed(payload.encode(), "the payload"))
        status = "V" if self.schemas is not None else "U"
        return Message("ercot", kind, PATH, enveloped(text), "text/xml; charset=utf-8", status, dict(offers or {}))
