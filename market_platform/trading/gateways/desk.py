"""The desk: a schedule of bids from drafts to the market and back, through rules, limits, door and ledger.

Order of things: every rule is checked, the door is tried, risk is bound in the ledger, the message is kept, and only
then it leaves. A message that certainly did not leave gives its limits back; one whose fate is unknown keeps them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from market_platform.errors import MarketPlatformError, PayloadError, RuleBroken, Unavailable
from market_platform.store.ledger import Ledger
from market_platform.trading.bid_ledger.drafts import read_bids
from market_platform.trading.bid_ledger.life_cycle import move, note, states_of
from market_platform.trading.bid_ledger.messages import (
    keep_answer,
    keep_message,
    keep_references,
    pending_under,
    references_of,
)
from market_platform.trading.bid_ledger.results import record_results
from market_platform.trading.bids.bid import Bid
from market_platform.trading.bids.checker import Verdict, check_schedule
from market_platform.trading.bids.gates import quiet_window
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.gateway import Answer, Gateway, Message
from market_platform.trading.gateways.sending import DRY_RUN, Permission, Transport, check_permission, send
from market_platform.trading.risk.enforcement import Decision, bind, preview
from market_platform.trading.risk.limits import RiskLimits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a schedule: each rule verdict, each risk decision, the messages and the market's answers."""

    verdicts: tuple[Verdict, ...]
    decisions: tuple[Decision, ...]
    messages: tuple[Message, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything a submission needs, handed in. ``permission`` defaults to a dry run."""

    ledger: Ledger
    gateway: Gateway
    limits: RiskLimits
    actor: str
    permission: Permission = DRY_RUN
    transport: Transport | None = None
    credentials: Credentials | None = None

    def submit(self, asked: Sequence[Bid], at: datetime) -> Outcome:
        """Submit registered drafts and return what became of each.

        Bids that break a rule or a limit stay drafts, the refusal on record, and the rest goes on. A dry run builds
        and keeps the messages, binds nothing and sends nothing. Raises RuleBroken where the door is closed, the ISO
        asks for silence or the market refuses a message; Unavailable or PayloadError where nobody knows whether a
        message was taken (its bids then stay submitted, limits bound).
        """
        verdicts = check_schedule(asked, at)
        self._record_broken_rules(verdicts, at)
        fit = [bid for bid, verdict in zip(asked, verdicts, strict=True) if verdict.passes]
        if self.permission.delivery == "dry_run":
            decisions = preview(self.ledger, fit, self.limits)
            messages = self._built(fit, decisions, at)
            for message in messages:
                self._keep(message, at)
            return Outcome(tuple(verdicts), tuple(decisions), tuple(messages), ())
        self._try_the_door(fit, at)
        decisions = bind(self.ledger, fit, self.limits, at=at, actor=self.actor)
        messages = self._built(fit, decisions, at)
        answers: list[Answer] = []
        for position, message in enumerate(messages):
            try:
                answers += self._sent(message, _day_of(fit, message), at)
            except MarketPlatformError:
                rest = [bid_id for later in messages[position + 1 :] for bid_id in later.bid_ids]
                self._move(rest, "cancelled", "not sent: an earlier message failed", at)
                raise
        return Outcome(tuple(verdicts), tuple(decisions), tuple(messages), tuple(answers))

    def cancel(self, bid_ids: Sequence[str], at: datetime, reason: str) -> list[Answer]:
        """Withdraw pending bids, at the market first and then in the ledger; drafts in the ledger only.

        Raises RuleBroken where a withdrawal would take other bids with it or the market keeps a bid.
        """
        with self.ledger.read() as connection:
            states = states_of(connection, bid_ids)
            known = [bid for bid in read_bids(connection, bid_ids) if states[bid.bid_id] in ("submitted", "accepted")]
            references = references_of(connection, [bid.bid_id for bid in known])
            together = pending_under(connection, list(references.values()))
        dragged = sorted(set(together) - set(bid_ids))
        if known and self.gateway.withdraws_whole_offers and dragged:
            msg = f"withdrawing these withdraws the whole offer: name {', '.join(dragged)} as well"
            raise RuleBroken(msg)
        if known and self.permission.delivery == "dry_run":
            msg = "a dry run cannot withdraw what stands at a market: give a permission"
            raise RuleBroken(msg)
        answers: list[Answer] = []
        for message in self.gateway.cancellation(known, references, at) if known else []:
            self._keep(message, at)
            answers += self._answered(message, _day_of(known, message), at)
        kept = [f"{answer.bid_id} ({answer.market_word})" for answer in answers if answer.state == "accepted"]
        if kept:
            msg = f"the market keeps {', '.join(kept)}"
            raise RuleBroken(msg)
        self._move(bid_ids, "cancelled", reason, at)
        return answers

    def take_statuses(self, message: Message, reply: bytes, at: datetime) -> list[Answer]:
        """Write the market's later word on a message's bids to the ledger."""
        answers = self.gateway.read_answers(message, reply)
        self._keep_reply(message, reply, at)
        self._apply(answers, at)
        return answers

    def take_awards(self, reply: bytes, bid_ids: Sequence[str], at: datetime) -> dict[str, str]:
        """Write the market's awards for accepted bids to the ledger and return their states."""
        with self.ledger.read() as connection:
            known = read_bids(connection, bid_ids)
        awards = self.gateway.read_awards(reply, known)
        reason = f"awards of {self.gateway.iso}"
        return record_results(self.ledger, bid_ids, awards, at=at, actor=self.gateway.iso, reason=reason)

    def _try_the_door(self, fit: Sequence[Bid], at: datetime) -> None:
        """Find closed locks before any risk is bound."""
        for day in {(bid.market, bid.market_day) for bid in fit}:
            window = quiet_window(self.gateway.iso, *day)
            if window is not None and window[0] <= at < window[1]:
                msg = f"{self.gateway.iso} asks for no submissions until {window[1].isoformat()}: try again then"
                raise RuleBroken(msg)
        for message in self.gateway.submission(fit, at) if fit else []:
            check_permission(message, _day_of(fit, message), self.permission, self.transport)

    def _built(self, fit: Sequence[Bid], decisions: Sequence[Decision], at: datetime) -> list[Message]:
        granted = {decision.bid_id for decision in decisions if decision.granted}
        chosen = [bid for bid in fit if bid.bid_id in granted]
        return self.gateway.submission(chosen, at) if chosen else []

    def _sent(self, message: Message, day: date, at: datetime) -> list[Answer]:
        self._keep(message, at)
        try:
            answers = self._answered(message, day, at)
        except (Unavailable, PayloadError) as error:
            self._note(message, f"unknown whether it was taken: {error}", at)
            raise
        except MarketPlatformError as error:
            # The market refused the message, or it never left: nothing of it stands at the market.
            self._move(message.bid_ids, "rejected", str(error), at)
            raise
        self._apply(answers, at)
        return answers

    def _answered(self, message: Message, day: date, at: datetime) -> list[Answer]:
        reply = send(
            self.gateway, message, day, self.permission, transport=self.transport, credentials=self.credentials,
            ledger=self.ledger,
        )  # fmt: skip
        self._keep_reply(message, reply or b"", at)
        return self.gateway.read_answers(message, reply or b"")

    def _apply(self, answers: Sequence[Answer], at: datetime) -> None:
        with self.ledger.begin() as connection:
            states = states_of(connection, [answer.bid_id for answer in answers])
            for answer in answers:
                if answer.state not in ("submitted", states.get(answer.bid_id)):
                    reason = f"{answer.market_word}: {answer.reason}" if answer.reason else answer.market_word
                    move(connection, [answer.bid_id], answer.state, at=at, actor=self.gateway.iso, reason=reason)
            keep_references(connection, {answer.bid_id: answer.market_reference for answer in answers})

    def _record_broken_rules(self, verdicts: Sequence[Verdict], at: datetime) -> None:
        entries = [
            (verdict.bid_id, "draft", "draft", "; ".join(f"{item.rule}: {item.message}" for item in verdict.broken))
            for verdict in verdicts
            if not verdict.passes
        ]
        with self.ledger.begin() as connection:
            note(connection, entries, at=at, actor=self.actor)

    def _keep(self, message: Message, at: datetime) -> None:
        with self.ledger.begin() as connection:
            keep_message(
                connection, message.message_id, iso=message.iso, kind=message.kind, delivery=self.permission.delivery,
                at=at, body=message.body,
            )  # fmt: skip

    def _keep_reply(self, message: Message, reply: bytes, at: datetime) -> None:
        delivery = self.permission.delivery
        with self.ledger.begin() as connection:
            keep_answer(connection, message.message_id, iso=message.iso, delivery=delivery, at=at, body=reply)

    def _note(self, message: Message, text: str, at: datetime) -> None:
        with self.ledger.begin() as connection:
            entries = [(bid_id, "submitted", "submitted", text) for bid_id in message.bid_ids]
            note(connection, entries, at=at, actor=self.actor, message_id=message.message_id)

    def _move(self, bid_ids: Sequence[str], state: str, reason: str, at: datetime) -> None:
        with self.ledger.begin() as connection:
            move(connection, bid_ids, state, at=at, actor=self.actor, reason=reason)


def _day_of(bids: Sequence[Bid], message: Message) -> date:
    carried = set(message.bid_ids)
    return next(bid.market_day for bid in bids if bid.bid_id in carried)
