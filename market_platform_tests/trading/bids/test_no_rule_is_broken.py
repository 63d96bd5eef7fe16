"""Random bids: what the checker passes breaks no rule, by a second reading of the rules that shares nothing with it.

The numbers here were typed from the facts page a second time; only gates of summer days are worked with fixed offsets.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from market_platform.trading.bids.bid import Bid, StorageTerms
from market_platform.trading.bids.checker import check_bid
from market_platform_tests.trading.bids.bid_cases import a_bid, local, points

SUMMER_OFFSET = {"caiso": 7, "pjm": 4, "ercot": 5, "nyiso": 4}
DAM_GATE_HOUR = {"caiso": 10, "pjm": 11, "ercot": 10, "nyiso": 5}
RTM_MINUTES = {"caiso": 75, "pjm": 65, "ercot": 60, "nyiso": 75}
SELL = {
    "caiso": ["energy"], "pjm": ["energy", "increment"], "ercot": ["energy", "energy_only_offer"],
    "nyiso": ["energy", "virtual_supply"],
}  # fmt: skip
BUY = {
    "caiso": [], "pjm": ["decrement", "demand"], "ercot": ["energy_bid", "rtm_energy_bid"],
    "nyiso": ["load", "virtual_load"],
}  # fmt: skip
UP = {
    "caiso": ["regulation_up", "spin", "non_spin", "imbalance_reserve_up", "reliability_capacity_up"],
    "pjm": ["regulation", "synchronized_reserve", "secondary_reserve"],
    "ercot": ["regulation_up", "rrs_pf", "rrs_ff", "rrs_uf", "ecrs", "non_spin"],
    "nyiso": ["spin_10", "non_sync_10", "reserve_30", "regulation_capacity"],
}
DOWN = {
    "caiso": ["regulation_down", "imbalance_reserve_down", "reliability_capacity_down"], "pjm": ["regulation"],
    "ercot": ["regulation_down"], "nyiso": ["regulation_capacity"],
}  # fmt: skip
AS_ONLY = ["as_only_regulation_up", "as_only_regulation_down", "as_only_rrs_pf", "as_only_ecrs", "as_only_non_spin"]
DAM_ONLY = {
    "increment", "decrement", "demand", "energy_only_offer", "energy_bid", "load", "virtual_supply", "virtual_load",
    "imbalance_reserve_up", "imbalance_reserve_down", "reliability_capacity_up", "reliability_capacity_down", *AS_ONLY,
}  # fmt: skip
HOURS_BEHIND = {
    ("ercot", "regulation_up"): "0.5", ("ercot", "regulation_down"): "0.5", ("ercot", "rrs_pf"): "0.5",
    ("ercot", "rrs_uf"): "0.5", ("ercot", "rrs_ff"): "0.25", ("ercot", "ecrs"): "1", ("ercot", "non_spin"): "4",
    ("pjm", "regulation"): "0.25", ("pjm", "synchronized_reserve"): "0.5", ("pjm", "secondary_reserve"): "4",
    ("caiso", "spin"): "0.5", ("caiso", "non_spin"): "0.5", ("nyiso", "spin_10"): "1", ("nyiso", "non_sync_10"): "1",
    ("nyiso", "reserve_30"): "1",
}  # fmt: skip


def gate_kept(bid: Bid, received: datetime) -> bool:
    offset = timedelta(hours=SUMMER_OFFSET[bid.iso])
    midnight = (bid.start - offset).replace(hour=0, minute=0, second=0) + offset
    if bid.market == "dam":
        return received < midnight - timedelta(hours=24 - DAM_GATE_HOUR[bid.iso])
    if bid.iso == "pjm" and midnight - timedelta(hours=9.75) <= received < midnight - timedelta(hours=5.5):
        return False
    return received < bid.start.replace(minute=0, second=0) - timedelta(minutes=RTM_MINUTES[bid.iso])


def price_bounds(bid: Bid, received: datetime) -> tuple[Decimal | None, Decimal | None]:
    capacity = bid.product in UP[bid.iso] + DOWN[bid.iso]
    if bid.iso == "caiso":
        if capacity:
            return Decimal(0), Decimal(250)
        return Decimal(-150), Decimal(2000 if bid.kind == "storage" else 1000)
    if bid.iso == "pjm":
        if capacity:
            return Decimal(0), Decimal(100) if bid.product == "regulation" else None
        return None, Decimal(1000 if bid.product == "energy" else 2000)
    if bid.iso == "nyiso":
        return (Decimal(0), None) if capacity else (Decimal(-1000), Decimal(1000))
    if capacity or bid.product in AS_ONLY:
        return Decimal(0), Decimal(5000)
    if bid.product == "energy_bid":
        return None, Decimal(999_999)
    if bid.product == "rtm_energy_bid":
        return None, Decimal(2000)
    before_1430 = received < local("ercot", 2026, 7, 14, 14, 30)
    return Decimal(-250), Decimal(5000 if bid.market == "dam" or before_1430 else 2000)


def shape_kept(bid: Bid) -> bool:
    sizes, prices = [mw for mw, _ in bid.points], [price for _, price in bid.points]
    blocks = bid.product in UP[bid.iso] + DOWN[bid.iso] + AS_ONLY
    most = {"caiso": 11, "pjm": 10, "nyiso": 3 if bid.product == "load" else 11}.get(bid.iso, 5 if blocks else 10)
    if len(sizes) > most:
        return False
    if bid.iso == "ercot" and blocks:
        return True
    falling = bid.product in BUY[bid.iso] or (bid.iso, bid.product, bid.kind) == ("caiso", "energy", "load")
    if prices != sorted(prices, reverse=falling) or sizes != sorted(sizes):
        return False
    if bid.iso == "ercot":
        if max([0, *Counter(sizes).values(), *Counter(prices).values()]) > 2:
            return False
        if bid.shape in ("fixed", "variable") and len(sizes) > 1:
            return False
        if bid.product == "rtm_energy_bid" and sizes and (sizes[0] != 0 or len(sizes) < 2 or sizes[1] == 0):
            return False
    return True


def size_kept(bid: Bid) -> bool:
    sizes = [mw for mw, _ in bid.points]
    every = sizes + ([bid.self_schedule_mw] if bid.self_schedule_mw is not None else [])
    blocks = bid.product in UP[bid.iso] + DOWN[bid.iso] + AS_ONLY
    if min(every) < 0 and not (bid.kind == "storage" and bid.product == "energy"):
        return False
    least = Decimal("0.01" if bid.iso == "caiso" and bid.kind != "der" else "0.1")
    exempt = bid.kind == "storage" and bid.product == "energy"  # an energy bid of storage is a bid like any other
    if bid.iso == "ercot" and bid.product in ("energy", "energy_only_offer", "energy_bid") and not exempt:
        least = Decimal(1)
    size = min(sizes) if blocks and sizes else max(map(abs, every))
    decimals = {"caiso": 2, "pjm": 1, "ercot": 1, "nyiso": 4}[bid.iso]
    return size >= least and all(mw == round(mw, decimals) for mw in every)


def own_schedule_kept(bid: Bid) -> bool:
    if bid.self_schedule_mw is None:
        return True
    if bid.product not in ("energy", "demand", "load"):
        return False
    return bid.iso != "caiso" or not bid.points or bid.self_schedule_mw <= bid.points[0].mw


def energy_kept(bid: Bid) -> bool:
    capacity = bid.product in UP[bid.iso] + DOWN[bid.iso]
    soc = bid.soc
    if soc is None:
        return not (capacity and bid.kind == "storage")
    if not 0 <= soc.min_soc_mwh <= soc.start_soc_mwh <= soc.max_soc_mwh:
        return False
    hours = HOURS_BEHIND.get((bid.iso, bid.product))
    if bid.iso == "caiso" and bid.product.startswith("regulation"):
        hours = "1" if bid.market == "dam" else "0.5"
    if hours is None or bid.kind != "storage":
        return True
    needed = Decimal(hours) * max(sum(mw for mw, _ in bid.points), abs(bid.self_schedule_mw or Decimal(0)))
    up = bid.product not in UP[bid.iso] or soc.start_soc_mwh - soc.min_soc_mwh >= needed
    down = bid.product not in DOWN[bid.iso] or soc.max_soc_mwh - soc.start_soc_mwh >= needed
    return up and down


def time_kept(bid: Bid) -> bool:
    offset = timedelta(hours=SUMMER_OFFSET[bid.iso])
    hours = (bid.end - bid.start) / timedelta(hours=1)
    if (bid.start - offset).date() != (bid.end - offset - timedelta(seconds=1)).date():
        return False
    on_the_hour = bid.start.minute == 0 and bid.end.minute == 0
    return (on_the_hour or (bid.iso == "caiso" and bid.market == "rtm")) and (
        hours <= 1 or bid.iso not in ("pjm", "nyiso")
    )


def keeps_every_rule(bid: Bid, received: datetime) -> bool:
    if bid.product in (DAM_ONLY if bid.market == "rtm" else {"rtm_energy_bid"}):
        return False
    low, high = price_bounds(bid, received)
    decimals = 6 if bid.iso == "pjm" else 2
    prices = [price for _, price in bid.points]
    return (
        gate_kept(bid, received)
        and not (bid.iso == "pjm" and bid.kind == "der")
        and all((low is None or price >= low) and (high is None or price <= high) for price in prices)
        and all(price == round(price, decimals) for price in prices)
        and shape_kept(bid)
        and size_kept(bid)
        and own_schedule_kept(bid)
        and energy_kept(bid)
        and time_kept(bid)
    )


MW = ("-10", "-5", "-0.1", "0", "0.05", "0.1", "0.5", "0.9", "1", "1.25", "1.1234", "2", "2.12345", "5", "10")
PRICE = (
    "-1000.01", "-1000", "-250.01", "-250", "-150.01", "-150", "-30", "-0.01", "0", "0.001", "1", "20", "20.5",
    "99.999999", "100", "100.01", "250", "250.01", "999", "1000", "1000.01", "2000", "2000.01", "5000", "5000.01",
)  # fmt: skip
LEVELS = (("0", "40", "20"), ("1", "39", "20"), ("0", "4", "4"), ("0", "4", "0"), ("5", "4", "4"), ("-1", "4", "2"))
CALM = ["1", "20", "20.5", "100"]


@st.composite
def bids(draw):
    """A bid that is right but for a few fields drawn anew."""
    iso = draw(st.sampled_from(["caiso", "pjm", "ercot", "nyiso"]))
    known = {*SELL[iso], *BUY[iso], *UP[iso], *DOWN[iso], *(AS_ONLY if iso == "ercot" else [])}
    product = draw(st.sampled_from(sorted(known)))
    bent = draw(
        st.sets(
            st.sampled_from(["mw", "price", "order", "start", "end", "kind", "soc", "own", "shape", "market"]),
            max_size=3,
        )
    )
    size = draw(st.integers(1, 12 if "order" in bent else 3))
    sizes = draw(st.lists(st.sampled_from(MW if "mw" in bent else ["1", "2", "5"]), min_size=size, max_size=size))
    prices = draw(st.lists(st.sampled_from(PRICE if "price" in bent else CALM), min_size=size, max_size=size))
    if "order" not in bent or draw(st.booleans()):
        sizes.sort(key=Decimal)
        prices.sort(key=Decimal, reverse=product in BUY[iso])
    if product == "rtm_energy_bid" and draw(st.booleans()):
        sizes[0] = "0"
    market = "rtm" if product == "rtm_energy_bid" else "dam"
    fields = {"market": market, "kind": "storage", "shape": "curve", "minutes": 60, "late": 0, "own": None}
    levels = LEVELS[0]
    drawn = {
        "market": ["dam", "rtm"], "kind": ["storage", "generator", "load", "der", "virtual"],
        "shape": ["curve", "fixed", "variable", "slope"], "own": ["0.1", "1", "5", "-5"],
    }  # fmt: skip
    for name, choices in drawn.items():
        if name in bent:
            fields[name] = draw(st.sampled_from(choices))
    if "start" in bent:
        fields["late"] = draw(st.sampled_from([5, 30]))
    if "end" in bent:
        fields["minutes"] = draw(st.sampled_from([30, 120]))
    if "soc" in bent:
        levels = draw(st.sampled_from([None, *LEVELS]))
    start = local(iso, 2026, 7, 15, draw(st.integers(0, 23))).astimezone(UTC) + timedelta(minutes=fields["late"])
    return a_bid(
        iso, product, kind=fields["kind"], market=fields["market"], start=start, shape=fields["shape"],
        end=start + timedelta(minutes=fields["minutes"]), points=points(*zip(sizes, prices, strict=True)),
        self_schedule_mw=None if fields["own"] is None else Decimal(fields["own"]),
        soc=None if levels is None else StorageTerms(*map(Decimal, levels)),
    )  # fmt: skip


RECEIVED = st.one_of(st.integers(-40 * 60, -24 * 60), st.integers(-40 * 60, 30 * 60)).map(
    lambda minutes: datetime(2026, 7, 15, tzinfo=UTC) + timedelta(minutes=minutes)
)


def test_the_checker_passes_exactly_what_keeps_every_rule():
    seen: Counter[bool] = Counter()

    @settings(max_examples=500, deadline=None)
    @given(bids(), RECEIVED)
    def passes_what_keeps_every_rule(bid, received):
        verdict = check_bid(bid, received)
        seen[verdict.passes] += 1
        assert verdict.passes == keeps_every_rule(bid, received), verdict.broken

    passes_what_keeps_every_rule()
    assert min(seen[True], seen[False]) > 50, "hardly any of one kind were drawn"
