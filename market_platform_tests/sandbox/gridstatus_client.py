"""Runs in gridstatus' own environment: reads prices and load of one market and day from a server on loopback.

Nothing of gridstatus is replaced but where its requests go: ``https://<host>/<path>`` becomes ``<base>/<host>/<path>``.
Called as ``python gridstatus_client.py <base> <folder> <market> <day> ...``; writes ``<market>_<what>_<day>.csv`` with
the columns start (UTC), location, value, and prints what could not be read.
"""

import logging
import sys
import warnings
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable(logging.CRITICAL)

import gridstatus  # noqa: E402
import pandas as pd  # noqa: E402
import requests  # noqa: E402
from gridstatus.ercot_api.ercot_api import ErcotAPI  # noqa: E402

DAM, FIVE, QUARTER = "DAY_AHEAD_HOURLY", "REAL_TIME_5_MIN", "REAL_TIME_15_MIN"
CAISO_PLACES = ["TH_NP15_GEN-APND", "TH_SP15_GEN-APND", "DLAP_PGAE-APND"]
NEVER_LOCATIONS = ("Time", "Interval Start", "Interval End", "Market", "Load", "Publish Time")


def point_at(base: str) -> None:
    """Send what gridstatus asks of publishers to a server on loopback."""

    def here(url):
        scheme, _, rest = str(url).partition("://")
        return f"{base}/{rest}" if scheme in ("http", "https") and not str(url).startswith(base) else url

    request, read_csv = requests.Session.request, pd.read_csv
    requests.Session.request = lambda self, method, url, **more: request(self, method, here(url), **more)
    pd.read_csv = lambda source, **more: read_csv(here(source) if isinstance(source, str) else source, **more)


def long(frame: pd.DataFrame, value: str, place: str | None) -> pd.DataFrame:
    """Return start, location and value, from a long frame or (``place`` None) from one with a column a location."""
    start = pd.to_datetime(frame["Interval Start" if "Interval Start" in frame else "Time"], utc=True)
    if place is not None:
        return pd.DataFrame({"start": start, "location": frame.get(place, place), "value": frame[value]})
    wide = frame.drop(columns=[name for name in frame if name in NEVER_LOCATIONS]).assign(start=start)
    return wide.melt("start", var_name="location", value_name="value")


def nyiso(day: str):
    iso = gridstatus.NYISO()
    yield "dam", lambda: long(iso.get_lmp(day, market=DAM, location_type="zone"), "LMP", "Location")
    yield "rt", lambda: long(iso.get_lmp(day, market=FIVE, location_type="zone"), "LMP", "Location")
    yield "load", lambda: long(iso.get_load(day), "", None)


def caiso(day: str):
    iso = gridstatus.CAISO()
    asked = {"end": pd.Timestamp(day) + pd.DateOffset(days=1), "locations": CAISO_PLACES, "sleep": 0}
    yield "dam", lambda: long(iso.get_lmp(day, market=DAM, **asked), "LMP", "Location")
    yield "fmm", lambda: long(iso.get_lmp(day, market=QUARTER, **asked), "LMP", "Location")
    yield "rt", lambda: long(iso.get_lmp(day, market=FIVE, **asked), "LMP", "Location")
    yield "load", lambda: long(iso.get_load(day), "Load", "CA ISO-TAC")
    yield "load_hourly", lambda: long(iso.get_load_hourly(day, end=asked["end"]), "Load", "TAC Area Name")


def pjm(day: str):
    iso = gridstatus.PJM(api_key="a-key")
    asked = {"locations": "hubs"}
    yield "dam", lambda: long(iso.get_lmp(day, market=DAM, **asked), "LMP", "Location Name")
    yield "rt", lambda: long(iso.get_lmp(day, market=FIVE, **asked), "LMP", "Location Name")
    yield "rt_hourly", lambda: long(iso.get_lmp(day, market="REAL_TIME_HOURLY", **asked), "LMP", "Location Name")
    yield "load", lambda: long(iso.get_load(day), "", None)
    yield "load_hourly", lambda: long(iso.get_load_metered_hourly(day), "MW", "Load Area")


def ercot(day: str):
    iso = gridstatus.Ercot()
    yield "dam", lambda: long(iso.get_spp(day, market=DAM), "SPP", "Location")
    yield "rt", lambda: long(_one_row_a_location(iso.get_spp(day, market=QUARTER)), "SPP", "Location")


def ercot_api(day: str):
    api = ErcotAPI("a-user", "a-pass", "a-key", sleep_seconds=0)
    yield "dam", lambda: long(api.get_spp_day_ahead_hourly(day), "SPP", "Location")
    yield "rt", lambda: long(_one_row_a_location(api.get_spp_real_time_15_min(day)), "SPP", "Location")
    yield "load_hourly", lambda: long(api.get_load_by_weather_zone(day), "", None)


def _one_row_a_location(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop the energy-weighted prices, which go under the same names."""
    return frame[~frame["Location Type"].astype(str).str.contains("Energy Weighted")]


if __name__ == "__main__":
    base, folder, market, *days = sys.argv[1:]
    point_at(base)
    for day in days:
        for what, ask in globals()[market](day):
            try:
                ask().to_csv(Path(folder) / f"{market}_{what}_{day}.csv", index=False)
            except Exception as error:  # noqa: BLE001 - the test counts what is there, and shows this
                print(f"{market} {what} {day}: {type(error).__name__}: {error}")
