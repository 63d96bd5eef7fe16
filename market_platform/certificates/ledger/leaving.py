"""Certificates that leave circulation: retired, exported, expired, to the residual mix, or rolled back."""

from dataclasses import dataclass

from market_platform.certificates.compliance.programmes import Period
from market_platform.certificates.ledger.changing_hands import move_all
from market_platform.certificates.ledger.parties import Draft, Lot
from market_platform.certificates.ledger.view import View
from market_platform.certificates.refusals import NotAllowed


@dataclass(frozen=True)
class Claim:
    """The programme, tier and period for which certificates are retired.

    ``carve_outs`` are tiers inside this one: a certificate certified for one of them counts for it too.
    """

    state: str
    tier: str
    period: Period
    carve_outs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retire:
    """Use lots up, for good. Reason and beneficiary are required; ``claim`` names the programme they count for."""

    lots: tuple[Lot, ...]
    from_account: int
    reason: str
    beneficiary: str
    claim: Claim | None = None
    notes: str = ""

    def draft(self, view: View) -> Draft:
        """Check reason, registry and programme rules and say what to post."""
        owner = view.own_account(self.from_account)
        self._check_reason(view, owner.registry)
        if self.claim is not None:
            for lot in self.lots:
                _check_claim(view, lot, self.claim)
        goal = view.sub_account(owner.registry, owner.organization, "retirement")
        terms: dict[str, object] = {
            "kind": "retirement",
            "to_account": goal.account_id,
            "reason": self.reason,
            "beneficiary": self.beneficiary,
            "notes": self.notes,
        }
        if self.claim is not None:
            terms |= {
                "programme_state": self.claim.state,
                "programme_tier": self.claim.tier,
                "programme_period": self.claim.period.label,
            }
        return Draft(terms, move_all(view, self.lots, owner.account_id, goal.account_id))

    def _check_reason(self, view: View, key: str) -> None:
        if not self.reason.strip() or not self.beneficiary.strip():
            msg = "a retirement needs a reason and a beneficiary"
            raise NotAllowed(msg)
        registry = view.registries.get(key)
        reasons = registry.listed("retirement_reasons") if registry and not view.actor.is_administrator else None
        if reasons is not None and self.reason not in reasons:
            msg = f"{key} knows no retirement reason {self.reason!r}: it knows {sorted(reasons)}"
            raise NotAllowed(msg)


@dataclass(frozen=True)
class Unretire:
    """Undo a retirement into ``to_account``: the registry's administrator only."""

    lots: tuple[Lot, ...]
    to_account: int
    notes: str

    def draft(self, view: View) -> Draft:
        """Move the lots back from the organization's retirement account."""
        if not view.actor.is_administrator:
            msg = f"{view.actor.name} is no administrator: retirement is final for users"
            raise NotAllowed(msg)
        goal = view.account(self.to_account)
        retired = view.sub_account(goal.registry, goal.organization, "retirement")
        moves = [move for lot in self.lots for move in view.move(lot, retired.account_id, goal.account_id)]
        return Draft({"kind": "unretirement", "to_account": goal.account_id, "notes": self.notes}, tuple(moves))


@dataclass(frozen=True)
class Export:
    """Send lots to another registry; there they come in with ``Issue`` of parcels that name these serials."""

    lots: tuple[Lot, ...]
    from_account: int
    destination: str
    notes: str = ""

    def draft(self, view: View) -> Draft:
        """Check both registries' rules and say what to post."""
        owner = view.own_account(self.from_account)
        registry = view.registries.get(owner.registry)
        if registry is not None and not registry.has_export_state:
            msg = f"{registry.name} has no export: retire with a note that names {self.destination}"
            raise NotAllowed(msg)
        allowed = registry.listed("exports_to") if registry else None
        if allowed is not None and self.destination not in allowed:
            msg = f"{owner.registry} exports to {sorted(allowed)}, not to {self.destination}"
            raise NotAllowed(msg)
        goal = view.sub_account(owner.registry, owner.organization, "exported")
        terms = {
            "kind": "export",
            "to_account": goal.account_id,
            "destination": self.destination,
            "notes": self.notes,
        }
        return Draft(terms, move_all(view, self.lots, owner.account_id, goal.account_id))


@dataclass(frozen=True)
class Remove:
    """The registry takes lots out: expired, left over for the residual mix, or issued by mistake (rollback)."""

    lots: tuple[Lot, ...]
    from_account: int
    to_kind: str
    notes: str = ""

    def draft(self, view: View) -> Draft:
        """Administrator's act; the trading window does not bind it."""
        kinds = {"expired": "expiry", "residual": "residual", "withdrawn": "issuance_rollback"}
        if self.to_kind not in kinds or not view.actor.is_administrator:
            msg = f"only the registry's administrator removes certificates, as one of {sorted(kinds)}"
            raise NotAllowed(msg)
        owner = view.account(self.from_account)
        goal = view.sub_account(owner.registry, owner.organization, self.to_kind)
        moves = [move for lot in self.lots for move in view.move(lot, owner.account_id, goal.account_id)]
        return Draft({"kind": kinds[self.to_kind], "to_account": goal.account_id, "notes": self.notes}, tuple(moves))


def _check_claim(view: View, lot: Lot, claim: Claim) -> None:
    batch = view.batch(lot.batch_id)
    accepted = {f"{claim.state}:{tier}" for tier in (claim.tier, *claim.carve_outs)}
    if not accepted & set(batch.eligibility.split(";")):
        msg = f"{batch.serial_base} is not certified for {claim.state} {claim.tier}: {batch.eligibility or 'nothing'}"
        raise NotAllowed(msg)
    programme = view.programmes.get(claim.state)
    if programme is not None:
        programme.check_vintage(claim.tier, batch.vintage, claim.period, view.at.date())
