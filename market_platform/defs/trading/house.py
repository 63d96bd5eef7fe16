"""The trading house put together over a platform: resources, limits, prices, the market's side and the service.

Command line, HTTP and assets take it from here. In the sandbox bids go to the simulated exchange; with live data they stay
a dry run, or, where ``paper_trading`` is set, go to the simulated exchange at the published prices. Nothing here
can reach a live market.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path

import pandas as pd

from market_platform.contracts.families.trading import BID_SCHEDULES, RESOURCE_DISPATCH
from market_platform.defs.trading.prices import PriceBook
from market_platform.errors import SettingsError
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import day_bounds
from market_platform.platform import Platform
from market_platform.sandbox.exchange import certificate
from market_platform.sandbox.exchange.exchange import Exchange
from market_platform.sandbox.exchange.market_day import MarketDay
from market_platform.sandbox.exchange.order import Backing, Order
from market_platform.sandbox.exchange.unit import Unit
from market_platform.trading.bid_ledger.queries import submitted_at
from market_platform.trading.bids.checker import check_bid
from market_platform.trading.bids.gates import event_at
from market_platform.trading.bids.tables import product_of, rules_in_force
from market_platform.trading.gateways.caiso import CaisoGateway
from market_platform.trading.gateways.credentials import Credentials
from market_platform.trading.gateways.desk import Desk
from market_platform.trading.gateways.gateway import Gateway
from market_platform.trading.gateways.nyiso import NyisoGateway
from market_platform.trading.gateways.pjm import PjmGateway
from market_platform.trading.gateways.sending import DRY_RUN, Permission
from market_platform.trading.planning.bids_of_plan import KIND_OF
from market_platform.trading.resources import IDENTIFIERS, Resources
from market_platform.trading.risk.limits import RiskLimits
from market_platform.trading.service import TradingService

TRADED = ("caiso", "ercot", "nyiso", "pjm")
SIMULATED_FLEET = Path(certificate.__file__).with_name("fleet.csv")
RESOURCES_FILE, LIMITS_FILE = "resources.csv", "risk_limits.csv"
MILLI = Decimal("0.001")


@dataclass(frozen=True)
class House:
    """One trading house. ``actor`` is who stands in the audit trail."""

    platform: Platform
    actor: str = "market-platform"

    @property
    def has_resources(self) -> bool:
        """True where there is anything to trade."""
        return self.is_simulated or self._resources_file.is_file()

    @cached_property
    def resources(self) -> Resources:
        """The user's resources, in the sandbox a simulated fleet where there are none. Raises SettingsError without any."""
        if self._resources_file.is_file():
            return Resources.read(self._resources_file)
        if not self.is_simulated:
            raise SettingsError(f"there are no resources to trade: put a table at {self._resources_file}")
        return Resources.read(SIMULATED_FLEET)

    @property
    def _resources_file(self) -> Path:
        return self.platform.settings.data_folder / RESOURCES_FILE

    @property
    def is_simulated(self) -> bool:
        """True where the data are the sandbox's."""
        return self.platform.settings.origin == "sandbox"

    @property
    def delivery(self) -> str:
        """``sandbox`` where bids go to the simulated exchange, else ``dry_run``."""
        return "sandbox" if self.is_simulated or self.platform.settings.paper_trading else "dry_run"

    @cached_property
    def limits(self) -> RiskLimits:
        """The risk limits: the defaults, and what ``risk_limits.csv`` (limit,value) in the data folder says otherwise."""
        path = self.platform.settings.data_folder / LIMITS_FILE
        return read_limits(path) if path.is_file() else RiskLimits()

    @cached_property
    def prices(self) -> PriceBook:
        """Prices from the lake."""
        return PriceBook(self.platform.lake)

    @cached_property
    def wire_names(self) -> dict[str, str]:
        """Own name of each resource by the name that its ISO has for it."""
        if not self.has_resources:
            return {}
        table = self.resources.table
        return {str(row[IDENTIFIERS[str(row["iso"])][1]]): str(name) for name, row in table.iterrows()}

    def of_iso(self, iso: str) -> pd.DataFrame:
        """Return the resources of an ISO, none where there are no resources at all."""
        if not self.has_resources:
            return pd.DataFrame()
        table = self.resources.table
        return table[table["iso"] == iso.upper()]

    def service(self, iso: str, day: date) -> TradingService:
        """Return the service for an ISO's market day, the exchange's side rebuilt from what the ledger says was sent."""
        side = self.market_day(iso, day) if self.delivery == "sandbox" else None

        def desk_of(participant: str) -> Desk:
            gateway = gateway_of(iso, participant)
            if side is None:
                return Desk(ledger=self.platform.ledger, gateway=gateway, limits=self.limits, actor=self.actor,
                            permission=DRY_RUN)  # fmt: skip
            return Desk(
                ledger=self.platform.ledger, gateway=gateway, limits=self.limits, actor=self.actor,
                permission=Permission("sandbox"), transport=side.transport(participant),
                credentials=_simulated_credentials(iso),
            )  # fmt: skip

        return TradingService(
            ledger=self.platform.ledger, iso=iso, day=day, limits=self.limits, actor=self.actor, desk_of=desk_of,
            market_side=side,
            price=lambda market, name, product, start, end: self.price(iso, market, name, product, start, end),
        )  # fmt: skip

    def price(
        self, iso: str, market: str, wire_name: str, product: str, start: datetime, end: datetime
    ) -> Decimal | None:
        """Return the price that settles a product of a resource, or of a location that is no resource."""
        name = self.wire_names.get(wire_name)
        location = wire_name if name is None else self.resources.table.loc[name, "location"]
        return self.prices.mean(iso, market, str(location), start, end, product)

    def market_day(self, iso: str, day: date) -> MarketDay:
        """Return the simulated exchange's market day with everything that the ledger says stands there."""
        exchange = Exchange(
            iso,
            check_bid,
            lambda market, location, product, start, end: self.price(iso, market, location, product, start, end),
            backing=self._backing,
            units=[self._unit(name, row, day) for name, row in self.of_iso(iso).iterrows()],
        )
        side = MarketDay(
            exchange, day, results_at=event_at(iso, "dam", "result", day), sweep_at=_sweep_at(iso, day),
            opened=_opener(iso),
        )  # fmt: skip
        sent: dict[tuple[datetime, str], list] = {}
        for bid, at in submitted_at(self.platform.ledger, iso, day):
            sent.setdefault((at, bid.participant), []).append(bid)
        for (at, participant), bids in sent.items():
            side.advance(at)
            for message in gateway_of(iso, participant).submission(bids, at):
                side.door.take(message.body, participant, at)
        return side

    def soc_mwh(self, name: str, at: datetime) -> tuple[float, str]:
        """Return a resource's stored energy at a moment and how it is known: telemetry, plan, or the resource table."""
        moment = pd.Timestamp(at)
        window = (
            f"resource = '{name}' AND interval_end <= TIMESTAMPTZ '{moment}' "
            f"AND interval_end > TIMESTAMPTZ '{moment - timedelta(days=3)}'"
        )
        seen = self.platform.lake.read(RESOURCE_DISPATCH, window).dropna(subset=["soc_mwh"]).sort_values("interval_end")
        if len(seen) and seen["interval_end"].iloc[-1] >= moment - timedelta(minutes=10):
            return float(seen["soc_mwh"].iloc[-1]), "telemetry"
        plan = self.platform.lake.read(BID_SCHEDULES, f"market_run = 'DAM' AND {window}")
        plan = plan.dropna(subset=["planned_soc_end_mwh"]).sort_values("interval_end")
        if len(plan) and plan["interval_end"].iloc[-1] == moment:
            return float(plan["planned_soc_end_mwh"].iloc[-1]), "plan"
        if len(seen):
            return float(seen["soc_mwh"].iloc[-1]), f"telemetry of {seen['interval_end'].iloc[-1]:%Y-%m-%d %H:%M}Z"
        return float(self.resources.table.loc[name, "soc_start_mwh"]), "resource table"

    def _backing(self, order: Order) -> Backing:
        """Return for how many hours a capacity order asks its store to last: the ISO's rule, which counts stored energy."""
        traded = product_of(order.iso, order.product, order.market_day)
        side = "" if traded is None else traded.side
        rows = rules_in_force(order.iso, order.market, order.product, order.kind, order.market_day)
        hours = max(
            (Decimal(row.value) for each in rows for row in each if row.rule == "soc_hours"), default=Decimal(0)
        )
        name = self.wire_names.get(order.resource)
        lost = Decimal(1) if name is None else _decimal(self.resources.table.loc[name, "discharge_efficiency"])
        # A unit counts what arrives at the grid: what is stored for an hour upwards must arrive, room must only be there.
        return Backing(hours if side in ("up", "both") else None, hours * lost if side in ("down", "both") else None)

    def _unit(self, name: object, row: pd.Series, day: date) -> Unit:
        """Return the simulated unit. It counts energy as it arrives at the grid, so one efficiency holds both losses."""
        wire_name = str(row[IDENTIFIERS[str(row["iso"])][1]])
        kind = KIND_OF[str(row["kind"])]
        if row["soc_max_mwh"] <= 0:
            return Unit(wire_name, kind, Decimal(0), _decimal(row["generation_mw"]))
        out = row["discharge_efficiency"]
        begin = day_bounds(day, MARKETS[str(row["iso"]).lower()].zone)[0]
        soc = self.soc_mwh(str(name), begin)[0]
        return Unit(
            wire_name, kind, -_decimal(row["charge_mw"]), _decimal(row["discharge_mw"]),
            _decimal((row["soc_max_mwh"] - row["soc_min_mwh"]) * out),
            max(_decimal((soc - row["soc_min_mwh"]) * out), Decimal(0)), _decimal(row["charge_efficiency"] * out),
        )  # fmt: skip


def gateway_of(iso: str, participant: str, schemas: Path | None = None) -> Gateway:
    """Return the gateway of a participant; ERCOT's demands its official schemas of every message where a folder is named."""
    if iso == "ercot":
        from market_platform.trading.gateways.ercot.gateway import ErcotGateway
        from market_platform.trading.gateways.ercot.schema import ErcotSchemas

        return ErcotGateway(participant, f"{participant}_API", ErcotSchemas(schemas) if schemas else None)
    if iso == "pjm":
        return PjmGateway(participant)
    return NyisoGateway(participant, f"{participant}_API") if iso == "nyiso" else CaisoGateway(participant)


def read_limits(path: Path) -> RiskLimits:
    """Read limits from a CSV of limit and value. Raises SettingsError that names the line."""
    known = {each.name for each in fields(RiskLimits)}
    values: dict[str, Decimal] = {}
    with path.open(newline="", encoding="utf-8") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            name, text = (row.get("limit") or "").strip(), (row.get("value") or "").strip()
            if name not in known:
                raise SettingsError(
                    f"{path.name} line {number}: no limit {name!r}, there are {', '.join(sorted(known))}"
                )
            try:
                values[name] = Decimal(text)
            except InvalidOperation as error:
                raise SettingsError(f"{path.name} line {number}: {name} is {text!r}, a number is due") from error
    return RiskLimits(**values)


def _sweep_at(iso: str, day: date) -> datetime | None:
    return event_at(iso, "rtm", "cap_sweep", day) if iso == "ercot" and day >= date(2025, 12, 5) else None


def _simulated_credentials(iso: str) -> Credentials:
    cert, key = certificate.self_signed("participant") if iso == "ercot" else ("simulated", "simulated")
    return Credentials(iso, password="simulated", token="simulated", certificate_pem=cert, key_pem=key)  # noqa: S106


def _opener(iso: str) -> Callable[[bytes], bytes]:
    if iso != "ercot":
        return lambda body: body

    def opened(body: bytes) -> bytes:
        from lxml import etree

        from market_platform.trading.gateways.ercot.envelope import verified_body

        return bytes(etree.tostring(verified_body(body, certificate.self_signed("participant")[0])))

    return opened


def _decimal(value: float) -> Decimal:
    return Decimal(str(round(float(value), 6)))
