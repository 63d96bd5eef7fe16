"""Alerts as they run: Dagster's own daemon with the sensor switched on, a webhook on loopback, the history in the ledger."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import sqlalchemy as sa

from market_platform.alerts.messages import is_genuine
from market_platform.alerts.tables import alert_deliveries, alerts
from market_platform.cli.instance import dagster_home
from market_platform.contracts.families.prices import LMP
from market_platform.ingest.derived import lay_in
from market_platform.platform import Platform
from market_platform.settings import Settings

pytestmark = pytest.mark.long

PROJECT, BIN = Path(__file__).parents[2], Path(sys.executable).parent
SECRET, SECONDS = "only the two of us know", 300
FIVE = timedelta(minutes=5)


class Hook(ThreadingHTTPServer):
    """A webhook that cannot take the first try, and keeps what it took."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Taking)
        self.tries, self.taken = 0, []


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.tries += 1
        if self.server.tries > 1:
            self.server.taken.append((body, self.headers["X-Market-Signature"]))
        self.send_response(503 if self.server.tries == 1 else 200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    server = Hook()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def environment(tmp_path, hook):
    settings = Settings(data=tmp_path / "data")
    return {
        **os.environ,
        "DAGSTER_HOME": str(dagster_home(settings)),
        "MARKET_PLATFORM_DATA": str(settings.data_folder),
        "MARKET_PLATFORM_ALERT_WEBHOOK_URL": f"http://127.0.0.1:{hook.server_port}/alerts",
        "MARKET_PLATFORM_ALERT_WEBHOOK_SECRET": SECRET,
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture
def daemon(environment, tmp_path):
    """The daemon over the shipped definitions, with the price sensor switched on as its user would."""
    turn_on = [BIN / "dagster", "sensor", "start", "-m", "market_platform.definitions", "price_alerts"]
    subprocess.run(turn_on, env=environment, cwd=PROJECT, check=True, capture_output=True)
    with (tmp_path / "daemon.log").open("w") as log:
        process = subprocess.Popen(
            [str(BIN / "dagster-daemon"), "run", "-m", "market_platform.definitions"],
            env=environment, cwd=PROJECT, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    yield tmp_path / "daemon.log"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def come(platform, end: datetime, usd_per_mwh: float) -> None:
    """Lay in one five-minute price of a PJM hub, as a feed would."""
    day: date = (end - FIVE).astimezone(ZoneInfo("America/New_York")).date()
    row = {
        "market_day": day, "interval_start": end - FIVE, "interval_end": end, "market": "pjm", "market_run": "RTD",
        "location": "WESTERN HUB", "location_id": None, "location_type": "hub", "lmp_usd_per_mwh": usd_per_mwh,
        "energy_usd_per_mwh": usd_per_mwh, "congestion_usd_per_mwh": 0.0, "loss_usd_per_mwh": 0.0,
        "ghg_usd_per_mwh": None,
    }  # fmt: skip
    lay_in(
        platform.lake, LMP, "pjm_rt_5min_unverified_lmp_hub", pd.DataFrame([row])[list(LMP.row_columns)],
        read_at=platform.clock(), inputs=f"{end} {usd_per_mwh}",
    )  # fmt: skip


def wait_for(what, log: Path):
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        found = what()
        if found:
            return found
        time.sleep(1)
    raise AssertionError(f"nothing came in {SECONDS} seconds; the daemon said:\n{log.read_text()[-3000:]}")


def test_a_moved_price_is_told_once_signed_and_stays_in_the_ledger(environment, hook, daemon, tmp_path):
    platform = Platform(Settings(data=tmp_path / "data"))
    last = pd.Timestamp(datetime.now(UTC)).floor("5min").to_pydatetime()
    come(platform, last - FIVE, 30.0)
    come(platform, last, 60.0)
    wait_for(lambda: hook.taken, daemon)

    def seen_again():
        with platform.ledger.read() as connection:
            rows = connection.execute(sa.select(alerts).where(alerts.c.kind == "price_change")).all()
        return [row for row in rows if row.last_seen_at > row.raised_at + timedelta(seconds=20)]

    (standing,) = wait_for(seen_again, daemon)
    ((body, header),) = hook.taken
    assert is_genuine(SECRET, body, header, datetime.now(UTC))
    assert not is_genuine("another secret", body, header, datetime.now(UTC))
    (told,) = json.loads(body)["alerts"]
    assert (told["alert_id"], told["subject"], told["value"]) == (standing.alert_id, "pjm WESTERN HUB", 100.0)
    assert told["simulated"] is True
    come(platform, last + FIVE, 61.0)

    def ended():
        with platform.ledger.read() as connection:
            return connection.execute(sa.select(alerts).where(alerts.c.cleared_at.is_not(None))).all()

    assert [row.alert_id for row in wait_for(ended, daemon)] == [standing.alert_id]
    with platform.ledger.read() as connection:
        tries = connection.execute(sa.select(alert_deliveries).order_by(alert_deliveries.c.delivery_id)).all()
    assert [(row.alert_id, row.outcome) for row in tries] == [
        (standing.alert_id, "failed"),
        (standing.alert_id, "sent"),
    ]
    assert (hook.tries, len(hook.taken)) == (2, 1)
    platform.ledger.close()
