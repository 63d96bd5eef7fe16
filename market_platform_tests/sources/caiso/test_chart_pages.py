"""Daily reports that are pages of charts: series of a page's script, laid on the day by their length."""

from datetime import date

import pytest

from market_platform.contracts.validate import validate
from market_platform.errors import UnreadablePayload
from market_platform.sources.caiso.feeds import CAISO, FEEDS
from market_platform.sources.payload import Payload, unpack

FEED = next(feed for feed in FEEDS if feed.key == "caiso_storage_report")


def page(day, **series):
    lines = "".join(f"var {name} = [{text}];\n" for name, text in {"tot_energy_rtd": "1", **series}.items())
    content = f"<!DOCTYPE html><html><script>{lines}</script></html>"
    return Payload(f"{day}_daily-energy-storage-report.html", content.encode())


def read(file):
    assert CAISO.recognise(file) == FEED.key
    return validate(FEED.parse(FEED, unpack(file)), FEED.contract)


@pytest.mark.parametrize(("day", "hours", "utc"), [("20260308", 23, 8), ("20261101", 25, 7), ("20260609", 24, 7)])
def test_series_of_hours_quarters_and_five_minutes_fill_the_day(day, hours, utc):
    counts = {"tot_energy_ifm": hours, "as_ru_hybrid_rtpd": hours * 4, "tot_charge_rtd": hours * 12}
    text = {name: ",".join(map(str, range(count))) for name, count in counts.items()}
    rows = read(page(day, **text)).accepted.set_index("figure")
    for name, count in counts.items():
        mine = rows.loc[name]
        assert (mine["interval_start"].nunique(), mine["value"].tolist()) == (count, list(range(count)))
        assert mine["interval_start"].min().hour == utc
    assert (set(rows.loc["tot_charge_rtd", "unit"]), set(rows.loc["tot_energy_ifm", "subject"])) == ({"MWh"}, {"IFM"})


def test_a_series_that_fits_no_length_is_refused_and_a_blank_is_blank():
    hours = ["NA", '"7.5"', *["1"] * 22]
    verdict = read(page("20261101", bid_ifm_pos_ss=",".join(hours)))
    reasons = set(verdict.refused["reason"])
    assert "bid_ifm_pos_ss: 24 values are neither hours, quarters nor five minutes of 2026-11-01" in reasons
    whole = read(page("20260609", bid_ifm_pos_ss=",".join(hours))).accepted
    assert whole["value"].isna().sum() == 1
    assert whole["value"].iloc[1] == 7.5
    odd = read(page("20260609", bid_ifm_pos_ss=",".join(["lots", *hours[1:]]))).refused
    assert "value = lots is not a number" in set(odd["reason"])


def test_any_other_page_and_a_report_without_its_day_are_refused():
    name = "20260609_daily-energy-storage-report.html"
    with pytest.raises(UnreadablePayload, match="an HTML page"):
        unpack(Payload(name, b"<!DOCTYPE html><html><title>Sorry</title></html>"))
    with pytest.raises(UnreadablePayload, match="of which day"):
        read(Payload("report.html", page("20260609").content))


def test_the_page_is_asked_for_under_every_spelling_seen():
    (request,) = FEED.request(FEED, [date(2026, 6, 9)], date(2026, 6, 10))
    names = [one.url.rpartition("/")[2] for one in (request, *request.alternatives)]
    assert names[0] == "daily-energy-storage-report-jun-09-2026.html"
    assert {"daily-energy-storage-report-jun-9-2026-corrected.html", "dailyenergystoragereportjun9-2026.html"} <= set(
        names
    )
    assert len(set(names)) == len(names) == 12


def test_curtailment_is_read_from_the_renewables_report_and_other_spans_are_read_over():
    hours = ",".join(["0"] * 11 + ["250.5"] + ["0"] * 12)
    lines = (
        f"var curt_hr_tot_solar_econ_local_mwh = [{hours}];\nvar curt_hourly_max_ss_system = [{hours}];\n"
        f'var curt_daily_econ_local_mwh = [1,2,3];\nvar tot_gen_wind_iso_telem = JSON.parse("[{",".join(["7"] * 288)}]");\n'
    )
    file = Payload(
        "20260609_daily-renewable-report.html", f"<!DOCTYPE html><html><script>{lines}</script></html>".encode()
    )
    assert CAISO.recognise(file) == "caiso_renewables_report"
    feed = next(feed for feed in FEEDS if feed.key == "caiso_renewables_report")
    verdict = validate(feed.parse(feed, unpack(file)), feed.contract)
    assert verdict.refused.empty
    rows = verdict.accepted.set_index("figure")
    assert set(rows.index) == {
        "curt_hr_tot_solar_econ_local_mwh",
        "curt_hourly_max_ss_system",
        "tot_gen_wind_iso_telem",
    }
    cut = rows.loc["curt_hr_tot_solar_econ_local_mwh"]
    assert (cut["value"].sum(), set(cut["unit"])) == (250.5, {"MWh"})
    assert str(cut["interval_start"][cut["value"] > 0].iloc[0]) == "2026-06-09 18:00:00+00:00"
    assert set(rows.loc["curt_hourly_max_ss_system", "unit"]) == {"MW"}
    assert (len(rows.loc["tot_gen_wind_iso_telem"]), set(rows.loc["tot_gen_wind_iso_telem", "subject"])) == (
        288,
        {"TELEM"},
    )
