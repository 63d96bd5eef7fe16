"""The charge tables of four ISOs as data: one CSV per ISO, one row per charge, product and effective period.

``quantity`` is a formula over the stages of a position (da, fmm, rtd, rt, meter, charging), injections positive, so
that revenue is always quantity x price. ``price`` names market and component. ``positive_means`` is the ISO's own sign.
``status``: V read in an official text, S second-hand, U unverified; a statement shows it. Rounding ``interval`` makes
every interval a line of whole cents; ``line`` rounds the day once and lets its intervals carry the remainder.
"""

import csv
import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

ISOS = ("caiso", "ercot", "nyiso", "pjm")
STAGES = ("da", "fmm", "rtd", "rt", "meter", "charging")
#: A position without a row in these stages is zero; in the others it is unknown, and the settlement refuses.
ZERO_WHEN_ABSENT = ("da", "charging")
COMPONENTS = {
    "lmp": "price",
    "spread": "price",
    "energy": "energy",
    "congestion": "congestion",
    "loss": "loss",
}
TOKEN = re.compile(r"[a-z_]+|\d+|[-+(),]|\s+")
WORDS = {*STAGES, "min", "max", "abs"}
#: Begins the code of a line for which no charge is known; market and product follow.
UNSETTLED = "UNSETTLED_"


@dataclass(frozen=True)
class Charge:
    """One charge for one product while one rule held."""

    iso: str
    charge_code: str
    name: str
    product: str
    quantity: str
    price: str
    price_floor_usd_per_mwh: Decimal | None
    interval_minutes: int
    calc_minutes: int
    rounding: str
    positive_means: str
    effective_from: date
    effective_to: date
    status: str
    equation: str
    source: str

    @property
    def is_fixed(self) -> bool:
        """Billed per day as quantity x rate, with no interval inside the day."""
        return self.quantity == "fixed"

    @property
    def price_market(self) -> str:
        """The market whose price is used, or ``rate``."""
        return self.price.split(".")[0]

    @property
    def component(self) -> str:
        """lmp, energy, congestion, loss, spread; empty for a rate."""
        return self.price.partition(".")[2]

    @property
    def price_product(self) -> str:
        """The product under which the price is published."""
        if self.component == "spread":
            return "spread"
        return "energy" if self.product in ("energy", "virtual") else self.product

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that the quantity is made of."""
        return tuple(stage for stage in STAGES if re.search(rf"\b{stage}\b", self.quantity))


def _charge(row: dict[str, str]) -> Charge:
    floor = row["price_floor_usd_per_mwh"]
    charge = Charge(
        iso=row["iso"],
        charge_code=row["charge_code"],
        name=row["name"],
        product=row["product"],
        quantity=row["quantity"],
        price=row["price"],
        price_floor_usd_per_mwh=Decimal(floor) if floor else None,
        interval_minutes=int(row["interval_minutes"]),
        calc_minutes=int(row["calc_minutes"]),
        rounding=row["rounding"],
        positive_means=row["positive_means"],
        effective_from=date.fromisoformat(row["effective_from"]) if row["effective_from"] else date.min,
        effective_to=date.fromisoformat(row["effective_to"]) if row["effective_to"] else date.max,
        status=row["status"],
        equation=row["equation"],
        source=row["source"],
    )
    _check(charge)
    return charge


def _check(charge: Charge) -> None:
    where = f"charge table {charge.iso}, {charge.charge_code} {charge.product}"
    if "".join(TOKEN.findall(charge.quantity)) != charge.quantity:
        msg = f"{where}: quantity {charge.quantity!r} is not a formula over {STAGES}"
        raise ValueError(msg)
    words = set(re.findall(r"[a-z_]+", charge.quantity))
    known = charge.is_fixed or words <= WORDS
    priced = charge.price == "rate" if charge.is_fixed else charge.component in COMPONENTS
    if not (known and priced and charge.rounding in ("interval", "line") and charge.status in ("V", "S", "U")):
        msg = f"{where}: unknown word, price, rounding or status"
        raise ValueError(msg)
    if charge.positive_means not in ("charge", "credit") or charge.interval_minutes % charge.calc_minutes:
        msg = f"{where}: positive_means or calc_minutes is wrong"
        raise ValueError(msg)


@cache
def charge_table(iso: str) -> tuple[Charge, ...]:
    """Return every charge row of an ISO, past and present. Raises KeyError for an ISO without a table."""
    if iso not in ISOS:
        msg = f"no charge table for {iso!r}: there are {', '.join(ISOS)}"
        raise KeyError(msg)
    text = resources.files(__package__).joinpath(f"{iso}.csv").read_text(encoding="utf-8")
    return tuple(_charge(row) for row in csv.DictReader(text.splitlines()))


def charges_on(iso: str, day: date) -> tuple[Charge, ...]:
    """Return the charges in force on a market day."""
    return tuple(c for c in charge_table(iso) if c.effective_from <= day <= c.effective_to)


def unsettled_code(stage: str, product: str) -> str:
    """Return the code of the lines of awards that no charge of the table settles."""
    return f"{UNSETTLED}{stage.upper()}_{product.upper()}"


def is_unsettled(charge_code: str) -> bool:
    """Whether a line of that code stands for awards that no charge settles."""
    return charge_code.startswith(UNSETTLED)


def name_of(iso: str, charge_code: str) -> str:
    """Return a charge's name; why it is not settled where no charge is known; empty for a code of nobody's."""
    if is_unsettled(charge_code):
        stage, _, product = charge_code.removeprefix(UNSETTLED).partition("_")
        return f"not settled: no charge known for {product.lower()} awards ({stage.lower()})"
    known = charge_named(iso, charge_code)
    return known.name if known else ""


@cache
def charge_named(iso: str, charge_code: str) -> Charge | None:
    """Return the last row of a charge code, or None where the table has no such code."""
    found = [charge for charge in charge_table(iso) if charge.charge_code == charge_code]
    return max(found, key=lambda charge: charge.effective_to) if found else None


def by_component(charges: tuple[Charge, ...]) -> tuple[Charge, ...]:
    """Split every charge at the full LMP into energy, congestion and loss lines: ``6011.energy`` and so on."""
    split = []
    for charge in charges:
        if charge.component != "lmp" or charge.price_product != "energy" or charge.price_floor_usd_per_mwh is not None:
            split.append(charge)
            continue
        for component in ("energy", "congestion", "loss"):
            code = f"{charge.charge_code}.{component}"
            split.append(replace(charge, charge_code=code, price=f"{charge.price_market}.{component}"))
    return tuple(split)
