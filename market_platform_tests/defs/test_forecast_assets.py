"""Forecast assets on the simulated markets: issued, kept, issued again, scored, and blind to what came later."""

import json
from datetime import UTC, date, datetime, timedelta

import dagster as dg
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app
from market_platform.contracts.families.forecasts import FORECAST_SCORES, FORECASTS, QUANTILES
from market_platform.contracts.families.prices import LMP
from market_platform.defs import forecasting
from market_platform.defs.forecasting import issuing, late_inputs, reading
from market_platform.defs.forecasting.price_assets import price_order
from market_platform.defs.forecasting.real_time_assets import issue_real_time
from market_platform.defs.forecasting.subjects import CORRECTIONS, SUBJECTS
from market_platform.forecasting.panel import Panel
from market_platform.markets.market_day import interval_starts
from market_platform.platform import Platform
from market_platform.sources.catalogue import FEEDS

NYISO = SUBJECTS["nyiso"]
FEEDS_READ = ("nyiso_dam_lbmp_zone", "nyiso_load_forecast", "nyiso_load_hourly")


def _ingest(platform: Platform, first: date, last: date, keys: tuple[str, ...] = FEEDS_READ) -> None:
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    for key in keys:
        for _ in platform.pipeline.ingest(FEEDS[key], days):
            pass


def _run(platform: Platform, job: str) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions.merge(forecasting.definitions(), dg.Definitions(resources={"platform": platform}))
    with dg.DagsterInstance.ephemeral() as instance:
        return definitions.resolve_job_def(job).execute_in_process(instance=instance)


def _metadata(result: dg.ExecuteInProcessResult, key: str) -> dict[str, dg.MetadataValue]:
    (event,) = [each for each in result.get_asset_materialization_events() if each.asset_key.to_user_string() == key]
    return dict(event.materialization.metadata)


def test_a_fresh_sandbox_is_forecast_scored_and_says_on_what_rung(make_platform):
    platform = make_platform()  # noon of 20 November in New York: the results for the 21st are out
    _ingest(platform, date(2026, 11, 19), date(2026, 11, 21))
    told = _metadata(_run(platform, "nyiso_forecasts"), "nyiso_day_ahead_price_forecast")
    assert told["market_day"].value == "2026-11-22"
    assert told["before_gate"].value is True
    assert "simulated" not in told["forecasts"].value
    assert told["fan_charts"].value.startswith("![CAPITL](data:image/png;base64,")
    rows = platform.lake.read(FORECASTS, "feed = 'nyiso_day_ahead_price_forecast'")
    issued = rows[rows["kind"] == "issued"]
    assert issued.groupby("location").size().eq(24).all()
    assert issued["location"].nunique() == 15
    assert set(issued["rung"]) == {"last day"}
    assert issued["reason"].str.contains("the whole pool needs 182").all()
    assert set(rows[rows["kind"] == "hindcast"]["market_day"]) == {date(2026, 11, 20), date(2026, 11, 21)}
    runner = CliRunner(env={"MARKET_PLATFORM_DATA": str(platform.settings.data_folder)})
    shown = json.loads(runner.invoke(app, ["forecast", "show", "nyiso", "--json"]).stdout)
    means = issued.groupby("location")["value"].mean()
    assert {row["location"]: row["mean"] for row in shown} == pytest.approx(means.to_dict())
    hours = json.loads(runner.invoke(app, ["forecast", "show", "nyiso", "N.Y.C.", "--json"]).stdout)
    assert len(hours) == 24
    assert runner.invoke(app, ["forecast", "show", "nyiso", "Nowhere"]).exit_code == 1
    load = platform.lake.read(FORECASTS, "feed = 'nyiso_load_correction' AND kind = 'issued'")
    assert set(load["rung"]) <= {"iso", "last day"}
    assert (load["value"] > 0).all()
    _run(platform, "forecast_scoring")
    scores = platform.lake.read(FORECAST_SCORES, "feed = 'nyiso_day_ahead_price_forecast'")
    assert set(scores["model"]) == {"last_day", "naive"}
    wide = scores.pivot_table(index=["location", "market_day"], columns="model", values="mae")
    np.testing.assert_allclose(wide["last_day"], wide["naive"])  # with so little history the two are the same


def test_what_did_not_change_stands_and_what_did_is_issued_again_and_marked(make_platform):
    platform = make_platform()
    _ingest(platform, date(2026, 11, 20), date(2026, 11, 21))
    _run(platform, "nyiso_forecasts")
    again = make_platform(now=platform.clock() + timedelta(minutes=5))
    told = _metadata(_run(again, "nyiso_forecasts"), "nyiso_day_ahead_price_forecast")
    assert "it stands" in told["note"].value
    assert late_inputs.input_after_issue(again, NYISO, again.clock()) is None
    late = make_platform(now=platform.clock() + timedelta(minutes=10))
    _ingest(late, date(2026, 11, 18), date(2026, 11, 19))
    rows = late.lake.read(LMP, "feed = 'nyiso_dam_lbmp_zone' AND market_day = DATE '2026-11-21'")
    changed = rows[list(LMP.row_columns)].assign(lmp_usd_per_mwh=lambda frame: frame["lmp_usd_per_mwh"] + 1)
    late.lake.commit(LMP, "nyiso_dam_lbmp_zone", changed, payload="late", read_at=late.clock())
    assert late_inputs.input_after_issue(late, NYISO, late.clock()) == late.clock()
    assert late_inputs.input_after_issue(late, NYISO, late.clock() + timedelta(days=1)) is None  # past the gate
    _run(late, "nyiso_forecasts")
    rows = late.lake.read(FORECASTS, "feed = 'nyiso_day_ahead_price_forecast' AND kind = 'issued'")
    assert set(rows.groupby("issued_at")["reissued"].first()) == {False, True}


def test_an_order_reads_nothing_that_became_known_later(make_platform):
    platform = make_platform()
    _ingest(platform, date(2026, 11, 18), date(2026, 11, 21))
    moment = platform.clock()
    before = price_order(platform, NYISO, moment).panels
    rows = platform.lake.read(LMP, "feed = 'nyiso_dam_lbmp_zone'")
    changed = rows[list(LMP.row_columns)].assign(lmp_usd_per_mwh=999.0)
    later = moment + timedelta(hours=1)
    platform.lake.commit(LMP, "nyiso_dam_lbmp_zone", changed, payload="later", read_at=later)
    after = price_order(platform, NYISO, moment).panels
    for location, panel in before.items():
        np.testing.assert_array_equal(panel.target, after[location].target)
    assert (price_order(platform, NYISO, later).panels["WEST"].target[:-1] == 999.0).all()


def test_publishers_forecasts_of_the_past_are_as_old_as_the_one_for_the_day(make_platform):
    platform = make_platform()
    _ingest(platform, date(2026, 11, 17), date(2026, 11, 20), ("nyiso_load_forecast",))
    moment, day = platform.clock(), date(2026, 11, 21)
    said = reading.issued_ahead(platform, NYISO.load_forecast, moment, day, NYISO.zone)
    rows = platform.lake.read(NYISO.load_forecast.contract, "location = 'NYISO'")
    for past in (date(2026, 11, 19), date(2026, 11, 20)):
        due = pd.Timestamp(moment) - (day - past)
        known = rows[(rows["market_day"] == past) & (rows["issued_at"] <= due)]
        last = known[known["issued_at"] == known["issued_at"].max()].set_index("interval_start")["load_mw"]
        got = said.set_index("interval_start")["value"].reindex(last.index)
        assert len(last) == 24
        np.testing.assert_allclose(got, last)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24)])
def test_a_day_is_issued_hour_by_hour_also_when_the_clock_changes(make_platform, day, hours):
    days = np.arange(np.datetime64(day) - 10, np.datetime64(day) + 1)
    panel = Panel(days, np.tile(np.arange(24.0), (11, 1)))
    gate = datetime.combine(day - timedelta(days=1), datetime.min.time(), UTC)
    order = issuing.Order(
        "nyiso_day_ahead_price_forecast", "nyiso", "day_ahead_price", "usd_per_mwh", day, NYISO.zone,
        gate - timedelta(hours=1), {"WEST": panel}, gate=gate,
    )  # fmt: skip
    platform = make_platform(now=order.issued_at)
    issued = issuing.issue_order(platform, order)
    starts = interval_starts(day, NYISO.zone, 60)
    assert list(issued.rows["interval_start"]) == list(starts)
    assert len(issued.rows) == hours
    np.testing.assert_allclose(issued.rows["value"], starts.tz_convert(NYISO.zone).hour)
    assert (np.diff(issued.rows[list(QUANTILES)], axis=1) >= 0).all()
    assert issued.rows["before_gate"].all()


def test_real_time_is_issued_to_the_end_of_the_day_ahead_prices(make_platform):
    platform = make_platform()
    keys = ("nyiso_dam_lbmp_zone", "nyiso_rt_lbmp_zone")
    _ingest(platform, date(2026, 11, 20), date(2026, 11, 20), keys)
    order, issued = issue_real_time(platform, NYISO, platform.clock())
    assert order.quantity == "real_time_price"
    per_location = issued.rows.groupby("location").size()
    assert per_location.eq(4 * 12).all()
    known = platform.lake.read(LMP, "feed = 'nyiso_rt_lbmp_zone' AND location = 'WEST' AND market_run = 'RTD'")
    assert issued.rows["interval_start"].min() == known["interval_start"].max() + pd.Timedelta(minutes=5)
    assert issued.rows["spike_probability"].between(0, 1).all()
    assert set(issued.rows["rung"]) == {"day ahead"}


def test_every_source_is_a_declared_feed_of_its_table():
    sources = [source for each in SUBJECTS.values() for source in (each.day_ahead, each.real_time, each.load_forecast)]
    sources += [source for each in CORRECTIONS for source in (each.outcome, each.forecast)]
    for source in sources:
        for feed in source.feeds:
            assert FEEDS[feed].contract is source.contract
            assert source.value in source.contract.columns


def test_locations_can_be_named():
    assert reading.locations_wanted("all", "nyiso", ["WEST", "N.Y.C."]) == ["WEST", "N.Y.C."]
    assert reading.locations_wanted("nyiso:WEST, ercot:HB_NORTH", "nyiso", ["WEST", "N.Y.C."]) == ["WEST"]
