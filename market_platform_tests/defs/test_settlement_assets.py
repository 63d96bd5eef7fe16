"""The settlement room on a simulated NYISO day: assets, checks, sensors, and files that lie in the inbox."""

import warnings
from datetime import date

import dagster as dg
import pytest

from market_platform.contracts.families.settlement import (
    SETTLEMENT_DISPUTES,
    SETTLEMENT_LINES,
    SETTLEMENT_PAYMENTS,
    SETTLEMENT_VARIANCES,
)
from market_platform.defs import settlement
from market_platform.defs.settlement.sensors import DAY_JOB, statement_inbox
from market_platform.defs.settlement.simulated_statements import statements_folder
from market_platform_tests.settlement.house import fill

DAY = date(2026, 11, 19)
BOOKS = {
    "settlement_statements", "settlement_reconciliation", "settlement_disputes", "settlement_payments", "settlement_pack",
}  # fmt: skip


@pytest.fixture
def platform(make_platform):
    platform = make_platform()
    fill(platform, "nyiso", [DAY])
    return platform


def _definitions(platform):
    """The settlement room alone."""
    with warnings.catch_warnings():
        # Partition mappings are what Dagster calls beta; definitions.py passes over that as well.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.Definitions.merge(settlement.definitions(), dg.Definitions(resources={"platform": platform}))


def _run(definitions, instance, name, **how):
    return definitions.resolve_job_def(name).execute_in_process(instance=instance, **how)


def test_a_day_is_settled_billed_disputed_and_paid(platform):
    definitions = _definitions(platform)
    with dg.DagsterInstance.ephemeral() as instance:
        day = _run(definitions, instance, DAY_JOB, partition_key=DAY.isoformat())
        books = _run(definitions, instance, "settlement")
    done = {event.asset_key.to_user_string(): event.materialization.metadata for event in _events(day) + _events(books)}
    # Markets without prices of that day are passed over; nothing of them is called settled.
    assert {key for key in done if key.endswith("shadow_settlement")} == {"nyiso_shadow_settlement"}
    assert set(done) >= BOOKS
    shadow = done["nyiso_shadow_settlement"]
    assert shadow["dagster/partition_row_count"].value == len(platform.lake.read(SETTLEMENT_LINES, "side = 'expected'"))
    assert shadow["revenue"].value.startswith("![Revenue by charge and hour](data:image/png;base64,")
    for name, picture in (("settlement_reconciliation", "waterfall"), ("settlement_reconciliation", "causes")):
        assert "(data:image/png;base64," in done[name][picture].value
    assert done["settlement_statements"]["files_taken"].value == 1
    assert done["settlement_reconciliation"]["unexplained_usd"].value == 0
    for contract in (SETTLEMENT_VARIANCES, SETTLEMENT_DISPUTES, SETTLEMENT_PAYMENTS):
        assert len(platform.lake.read(contract)), contract.name
    packs = sorted(path.suffix for path in (platform.settings.data_folder / "reports" / "settlement").iterdir())
    assert packs == [".html", ".pdf", ".xlsx"]
    failed = [
        check
        for check in [*day.get_asset_check_evaluations(), *books.get_asset_check_evaluations()]
        if not check.passed
    ]
    assert failed == []
    assert len(books.get_asset_check_evaluations()) == 9


def _events(result):
    return result.get_asset_materialization_events()


def test_the_inbox_asks_for_a_run_once_per_set_of_files(platform):
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"platform": platform})
        assert isinstance(statement_inbox(context), dg.SkipReason)
        folder = statements_folder(platform)
        folder.mkdir(parents=True)
        (folder / "half.part").write_bytes(b"<")
        assert isinstance(statement_inbox(context), dg.SkipReason)
        (folder / "junk.xml").write_bytes(b"<Other/>")
        first = statement_inbox(context)
        assert first.run_key == statement_inbox(context).run_key
        result = _run(
            _definitions(platform), instance, "settlement", asset_selection=[dg.AssetKey("settlement_statements")]
        )
        (event,) = _events(result)
    assert event.materialization.metadata["files_refused"].value == 1
    assert (folder / "refused" / "junk.xml").exists()
    assert not (folder / "junk.xml").exists()
