"""Fundamentals: a day of NYMEX settlements against pandas, and CHP plans against energypylinear on the same case."""

import io
import json
import time
from datetime import date
from statistics import median

import numpy as np
import pandas as pd
import peers

from market_platform.analysis.chp.facility import Facility, Tariff
from market_platform.analysis.chp.plan import cleanest_plan, plan
from market_platform.sandbox.publishers.cme import settlement_file
from market_platform.sandbox.world import World
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload

ENERGYPYLINEAR = "energypylinear==1.4.1"
ROUNDS = 7
CHP_BAR = 500
CHP_AGREES_USD = 1e-4
# The peer's boiler has an efficiency of 0.8; its time holds building and solving. Its cost is the solver's own objective:
# what it adds up itself comes from a solution file of eight digits (5e-4 off at 720 hours).
PEER = """
import json, os, re, sys, tempfile, time
import energypylinear as epl, numpy as np
count = int(sys.argv[1])
chance = np.random.default_rng(42)
price, high, low = chance.normal(100, 60, count), chance.uniform(0, 60, count), chance.uniform(0, 30, count)
start = time.perf_counter()
asset = epl.CHP(electric_power_max_mw=60, electric_power_min_mw=30, electric_efficiency_pct=0.4,
    high_temperature_efficiency_pct=0.2, low_temperature_efficiency_pct=0.2, electricity_prices=price,
    export_electricity_prices=price, gas_prices=np.full(count, 25.0), high_temperature_load_mwh=high,
    low_temperature_load_mwh=low, include_spill=True)
asset.optimize(verbose=False, optimizer_config=epl.OptimizerConfig(relative_tolerance=0.0, timeout=100))
seconds = time.perf_counter() - start
with tempfile.TemporaryFile("w+") as log:
    screen = os.dup(1)
    os.dup2(log.fileno(), 1)
    asset.optimize(verbose=False, optimizer_config=epl.OptimizerConfig(relative_tolerance=0.0, timeout=100, verbose=True))
    sys.stdout.flush()
    os.dup2(screen, 1)
    log.seek(0)
    cost = float(re.findall("Objective value: +([-0-9.]+)", log.read())[-1])
print(json.dumps({"seconds": seconds, "cost": cost}))
"""

# Each case is a site with an engine of its own: prices below, at and above import, loads, heat from elsewhere, dumping or
# not, half hours, and the emissions in place of the cost.
PEER_CASES = """
import json, os, re, sys, tempfile
import energypylinear as epl
costs = []
with tempfile.TemporaryFile("w+") as log:
    screen = os.dup(1)
    os.dup2(log.fileno(), 1)
    for case in json.loads(sys.argv[1]):
        assets = [epl.CHP(**case["engine"]), epl.Valve(), epl.Boiler()] + [epl.Spill()] * case["dump"]
        epl.Site(assets=assets, **case["site"]).optimize(objective=case["objective"], verbose=False,
            optimizer_config=epl.OptimizerConfig(relative_tolerance=0.0, timeout=100, verbose=True))
    sys.stdout.flush()
    os.dup2(screen, 1)
    log.seek(0)
    costs = [float(found) for found in re.findall("Objective value: +([-0-9.]+)", log.read())]
print(json.dumps(costs))
"""
CASES = 40
GAS_TONNES_PER_MWH = 0.185  # the peer's own


def case(seed):
    """Return a random case of 24 intervals: what the peer is asked."""
    chance = np.random.default_rng(seed)
    most, minutes = float(chance.choice([5, 20, 60])), int(chance.choice([60, 30]))
    dump, price, hours = bool(chance.integers(2)), chance.normal(60, 60, 24), minutes / 60

    def energy(part):
        return chance.uniform(0, part * most, 24) * hours

    low = energy(0.8)
    return {
        "engine": {
            "electric_power_max_mw": most, "electric_power_min_mw": float(chance.choice([0, 0.3, 0.5, 0.9])) * most,
            "electric_efficiency_pct": float(chance.choice([0.3, 0.4])), "freq_mins": minutes,
            "high_temperature_efficiency_pct": float(chance.choice([0, 0.2, 0.3])),
            "low_temperature_efficiency_pct": float(chance.choice([0, 0.1, 0.2])),
        },
        "site": {
            "electricity_prices": price.tolist(), "export_electricity_prices": (price + chance.choice([-15, 0, 15])).tolist(),
            "electricity_carbon_intensities": chance.normal(0.35, 0.2, 24).tolist(), "freq_mins": minutes,
            "gas_prices": chance.uniform(5, 40, 24).tolist(), "electric_load_mwh": energy(1.1).tolist(),
            "high_temperature_load_mwh": energy(1.2).tolist(), "low_temperature_load_mwh": low.tolist(),
            "low_temperature_generation_mwh": np.minimum(energy(0.3), np.inf if dump else low).tolist(),
        },
        "dump": dump, "objective": ["price", "carbon"][seed % 2],
    }  # fmt: skip


def our_objective(asked):
    """Return what our engine says of a case that the peer is asked."""
    engine, hours = asked["engine"], asked["engine"]["freq_mins"] / 60
    site = {name: np.array(values) for name, values in asked["site"].items()}
    facility = Facility(
        engine["electric_power_max_mw"], engine["electric_power_min_mw"], engine["electric_efficiency_pct"],
        engine["high_temperature_efficiency_pct"], engine["low_temperature_efficiency_pct"], 0.8,
        co2_tonnes_per_mwh_fuel=GAS_TONNES_PER_MWH, heat_may_be_dumped=asked["dump"],
    )  # fmt: skip
    tariff = Tariff(
        site["electricity_prices"], site["export_electricity_prices"], site["gas_prices"],
        site["electric_load_mwh"] / hours, site["high_temperature_load_mwh"] / hours,
        (site["low_temperature_load_mwh"] - site["low_temperature_generation_mwh"]) / hours, np.zeros(24), hours=hours,
    )  # fmt: skip
    if asked["objective"] == "price":
        return plan(facility, tariff).total_usd
    return cleanest_plan(facility, tariff, site["electricity_carbon_intensities"])[1]


def chp_cases():
    """Yield the widest difference from the peer over random cases of every switch."""
    asked = [case(seed) for seed in range(CASES)]
    batches = [asked[place : place + 10] for place in range(0, CASES, 10)]  # a command line has its limit
    theirs = [cost for batch in batches for cost in peers.ask(ENERGYPYLINEAR, PEER_CASES, json.dumps(batch))]
    gap = max(abs(our_objective(one) - cost) for one, cost in zip(asked, theirs, strict=True))
    name = f"CHP plans of {CASES} random cases: widest difference"
    yield {"name": name, "value": gap, "unit": "USD or t", "peer": ENERGYPYLINEAR, "peer_value": 0.0,
           "ratio": None, "bar": CHP_AGREES_USD, "holds": gap <= CHP_AGREES_USD}  # fmt: skip


def seconds_of(call):
    """Return the median time of a call."""
    call()
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return median(spent)


def chp(count):
    """Yield time and agreement of a plan of ``count`` hours."""
    chance = np.random.default_rng(42)
    price, high, low = chance.normal(100, 60, count), chance.uniform(0, 60, count), chance.uniform(0, 30, count)
    nothing = np.zeros(count)
    tariff = Tariff(price, price, np.full(count, 25.0), nothing, high, low, nothing)
    facility = Facility(60.0, 30.0, 0.4, 0.2, 0.2, 0.8)
    ours = seconds_of(lambda: plan(facility, tariff))
    theirs = peers.ask(ENERGYPYLINEAR, PEER, count)
    ratio, gap = theirs["seconds"] / ours, abs(plan(facility, tariff).total_usd - theirs["cost"])
    name = f"CHP plan of {count} hours"
    yield {"name": name, "value": ours, "unit": "s", "peer": ENERGYPYLINEAR, "peer_value": theirs["seconds"],
           "ratio": ratio, "bar": CHP_BAR, "holds": ratio >= CHP_BAR}  # fmt: skip
    yield {"name": f"{name}: difference in cost", "value": gap, "unit": "USD", "peer": ENERGYPYLINEAR,
           "peer_value": theirs["cost"], "ratio": None, "bar": CHP_AGREES_USD, "holds": gap <= CHP_AGREES_USD}  # fmt: skip


def run():
    """Yield every measure."""
    content = settlement_file(World(0), date(2026, 11, 6))
    head, _, body = content.partition(b"\n")
    large = head + b"\n" + b"\n".join([body] * 40)
    feed = FEEDS["cme_nymex_file"]
    ours = seconds_of(lambda: feed.parse(feed, [Payload("nymex_future.csv", large)]))
    theirs = seconds_of(lambda: pd.read_csv(io.BytesIO(large)))
    yield {"name": "NYMEX settlements, 11,520 rows to contract", "value": ours, "unit": "s", "peer": "pandas.read_csv alone",
           "peer_value": theirs, "ratio": theirs / ours, "bar": None, "holds": None}  # fmt: skip
    for count in (24, 720):
        yield from chp(count)
    yield from chp_cases()
