"""What the rules look at, gathered from a platform: prices, feeds, gates, deadlines, bound risk. No Dagster here."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import duckdb
import sqlalchemy as sa

from market_platform.alerts import finding
from market_platform.alerts.finding import Finding, PricePair
from market_platform.alerts.rules import Rule, read_rules
from market_platform.alerts.standing import Change, settle_alerts
from market_platform.defs.trading.house import TRADED, House
from market_platform.errors import RuleBroken
from market_platform.ingest.status import feed_statuses
from market_platform.markets.market import MARKETS
from market_platform.markets.market_day import today
from market_platform.platform import Platform
from market_platform.settlement.books import view
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.feed import Refresh
from market_platform.trading.bid_ledger.life_cycle import HOLDING
from market_platform.trading.bid_ledger.tables import bids
from market_platform.trading.bids.gates import event_at

RULES_FILE = "alerts.csv"
REAL_TIME = {"nyiso": "RTD", "pjm": "RTD", "caiso": "RTD", "ercot": "RTM"}
# Runs end at different moments; a price older than this is stale data, not news.
PRICE_NEWS = timedelta(hours=2)
LAST_TWO = """
SELECT location, lmp_usd_per_mwh AS price, lag(lmp_usd_per_mwh) OVER series AS before, interval_end
FROM lmp
WHERE market = ? AND market_run = ? AND location_type IN ('hub', 'zone') AND market_day >= ?
WINDOW series AS (PARTITION BY location, feed ORDER BY interval_end)
QUALIFY row_number() OVER (PARTITION BY location ORDER BY interval_end DESC, known_from DESC, feed) = 1
ORDER BY location
"""
DUE = "SELECT DISTINCT state, period, item, duty, due FROM compliance_deadlines WHERE due BETWEEN ? AND ? ORDER BY due, state"
PRICE_KINDS = ("price_change", "price_above", "price_below")
DATA_KINDS = ("data_age", "gap")
CALENDAR_KINDS = ("gate_closing", "compliance_deadline", "dispute_deadline", "risk_limit")
LOOK_AHEAD_DAYS = 400


def rules_of(platform: Platform) -> list[Rule]:
    """Return the rules of a platform: the shipped ones under the user's. Raises SettingsError naming a bad line."""
    path = platform.settings.data_folder / RULES_FILE
    return read_rules(path.read_bytes() if path.is_file() else None)


def look_at_prices(platform: Platform) -> Change:
    """Judge the last real-time prices of hubs and zones."""
    return _settled(platform, finding.price_findings(rules_of(platform), price_pairs(platform)), PRICE_KINDS)


def look_at_data(platform: Platform) -> Change:
    """Judge age and gaps of the feeds."""
    rules, now = rules_of(platform), platform.clock()
    statuses = [status for status in feed_statuses(platform.ledger, now) if status.days]
    quick = [status for status in statuses if FEEDS[status.feed].refresh is Refresh.FIVE_MINUTES]
    ages = [
        (status.feed, status.age_minutes - FEEDS[status.feed].publication_lag / timedelta(minutes=1))
        for status in quick
        if status.age_minutes is not None and not FEEDS[status.feed].sparse
    ]
    found = finding.age_findings(rules, ages)
    found += finding.gap_findings(rules, [(status.feed, status.gaps) for status in statuses])
    return _settled(platform, found, DATA_KINDS)


def look_at_calendar(platform: Platform) -> Change:
    """Judge gates, deadlines and bound risk."""
    rules, now = rules_of(platform), platform.clock()
    day = now.astimezone(UTC).date()
    with platform.ledger.read() as connection:
        disputes = [
            (
                f"dispute {row['dispute_id'][:12]}",
                f"{row['iso']} {row['charge_code']}, {row['amount_usd']} USD,",
                row["deadline"],
            )
            for row in view.dispute_rows(connection, state="drafted")
            if row["deadline"] is not None
        ]
    found = [
        *finding.gate_findings(rules, _gates(platform, now), now),
        *finding.deadline_findings(rules, "compliance_deadline", _duties(platform, day), day),
        *finding.deadline_findings(rules, "dispute_deadline", disputes, day),
        *finding.risk_findings(rules, _bound(platform, day)),
    ]
    return _settled(platform, found, CALENDAR_KINDS)


def look_at_checks(platform: Platform, failed: Sequence[tuple[str, str]]) -> Change:
    """Judge checks that failed at their last run: (asset, check)."""
    return _settled(platform, finding.check_findings(rules_of(platform), failed), ("failed_check",))


def price_pairs(platform: Platform) -> list[PricePair]:
    """Return the last two real-time prices of each hub and zone, where the last is news."""
    now = platform.clock()
    pairs = []
    with platform.catalog.connect() as connection:
        for market, run in REAL_TIME.items():
            since = today(now, MARKETS[market].zone) - timedelta(days=1)
            rows = connection.execute(LAST_TWO, [market, run, since]).to_arrow_table().to_pylist()
            pairs += [
                PricePair(market, row["location"], row["price"], row["before"], row["interval_end"])
                for row in rows
                if row["price"] is not None and now - row["interval_end"] <= PRICE_NEWS
            ]
    return pairs


def _settled(platform: Platform, found: Sequence[Finding], kinds: Sequence[str]) -> Change:
    simulated = platform.settings.origin == "sandbox"
    return settle_alerts(platform.ledger, found, kinds, now=platform.clock(), simulated=simulated)


def _gates(platform: Platform, now: datetime) -> list[tuple[str, date, datetime]]:
    """Return the day-ahead gates of the next two market days of the markets in which there is something to bid."""
    house, gates = House(platform), []
    for iso in TRADED:
        if house.of_iso(iso).empty:
            continue
        local = today(now, MARKETS[iso].zone)
        for day in (local + timedelta(days=step) for step in (0, 1, 2)):
            try:
                gates.append((iso, day, event_at(iso, "dam", "gate_closure", day)))
            except RuleBroken:
                continue
    return gates


def _duties(platform: Platform, day: date) -> list[tuple[str, str, date]]:
    with platform.catalog.connect() as connection:
        try:
            rows = connection.execute(DUE, [day, day + timedelta(days=LOOK_AHEAD_DAYS)]).fetchall()
        except duckdb.CatalogException:
            return []
    return [(f"{state} {period} {item}", str(duty), due) for state, period, item, duty, due in rows]


def _bound(platform: Platform, day: date) -> list[tuple[str, float, float]]:
    limit = float(House(platform).limits.daily_exposure_usd)
    sums: dict[tuple[str, date], float] = {}
    query = sa.select(bids.c.portfolio, bids.c.market_day, bids.c.held_usd).where(
        bids.c.market_day >= day - timedelta(days=1), bids.c.state.in_(HOLDING)
    )
    with platform.ledger.read() as connection:
        for row in connection.execute(query):
            key = (row.portfolio, row.market_day)
            sums[key] = sums.get(key, 0.0) + float(row.held_usd)
    return [(f"portfolio {portfolio} {market_day}", usd, limit) for (portfolio, market_day), usd in sums.items()]
