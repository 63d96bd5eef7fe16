"""What clients send: bids, transfers and retirements of certificates, with limits that keep every value storable."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:\-]{1,64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,80}$")]
Text = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{0,500}$")]
Mw = Annotated[Decimal, Field(ge=-100_000, le=100_000, max_digits=12, decimal_places=6)]
Price = Annotated[Decimal, Field(ge=-100_000, le=100_000, max_digits=12, decimal_places=6)]
Quantity = Annotated[int, Field(ge=1, le=1_000_000_000)]


class Body(BaseModel):
    """A body; a field that is not declared is refused."""

    model_config = ConfigDict(extra="forbid")


class Point(Body):
    """One corner of a price curve: up to ``mw`` at this price; negative power draws from the grid."""

    mw: Mw
    price_usd_per_mwh: Price


class Soc(Body):
    """What a storage tells the market about its energy, MWh in the store."""

    min_soc_mwh: Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12, decimal_places=6)]
    max_soc_mwh: Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12, decimal_places=6)]
    start_soc_mwh: Annotated[Decimal, Field(ge=0, le=100_000, max_digits=12, decimal_places=6)] | None = None


class BidIn(Body):
    """A bid of one of your resources for one interval; the resource table says its market, its place and its owner."""

    resource: Name = Field(description="Name in your resource table", examples=["laurel_battery"])
    market: Literal["dam", "rtm"] = "dam"
    product: Identifier = "energy"
    interval_start: AwareDatetime = Field(examples=["2026-11-22T17:00:00Z"])
    interval_end: AwareDatetime = Field(examples=["2026-11-22T18:00:00Z"])
    shape: Literal["curve", "slope", "fixed", "variable"] = "curve"
    points: list[Point] = Field(default_factory=list, max_length=50)
    self_schedule_mw: Mw | None = None
    soc: Soc | None = None
    revision: int = Field(default=0, ge=0, le=10_000, description="Raise it to bid again for the same interval")

    @model_validator(mode="after")
    def _interval_is_sound(self) -> "BidIn":
        for moment in (self.interval_start, self.interval_end):
            _within_reason(moment)
        if not 0 < (self.interval_end - self.interval_start).total_seconds() <= 90_000:
            raise ValueError("an interval ends after it starts, within a day")
        if not self.points and self.self_schedule_mw is None:
            raise ValueError("give points or self_schedule_mw")
        return self


class Submission(Body):
    """Bids that go together. ``check_only`` judges them by rules and limits and writes nothing."""

    bids: list[BidIn] = Field(min_length=1, max_length=500)
    check_only: bool = False


class TransferIn(Body):
    """Certificates offered to another organization; they wait until it accepts. The registry is not told."""

    registry: Identifier = Field(examples=["mrets"])
    to_organization: Name = Field(examples=["Example Energy"])
    quantity: Quantity = 1
    fuel: Name | None = None
    price_usd: Annotated[Decimal, Field(ge=0, le=100_000, max_digits=10, decimal_places=2)] | None = None
    account: Name | None = Field(default=None, description="Name of your account, where you have several")
    notes: Text = ""


class RetireIn(Body):
    """Certificates used up for good. The registry is not told."""

    registry: Identifier = Field(examples=["mrets"])
    quantity: Quantity = 1
    reason: Name = Field(description="Reason in the registry's words", examples=["OTHER"])
    beneficiary: Name = Field(examples=["Example Campus"])
    fuel: Name | None = None
    account: Name | None = None
    notes: Text = ""


def _within_reason(moment: datetime) -> None:
    if not 2000 <= moment.year <= 2100:
        raise ValueError("moments lie between 2000 and 2100")
