"""Certificates end to end on the sandbox: lists, ledger, positions, obligations, standing, ESG; twice without harm."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from market_platform.certificates.desk import Wanted, account_of, retire
from market_platform.certificates.ledger import tables
from market_platform.contracts.families.certificates import (
    CERTIFICATE_POSITIONS,
    CERTIFICATE_POSTINGS,
    COMPLIANCE_DEADLINES,
    COMPLIANCE_OBLIGATIONS,
    COMPLIANCE_STANDING,
    ESG_METRICS,
    REGISTRY_HOLDINGS,
)
from market_platform.defs.certificates import calendar_watch, days, definitions
from market_platform.defs.certificates.desk import open_desk
from market_platform.defs.certificates.loads import loads
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform.sources.catalogue import FEEDS

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _room(platform):
    return dg.Definitions.merge(definitions(), dg.Definitions(resources={"platform": platform}))


def _run(platform, job="certificates", config=None):
    with dg.DagsterInstance.ephemeral() as instance:
        definition = _room(platform).resolve_job_def(job)
        return definition.execute_in_process(instance=instance, run_config=QUIET | (config or {}))


def _told(result):
    return {
        event.asset_key.to_user_string(): {name: value.value for name, value in event.materialization.metadata.items()}
        for event in result.get_asset_materialization_events()
    }


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    """A sandbox platform after two runs of the job, with what both told."""
    from market_platform.sandbox.transport import SandboxTransport

    now = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
    settings = Settings(data=tmp_path_factory.mktemp("certificates") / "data", origin="sandbox")
    platform = Platform(settings, clock=lambda: now, transport=SandboxTransport(0, lambda: now), sleep=lambda _: None)
    for key in ("caiso_load_hourly", "caiso_renewables_hourly", "caiso_fuel_mix", "pjm_operations_load"):
        outcomes = list(platform.pipeline.ingest(FEEDS[key], [date(2026, 11, 19)]))
        assert not [outcome.message for outcome in outcomes if outcome.failed]
    return platform, _run(platform), _run(platform)


@pytest.fixture
def own_copy(simulated, tmp_path):
    """The same platform on a copy of its folder, for what posts."""
    platform, *_ = simulated
    shutil.copytree(platform.settings.data_folder, tmp_path / "data")
    settings = Settings(data=tmp_path / "data", origin="sandbox")
    return Platform(settings, platform.clock, platform.transport, sleep=lambda _: None)


def test_the_second_run_posts_nothing_twice(simulated):
    platform, first, second = simulated
    assert first.success
    assert second.success
    assert _told(first)["certificate_ledger"]["issued"] > 1_000_000
    assert _told(second)["certificate_ledger"]["issued"] == 0
    for key in ("registry_exports", "mrets_holdings", "compliance_obligations", "esg_metrics"):
        assert _told(first)[key]["rows_changed"] > 0
        assert _told(second)[key]["rows_changed"] == 0
    with platform.ledger.read() as connection:
        import sqlalchemy as sa

        postings = connection.execute(sa.select(sa.func.count()).select_from(tables.postings)).scalar_one()
    laid_in = platform.lake.read(CERTIFICATE_POSTINGS)
    assert sorted(laid_in["posting_id"]) == list(range(1, postings + 1))


def test_every_check_passes_and_nothing_is_left_without_a_word(simulated):
    _, _, second = simulated
    checks = {check.check_name: check for check in second.get_asset_check_evaluations()}
    assert set(checks) == {
        "conservation", "hash_chain", "registry_agrees", "nothing_expired", "every_row_is_sourced",
        "closed_periods_are_covered", "nothing_is_claimed_twice",
    }  # fmt: skip
    assert all(check.passed for check in checks.values())
    # The sandbox's registries do not hear of retirements: the ledger is ahead, and the check says so.
    assert "still to be carried out" in checks["registry_agrees"].metadata["still_to_do_at_the_registry"].value


def test_all_tables_are_there_and_say_that_they_are_simulated(simulated):
    platform, *_ = simulated
    listed = platform.lake.read(REGISTRY_HOLDINGS)
    assert set(listed["registry"]) == {
        "mrets", "nar", "wregis", "nepool_gis", "pjm_gats", "ercot", "nygats", "california",
    }  # fmt: skip
    for contract in (
        REGISTRY_HOLDINGS,
        CERTIFICATE_POSITIONS,
        COMPLIANCE_OBLIGATIONS,
        COMPLIANCE_STANDING,
        ESG_METRICS,
    ):
        assert platform.lake.read(contract)["simulated"].all(), contract.name
    held = platform.lake.read(CERTIFICATE_POSITIONS)
    assert held["value_usd"].notna().all()
    assert set(held["account_kind"]) >= {"active", "banked", "pending"}
    assert not platform.lake.read(COMPLIANCE_DEADLINES).empty
    with platform.catalog.connect() as connection:
        count = connection.sql("SELECT sum(quantity) FROM certificate_positions WHERE registry = 'pjm_gats'").fetchall()
    assert count[0][0] > 0


def test_closed_periods_are_retired_for_and_running_ones_only_planned(simulated):
    platform, *_ = simulated
    rows = platform.lake.read(COMPLIANCE_STANDING).set_index(["state", "period", "tier"])
    assert (
        rows.loc[("DC", "2025", "Tier I"), "retired"]
        == rows.loc[("DC", "2025", "Tier I"), "certificates_due"]
        == 57_240
    )
    assert rows.loc[("DC", "2026", "Tier I"), "retired"] == 0
    assert rows.loc[("DC", "2026", "Tier I"), "planned"] > 0
    assert "estimated from" in rows.loc[("DC", "2026", "Tier I"), "load_basis"]


def test_each_state_and_year_has_its_filing_in_three_forms(simulated):
    platform, *_ = simulated
    folder = platform.settings.data_folder / "reports" / "certificates"
    names = {path.name for path in folder.iterdir()}
    for state in ("DC_2025", "MD_2025", "MA_2025", "MN_2025", "NJ_EY2026", "PA_RY2026"):
        assert {f"Simulated_Prairie_Power_{state}.{kind}" for kind in ("csv", "html", "pdf")} <= names
    assert (folder / "Simulated_Prairie_Power_DC_2025.pdf").read_bytes().startswith(b"%PDF-")
    assert "57240" in (folder / "Simulated_Prairie_Power_DC_2025.csv").read_text()


def test_esg_shows_both_methods_matching_and_the_formula(simulated):
    platform, first, _ = simulated
    rows = platform.lake.read(ESG_METRICS).set_index(["subject", "metric"])["value"]
    own = rows["Simulated Prairie Power"]
    assert own["market_based_metric_tons"] < own["location_based_metric_tons"]
    assert 0 < own["hourly_match_percent"] < own["volumetric_match_percent"] <= 100
    # 1,200 certificates were retired for the headquarters, which consumed 1,450 MWh of 1,770.
    assert own["renewable_share_percent"] == pytest.approx(100 * 1200 / 1770)
    told = _told(first)["esg_metrics"]
    assert "1 x" in told["score_formula"]
    assert told["matching"].startswith("![Hourly matching](data:image/png")
    assert "recordable_incident_rate" not in rows.index.get_level_values("metric")


def test_the_sensors_ask_once_for_what_the_calendar_says(simulated):
    platform, *_ = simulated

    def ask(sensor, at=platform):
        return sensor(dg.build_sensor_context(resources={"platform": at}))

    def on(day):
        return Platform(platform.settings, clock=lambda: day, transport=platform.transport)

    assert isinstance(ask(calendar_watch.deadline_sensor), dg.SkipReason)
    # DC pays by November 1, 2027 for 2026: thirty days before, it is told.
    reminder = ask(calendar_watch.deadline_sensor, on(datetime(2027, 10, 2, 16, tzinfo=UTC)))
    assert reminder.tags["reminder_1"].startswith("DC 2026: pay the compliance fee")
    assert isinstance(ask(calendar_watch.expiring_sensor), dg.SkipReason)
    soon = ask(calendar_watch.expiring_sensor, on(datetime(2027, 12, 20, 16, tzinfo=UTC)))
    assert "first on 2028-01-31" in soon.tags["expiring"]
    assert ask(calendar_watch.delivery_sensor).run_key == "deliver-2026-11-20-1"
    close = ask(calendar_watch.closing_sensor)
    assert close.run_key == "close-2026-11-20-nygats"
    assert close.run_config["ops"]["close_periods"]["config"]["post"] is True


def test_forwards_are_delivered_and_periods_closed(own_copy):
    assert _run(own_copy, calendar_watch.DELIVERY_JOB).success
    assert _run(own_copy, calendar_watch.CLOSING_JOB).success
    shown = _kinds(own_copy)
    assert "residual" not in shown
    assert _run(own_copy, calendar_watch.CLOSING_JOB, {"ops": {"close_periods": {"config": {"post": True}}}}).success
    posted = _kinds(own_copy)
    assert posted["residual"] > 0
    assert posted["market_transfer"] == shown["market_transfer"]
    assert _run(own_copy, calendar_watch.REMINDERS_JOB).success


def _kinds(platform):
    import sqlalchemy as sa

    with platform.ledger.read() as connection:
        query = sa.select(tables.transactions.c.kind, sa.func.count()).group_by(tables.transactions.c.kind)
        return {row[0]: row[1] for row in connection.execute(query)}


@pytest.fixture
def live(tmp_path):
    """A platform on live origin whose network is shut."""
    import httpx

    def refuse(request):
        raise httpx.ConnectError("no network in a test", request=request)

    settings = Settings(data=tmp_path / "data", origin="live", organization="Alder Energy")
    now = datetime(2026, 11, 20, 17, 2, tzinfo=UTC)
    return Platform(settings, clock=lambda: now, transport=httpx.MockTransport(refuse))


def test_live_without_files_says_where_to_put_them(live):
    result = _run(live)
    assert result.success
    told = _told(result)
    for key in ("registry_exports", "mrets_holdings", "certificate_ledger", "certificate_positions",
                "compliance_obligations", "compliance_standing", "esg_metrics"):  # fmt: skip
        assert "yet" in told[key]["note"], key
    assert live.lake.read(REGISTRY_HOLDINGS).empty


def test_live_reads_the_user_s_own_files(live):
    folder = live.settings.data_folder / "certificates"
    _write(folder / "exports" / "pjm_gats" / "my list.csv", [
        "Account,Account Holder,Generator ID,Fuel,State,Vintage,Eligibility,Quantity,Serial Numbers,Status",
        "main,Alder Energy,G1,wind,PA,06/2025,DC:Tier I,900,BASE-1 to 900,Active",
    ])  # fmt: skip
    _write(folder / "load.csv", ["state,period,load_mwh,tiers,source", "DC,2025,1000,,meter data"])
    _write(folder / "marks.csv", ["registry,price_usd", "pjm_gats,12.50"])
    _write(folder / "esg" / "sites.csv", ["site,year,consumption_mwh,egrid_area", "office,2025,100,RFCE"])
    _write(
        folder / "esg" / "supplied.csv",
        ["name,year,value,unit,source", "independent_directors_percent,2025,60,%,board"],
    )
    result = _run(live)
    assert result.success
    held = live.lake.read(CERTIFICATE_POSITIONS)
    assert held[["quantity", "value_usd"]].to_numpy().tolist() == [[900, 11_250.0]]
    assert not held["simulated"].any()
    standing = live.lake.read(COMPLIANCE_STANDING).set_index("tier")
    # Nobody retires for the user: the plan stays a plan.
    assert standing.loc["Tier I", ["retired", "planned"]].tolist() == [0, 477]
    score = live.lake.read(ESG_METRICS).set_index("metric")["value"]
    assert score["independent_directors_percent"] == 60.0
    desk = open_desk(live)
    actor = desk.actor("me")
    retire(desk, account_of(desk, "pjm_gats", "Alder Energy", name="main"), Wanted(quantity=40), "any", "office", actor,
           live.clock(), "test")  # fmt: skip
    assert _run(live).success
    shares = live.lake.read(ESG_METRICS).set_index(["subject", "metric"])["value"]
    assert shares["Alder Energy", "renewable_share_percent"] == pytest.approx(40.0)


def _write(path: Path, lines: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("first", "last", "hours"),
    [
        (date(2026, 3, 8), date(2026, 3, 8), 23),
        (date(2026, 11, 1), date(2026, 11, 1), 25),
        (date(2026, 7, 1), date(2026, 7, 1), 24),
        (date(2026, 1, 1), date(2026, 12, 31), 8760),
        (date(2025, 6, 1), date(2026, 5, 31), 8760),
    ],
)
def test_days_and_periods_count_real_hours(first, last, hours):
    start, end = days.bounds(first, last)
    assert (end - start) / timedelta(hours=1) == hours


def test_a_load_that_the_lake_knows_in_part_is_an_estimate_that_says_so(make_platform):
    platform = make_platform()
    found, unknown = loads(platform, open_desk(platform))
    assert len(unknown) == 2
    assert all("holds no pjm_operations_load" in line for line in unknown)
    outcomes = list(platform.pipeline.ingest(FEEDS["pjm_operations_load"], [date(2026, 11, 19)]))
    assert not [outcome.message for outcome in outcomes if outcome.failed]
    known, still = loads(platform, open_desk(platform))
    assert still == []
    (estimate,) = [load for load in known if load.state == "DC" and load.period == "2026"]
    rows = platform.lake.read(FEEDS["pjm_operations_load"].contract, "location = 'PEP'")
    day_mwh = rows["load_mw"].sum()
    assert len(rows) == 24
    assert float(estimate.load_mwh) == pytest.approx(day_mwh * 365 * 0.004, rel=1e-9)
    assert estimate.basis.endswith("estimated from 0.3 % of the period's hours")
    assert len(known) == len(found) + 2
