"""The fundamentals on the simulated world: what they lay in, what a person sees, and what is asked of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import httpx
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from market_platform.analysis.gas.legs import spread_between
from market_platform.cli.main import app
from market_platform.contracts.families import drivers, fundamentals
from market_platform.defs import fundamentals as room
from market_platform.defs.fundamentals.checks import last_released_week, missing_weeks
from market_platform.defs.fundamentals.chp import chp_follows_prices, decisions_of, facilities, priced_hours
from market_platform.defs.fundamentals.history import fundamentals_history
from market_platform.ingest.derived import lay_in
from market_platform.platform import Platform
from market_platform.sandbox.publishers.cme import settlement_file
from market_platform.sandbox.transport import SandboxTransport
from market_platform.sandbox.world import World
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS
from market_platform.sources.payload import Payload

pytestmark = pytest.mark.long

MAKE = Callable[..., Platform]
NOW = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
READ = {
    "eia_gas_storage_lately": [date(2026, 11, 20)],
    "weather_gas_heating_degree_days": [date(2026, 11, 18)],
    "weather_open_meteo_forecast": [date(2026, 11, 20)],
    "nyiso_dam_lbmp_zone": [date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21)],
    "pjm_dam_lmp_hub": [date(2026, 11, 19), date(2026, 11, 20)],
    "caiso_dam_lmp_hub": [date(2026, 11, 20)],
    "ercot_dam_spp": [date(2026, 11, 20)],
}


def _run(platform: Platform, job: str) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions.merge(room.definitions(), dg.Definitions(resources={"platform": platform}))
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def(job).execute_in_process(instance=instance)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Platform, dg.ExecuteInProcessResult]:
    settings = Settings(data=tmp_path_factory.mktemp("fundamentals"), origin="sandbox")
    platform = Platform(settings, clock=lambda: NOW, transport=SandboxTransport(0, lambda: NOW))
    for key, days in READ.items():
        assert not [outcome for outcome in platform.pipeline.ingest(FEEDS[key], days) if outcome.failed]
    return platform, _run(platform, "fundamentals")


def _metadata(result: dg.ExecuteInProcessResult, key: str) -> dict[str, dg.MetadataValue]:
    (event,) = [event for event in result.get_asset_materialization_events() if event.asset_key == dg.AssetKey(key)]
    return dict(event.materialization.metadata)


def test_everything_is_laid_in_and_drawn(ran: tuple[Platform, dg.ExecuteInProcessResult]) -> None:
    platform, result = ran
    made = {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}
    assert made == {asset.key.to_user_string() for asset in room.ASSETS}
    for contract in (
        drivers.GAS_BASIS, drivers.GAS_SPREADS, drivers.GAS_FRONT_MONTH, drivers.STORAGE_SURPLUS, drivers.SPARK_SPREADS,
        drivers.CARBON_LEVELS,
        drivers.DRIVER_CORRELATIONS, drivers.RENEWABLE_OUTLOOK, drivers.CHP_DECISIONS, fundamentals.CARBON_OFFSETS,
        fundamentals.CARBON_AUCTIONS, fundamentals.PIPELINE_CAPACITY,
    ):  # fmt: skip
        assert len(platform.lake.read(contract)), contract.name
    for key, name in (("gas_basis", "basis"), ("gas_basis", "curve"), ("storage_surplus", "band"), ("gas_front_month", "plot"),
                      ("carbon_levels", "plot"),
                      ("spark_spreads", "plot"), ("pipeline_utilisation", "plot"), ("renewable_outlook", "solar")):  # fmt: skip
        assert "data:image/png;base64," in _metadata(result, key)[name].value
    assert {check.check_name for check in result.get_asset_check_evaluations() if not check.passed} == set()


def test_basis_is_what_the_exchange_settled(ran: tuple[Platform, dg.ExecuteInProcessResult]) -> None:
    platform, _ = ran
    rows = platform.lake.read(drivers.GAS_BASIS, "market_day = DATE '2026-11-19'")
    settled = platform.lake.read(
        fundamentals.FUTURES_SETTLEMENTS, "feed = 'cme_nymex_file' AND market_day = DATE '2026-11-19'"
    )
    both = rows.merge(settled, on=["symbol", "contract_month"])
    assert len(both) == len(rows) == 8 * 24
    other = both[both["symbol"] != "NG"]
    assert other["basis_usd_per_mmbtu"].to_numpy() == pytest.approx(other["settle_price"].to_numpy())
    assert (rows["price_usd_per_mmbtu"] - rows["henry_hub_usd_per_mmbtu"]).to_numpy() == pytest.approx(
        rows["basis_usd_per_mmbtu"].to_numpy(), abs=1e-9
    )
    assert set(rows.loc[rows["place"] == 1, "contract_month"].astype(str)) == {"2026-12-01"}


def test_spreads_are_those_of_any_two_legs(ran: tuple[Platform, dg.ExecuteInProcessResult]) -> None:
    platform, _ = ran
    curves = platform.lake.read(drivers.GAS_BASIS)
    curves = curves.assign(
        trade_day=curves["market_day"], contract_month=pd.to_datetime(curves["contract_month"]).dt.date
    )
    row = platform.lake.read(drivers.GAS_SPREADS).iloc[0]
    month = [pd.Timestamp(row[name]).date() for name in ("first_month", "second_month")]
    view = spread_between(curves, (row["first_hub"], month[0]), (row["second_hub"], month[1]))
    assert view.z_score == pytest.approx(row["z_score"])
    assert view.spread_usd_per_mmbtu == pytest.approx(row["spread_usd_per_mmbtu"])


def test_clean_spark_spread_adds_up_and_looks_back_only(ran: tuple[Platform, dg.ExecuteInProcessResult]) -> None:
    platform, _ = ran
    rows = platform.lake.read(drivers.SPARK_SPREADS)
    assert set(rows["market"]) == {"nyiso", "pjm", "caiso", "ercot"}
    assert (rows["gas_trade_day"] < rows["market_day"]).all()
    spark = rows["power_usd_per_mwh"] - 7.0 * rows["gas_usd_per_mmbtu"]
    assert spark.to_numpy() == pytest.approx(rows["spark_spread_usd_per_mwh"].to_numpy())
    carbon = (rows["spark_spread_usd_per_mwh"] - rows["clean_spark_spread_usd_per_mwh"]) / (7.0 * 0.05306)
    assert carbon.to_numpy() == pytest.approx(rows["carbon_usd_per_metric_ton"].to_numpy(), abs=1e-9)
    assert rows.groupby("market")["carbon_usd_per_metric_ton"].max()[["pjm", "ercot"]].tolist() == [0, 0]
    assert set(rows.loc[rows["is_gas_estimated"], "market"]) == {"caiso"}


def test_decisions_carry_age_and_quality_and_a_new_price_makes_a_new_version(
    ran: tuple[Platform, dg.ExecuteInProcessResult],
) -> None:
    platform, _ = ran
    rows = platform.lake.read(drivers.CHP_DECISIONS)
    by = rows.groupby("facility")["quality"].value_counts().unstack(fill_value=0)
    assert by.loc["Simulated Hospital", "good"] == 36  # today and tomorrow are published
    assert by.loc["Simulated Campus", "estimated"] == 24  # tomorrow is not
    assert by.loc["Simulated Food Plant", "good"] == 0  # no free curve quotes its gas
    assert rows["gas_age_hours"].between(12, 13).all()
    assert ((rows["decision"] == "run") == (rows["load_mw"] > 0)).all()

    later = NOW + timedelta(hours=2)
    after = Platform(platform.settings, clock=lambda: later, transport=SandboxTransport(0, lambda: later))
    (outcome,) = after.pipeline.ingest(FEEDS["pjm_dam_lmp_hub"], [date(2026, 11, 21)])
    assert outcome.outcome == "committed"
    assert _run(after, "chp").success
    campus = after.lake.read(drivers.CHP_DECISIONS, "facility = 'Simulated Campus'")
    ahead = campus[campus["interval_start"] >= later.replace(minute=0)]
    assert set(ahead["quality"]) == {"good"}
    versions = after.lake.read(drivers.CHP_DECISIONS, "facility = 'Simulated Campus'", versions=True)
    assert len(versions) == len(campus) + len(ahead)


def test_the_sensor_asks_once_for_each_change(ran: tuple[Platform, dg.ExecuteInProcessResult]) -> None:
    platform, _ = ran

    def tick(cursor: str | None, now: datetime) -> tuple[object, str | None]:
        at = Platform(platform.settings, clock=lambda: now, transport=platform.transport)
        with dg.build_sensor_context(cursor=cursor, resources={"platform": at}) as context:
            return chp_follows_prices(context), context.cursor

    first, cursor = tick(None, NOW + timedelta(hours=3))
    assert isinstance(first, dg.RunRequest)
    again, same = tick(cursor, NOW + timedelta(hours=3, minutes=5))
    assert isinstance(again, dg.SkipReason)
    next_hour, moved = tick(same, NOW + timedelta(hours=4))
    assert isinstance(next_hour, dg.RunRequest)
    assert moved != cursor


def test_a_users_table_comes_before_the_simulated_one(make_platform: MAKE, tmp_path: Path) -> None:
    platform = make_platform()
    platform.settings.data_folder.mkdir(parents=True)
    table = (Path(room.__file__).parent / "simulated_facilities.csv").read_text(encoding="utf-8")
    own = platform.settings.data_folder / "facilities.csv"
    own.write_text("\n".join(table.splitlines()[:2]).replace("Simulated Hospital", "Our Hospital"), encoding="utf-8")
    chosen, source = facilities(platform)
    assert [plant.facility for plant in chosen] == ["Our Hospital"]
    assert source == str(own)
    assert np.isinf(chosen[0].boiler_maximum_mw)


def test_a_missing_release_is_named() -> None:
    thanksgiving = date(2023, 11, 17)  # released on Wednesday, 2023-11-22, at noon
    before, after = (datetime(2023, 11, 22, hour, 0, tzinfo=UTC) for hour in (16, 18))
    assert (last_released_week(before), last_released_week(after)) == (date(2023, 11, 10), thanksgiving)
    weeks = [date(2026, 10, 2), date(2026, 10, 9), date(2026, 10, 23)]
    assert missing_weeks(weeks, date(2026, 10, 30)) == [date(2026, 10, 16), date(2026, 10, 30)]
    assert missing_weeks([], date(2026, 10, 30)) == [date(2026, 10, 30)]


@pytest.mark.parametrize(
    ("now", "count"),
    [(datetime(2026, 3, 7, 17, tzinfo=UTC), 12 + 23), (datetime(2026, 10, 31, 16, tzinfo=UTC), 12 + 25)],
)
def test_hours_ahead_over_both_clock_changes(make_platform: MAKE, now: datetime, count: int) -> None:
    platform = make_platform(now=now)
    days = [now.date(), now.date() + timedelta(days=1)]
    list(platform.pipeline.ingest(FEEDS["nyiso_dam_lbmp_zone"], days))
    trading_day = now.date() - timedelta(days=1)
    file = Payload("nymex_future.csv", settlement_file(World(0), trading_day, 3))
    assert not [outcome for outcome in platform.imports.take_file(file) if outcome.failed]
    plant = replace(facilities(platform)[0][0], programme="")
    hours = priced_hours(platform, plant)
    assert len(hours) == count
    assert not hours["power_is_estimated"].any()
    assert hours["interval_start"].is_unique
    assert decisions_of(platform, plant)["market_day"].value_counts().loc[days[1]] == count - 12


def test_any_two_legs_from_the_command_line(
    ran: tuple[Platform, dg.ExecuteInProcessResult],
) -> None:
    platform, _ = ran
    runner = CliRunner(env={"MARKET_PLATFORM_DATA": str(platform.settings.data_folder)})
    run = runner.invoke(app, ["spread", "Waha", "2027-01", "Henry Hub", "2027-02", "--json"])
    assert run.exit_code == 0, run.output
    view = json.loads(run.output)
    assert (view["first"], view["second"]) == ("Waha 2027-01", "Henry Hub 2027-02")
    assert -4 < view["spread_usd_per_mmbtu"] < 1
    wrong = runner.invoke(app, ["spread", "Nowhere", "2027-01", "Henry Hub", "2027-02"])
    assert wrong.exit_code == 2
    assert "hubs held are" in wrong.output


def test_what_the_engines_should_do_from_the_command_line(make_platform: MAKE) -> None:
    platform = make_platform(now=datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    runner = CliRunner(env={"MARKET_PLATFORM_DATA": str(platform.settings.data_folder)})
    none = runner.invoke(app, ["chp"])
    assert (none.exit_code, "no decisions from this hour on" in none.output) == (1, True)
    today = platform.clock().date()
    list(platform.pipeline.ingest(FEEDS["nyiso_dam_lbmp_zone"], [today, today + timedelta(days=1)]))
    trading_day = (pd.Timestamp(today) - pd.offsets.BDay(1)).date()
    settled = Payload("nymex_future.csv", settlement_file(World(0), trading_day, 3))
    assert not [outcome for outcome in platform.imports.take_file(settled) if outcome.failed]
    plant = replace(facilities(platform)[0][0], programme="")
    decided = decisions_of(platform, plant)
    lay_in(platform.lake, drivers.CHP_DECISIONS, "chp_decisions", decided, read_at=platform.clock(), inputs="0" * 64)
    began = datetime.now(UTC)
    [row] = json.loads(runner.invoke(app, ["chp", "--json"]).stdout)
    hours = json.loads(runner.invoke(app, ["chp", "--facility", plant.facility, "--json"]).stdout)
    assert row["facility"] == plant.facility
    # The hour may turn while the commands run.
    ahead = [
        decided[decided["interval_end"] > moment].sort_values("interval_start") for moment in (began, datetime.now(UTC))
    ]
    told = (row["now"], row["hours_ahead"], row["hours_run"])
    assert told in [(mine["decision"].iloc[0], len(mine), (mine["decision"] == "run").sum()) for mine in ahead]
    assert len(hours) in [len(mine) for mine in ahead]
    savings = dict(zip(decided["interval_start"], decided["saving_usd"], strict=True))
    assert {hour["interval_start"]: hour["saving_usd"] for hour in hours}.items() <= {
        start.isoformat(): saving for start, saving in savings.items()
    }.items()
    wrong = runner.invoke(app, ["chp", "--facility", "nowhere"])
    assert (wrong.exit_code, plant.facility in wrong.output) == (2, True)


def test_live_an_exchange_that_refuses_is_asked_once_and_the_run_goes_on(tmp_path: Path) -> None:
    asked: list[str] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(403)

    settings = Settings(data=tmp_path, origin="live")
    platform = Platform(settings, clock=lambda: NOW, transport=httpx.MockTransport(refuse), sleep=lambda _seconds: None)
    definitions = dg.Definitions(assets=[fundamentals_history], resources={"platform": platform})
    with dg.DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_implicit_global_asset_job_def().execute_in_process(instance=instance)
    assert asked.count("www.cmegroup.com") == 1
    assert _metadata(result, "fundamentals_history")["failed"].value == 2
    carbon = platform.lake.read(fundamentals.CARBON_AUCTIONS)
    assert set(carbon["programme"]) == {"california_quebec", "rggi", "washington"}  # the tables of the package
