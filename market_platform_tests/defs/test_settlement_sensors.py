"""What settlement's sensors ask for, and a dispute's way to ERCOT and back, on a simulated ERCOT day."""

import json
from datetime import date
from xml.etree import ElementTree as ET

import dagster as dg
import pytest
from typer.testing import CliRunner

from market_platform.cli.main import app
from market_platform.contracts.families.settlement import SETTLEMENT_DISPUTES, SETTLEMENT_LINES
from market_platform.defs.settlement import office
from market_platform.defs.settlement.disputes import all_disputes, contact_of, dispute_message, move_dispute
from market_platform.defs.settlement.inbox import take_inbox
from market_platform.defs.settlement.sensors import (
    dispute_deadlines,
    price_correction,
    settlement_day_schedule,
    statement_inbox,
)
from market_platform.defs.settlement.simulated_statements import post_statements
from market_platform.errors import RuleBroken
from market_platform.platform import Platform
from market_platform.settings import Settings
from market_platform_tests.settlement.house import NOW, Clock, correct, fill, open_house

pytestmark = pytest.mark.long

DAY = date(2026, 11, 18)
ANSWER = """<MPDISPUTE_DATA><MPDISPUTE><DISPUTE_NUMBER>D-7</DISPUTE_NUMBER><MARKET_TYPE>{market}</MARKET_TYPE>
<CHARGE_TYPE>{charge}</CHARGE_TYPE><OPERATING_DATE>{day}</OPERATING_DATE><STATUS>{status}</STATUS>
<RESOLUTION_CODE/><DISPUTE_AMOUNT>{claimed}</DISPUTE_AMOUNT><AMOUNT_AWARD>{awarded}</AMOUNT_AWARD></MPDISPUTE>
</MPDISPUTE_DATA>"""


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def platform(tmp_path_factory, clock):
    """A settled ERCOT day, its statement taken and what is wrong in it drafted as disputes."""
    platform = open_house(tmp_path_factory.mktemp("sensors"), clock=clock)
    fill(platform, "ercot", [DAY])
    office.lay_in_positions(platform, "ercot", DAY)
    office.settle_day(platform, "ercot", DAY)
    post_statements(platform)
    with dg.DagsterInstance.ephemeral() as instance:
        assert isinstance(_asked(statement_inbox, platform, instance), dg.RunRequest)
        take_inbox(platform)
        assert isinstance(_asked(statement_inbox, platform, instance), dg.SkipReason)
    return platform


def _asked(sensor, platform, instance=None):
    return sensor(dg.build_sensor_context(instance=instance, resources={"platform": platform}))


def test_a_corrected_price_asks_for_its_day_alone(platform, clock):
    assert isinstance(_asked(price_correction, platform), dg.SkipReason)
    clock.pass_by(hours=3)
    lines = platform.lake.read(SETTLEMENT_LINES, "side = 'expected' AND charge_code = 'RTEIAMT'")
    correct(platform, "ercot_rtm_spp", DAY, lines["location"].iloc[0], 12.5, rows=slice(0, 96))
    [request] = _asked(price_correction, platform)
    assert request.partition_key == DAY.isoformat()
    assert request.asset_selection == [dg.AssetKey("ercot_shadow_settlement")]
    assert request.run_key == _asked(price_correction, platform)[0].run_key
    clock.pass_by(minutes=1)
    office.settle_day(platform, "ercot", DAY)
    assert isinstance(_asked(price_correction, platform), dg.SkipReason)


def test_every_morning_the_two_days_before_are_settled():
    at = NOW.replace(month=11, day=2)
    context = dg.build_schedule_context(scheduled_execution_time=at)
    assert [request.partition_key for request in settlement_day_schedule(context)] == ["2026-10-31", "2026-11-01"]


def test_a_draft_presses_before_it_lapses(platform, clock):
    assert isinstance(_asked(dispute_deadlines, platform), dg.SkipReason)
    first = min(dispute.deadline for dispute in all_disputes(platform))
    began = clock.now
    clock.pass_by(days=(first - began.date()).days - 1)
    request = _asked(dispute_deadlines, platform)
    assert int(request.tags["drafts_due"]) >= 1
    assert request.tags["drafts_late"] == "0"
    clock.pass_by(days=2)
    late = _asked(dispute_deadlines, platform)
    assert int(late.tags["drafts_late"]) >= 1
    assert late.run_key != request.run_key
    with pytest.raises(RuleBroken, match="could be filed until"):
        move_dispute(
            platform, next(each.dispute_id for each in all_disputes(platform) if each.deadline == first), "filed"
        )
    clock.now = began


def test_a_dispute_goes_to_ercot_by_hand_and_its_answer_comes_back(platform, tmp_path):
    dispute = max(all_disputes(platform), key=lambda each: abs(each.amount_usd))
    contact = contact_of(platform, phone="555-0100", email="", last_name="", first_name="")
    _, path = dispute_message(platform, dispute.dispute_id, contact)
    told = {part.tag.rpartition("}")[2]: part.text for part in ET.parse(path).iter()}
    assert told["chargeType"] == dispute.charge_code
    assert (told["phoneNo"], told["lastName"], told["amount"]) == ("555-0100", "SIMULATED", str(dispute.amount_usd))
    assert move_dispute(platform, dispute.dispute_id, "filed", note="uploaded").state == "filed"
    answer = tmp_path / "extract.xml"
    for status, awarded, state in (
        ("Open", "0", "open"),
        ("Closed", "0.01", "granted in part"),
        ("Closed", "0.01", "granted in part"),
    ):
        answer.write_text(ANSWER.format(market=dispute.market, charge=dispute.charge_code, day=DAY, status=status,
                                        claimed=dispute.amount_usd, awarded=awarded))  # fmt: skip
        environment = {"MARKET_PLATFORM_DATA": str(platform.settings.data_folder), "MARKET_PLATFORM_ORIGIN": "sandbox"}
        words = ["settlement", "disputes", "extract", str(answer), "--json"]
        result = CliRunner().invoke(app, words, env=environment, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        [row] = json.loads(result.stdout)
        assert (row["dispute_id"], row["now"]) == (dispute.dispute_id[:12], state)
    laid_in = platform.lake.read(SETTLEMENT_DISPUTES, f"dispute_id = '{dispute.dispute_id}'")
    assert laid_in["state"].tolist() == ["granted in part"]


def test_live_a_message_wants_a_person(tmp_path):
    live = Platform(Settings(data=tmp_path, origin="live"), clock=lambda: NOW)
    with pytest.raises(RuleBroken, match="give --email, --first-name"):
        contact_of(live, phone="555-0100", email="", last_name="Doe", first_name="")
