"""Price forecasts against the published record (Lago et al. 2021), protocol to the letter, and what a day costs.

    python -m benchmarks.forecasts [MARKET ...] [--days N] [--folder F]
    python -m benchmarks.forecasts --us [NAME ...] [--folder F]

Every file `<market>.csv` of the benchmark's folder is a market (a held-out one too): hourly price and two forecasts
known ahead, the last 728 days are the test period. One issue a day with daily recalibration; every setting is the one
in `pool_settings.csv`. rMAE divides by the naive that repeats the price of one week before for every test day (m='W').
The 182 days before the test period only start the pool's weights and intervals.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from market_platform.forecasting import intervals, pool, scoring
from market_platform.forecasting.calendars import holiday_marks
from market_platform.forecasting.errors import UnusableData
from market_platform.forecasting.features import filled
from market_platform.forecasting.leaderboard import leaderboard
from market_platform.forecasting.members import standard_pool
from market_platform.forecasting.panel import Panel

FOLDER = Path(__file__).parents[2] / "shared" / "benchmarks" / "epf"
US_FOLDER = FOLDER.parent / "us-prices"
TEST_ROWS = 728
WARM_ROWS = 182
US_FIRST_ROWS = 364  # of a US history: the models know a year before they are tested
UNSEEN, UNSEEN_ROWS = (
    ", last 364 days",
    slice(-364, None),
)  # no setting was chosen on these; some were on the days before them
NAMES = {"ercot_hb_north_da_rt_2024_2026": "ERCOT HB_NORTH"}
BARS = {"PJM": 2.70, "NP": 1.55, "FR": 3.60, "BE": 5.65}
CALENDAR = {"PJM": "US", "NP": "NORDIC", "FR": "FR", "BE": "BE", "DE": "DE"}
MAX_CPU_SECONDS = 1.0


def market_panel(path: Path) -> Panel:
    """Read one market of the benchmark; columns by position, since their names differ and carry blanks."""
    frame = pd.read_csv(path)
    if len(frame) % 24:
        msg = f"{path}: {len(frame)} rows are no whole days; 24 rows a day are needed, clock-change days too"
        raise UnusableData(msg)
    days = pd.to_datetime(frame.iloc[::24, 0]).to_numpy().astype("datetime64[D]")
    price, first, second = (frame.iloc[:, place].to_numpy(float).reshape(-1, 24) for place in (1, 2, 3))
    marks = holiday_marks(days, CALENDAR.get(path.stem, "NONE"))
    return Panel(days, price, {"first": first, "second": second}, holiday=marks)


def evaluate(panel: Panel, published: pd.DataFrame | None, test_rows: int = TEST_ROWS) -> dict[str, float]:
    """Return every score of one market over its test days."""
    begin = len(panel.days) - test_rows
    began = time.process_time()
    run = pool.run(panel, standard_pool(), begin - WARM_ROWS)
    bands = intervals.quantiles(run.combined, panel.target[run.first :], run.disagreement())[WARM_ROWS:]
    cpu = (time.process_time() - began) / (test_rows + WARM_ROWS)
    actual, forecast = panel.target[begin:], run.combined[WARM_ROWS:]
    naive = scoring.week_before(panel.target)[begin:]
    scores = {
        "MAE": scoring.mae(actual, forecast),
        "RMSE": scoring.rmse(actual, forecast),
        "sMAPE %": 100 * scoring.smape(actual, forecast),
        "rMAE": scoring.rmae(actual, forecast, naive),
        "CRPS": scoring.crps(actual, bands, intervals.LEVELS),
        "coverage 90 %": 100 * scoring.coverage(actual, bands[:, :, 4], bands[:, :, 94]),
        "coverage 50 %": 100 * scoring.coverage(actual, bands[:, :, 24], bands[:, :, 74]),
        "CPU seconds a day": cpu,
        "DM p against naive": scoring.diebold_mariano(actual, naive, forecast)[1],
    }
    if published is not None:
        scores |= against_published(actual, forecast, bands, published)
    for name, values in run.members.items():
        scores[f"MAE {name}"] = scoring.mae(actual, values[WARM_ROWS:])
    return scores


def against_published(
    actual: np.ndarray, forecast: np.ndarray, bands: np.ndarray, published: pd.DataFrame
) -> dict[str, float]:
    """Compare with the published ensembles: MAE, significance, and CRPS of their residual quantiles.

    Their quantiles per hour are those of their own residuals: of all 728 test days at once, which is hindsight in their
    favour, and of the test days before each one, scored like ours from the 183rd day on.
    """
    scores = {}
    for name in ("DNN Ensemble", "LEAR Ensemble"):
        theirs = published[name].to_numpy(float).reshape(-1, 24)[-len(actual) :]
        scores[f"MAE {name}"] = scoring.mae(actual, theirs)
        scores[f"DM p against {name}"] = scoring.diebold_mariano(actual, theirs, forecast)[1]
        residual = actual - theirs
        hindsight = theirs[:, :, None] + np.quantile(residual, intervals.LEVELS, axis=0).T[None]
        scores[f"CRPS {name}, hindsight"] = scoring.crps(actual, hindsight, intervals.LEVELS)
        days = range(WARM_ROWS, len(actual))
        if not days:
            continue
        past = [theirs[day][:, None] + np.quantile(residual[:day], intervals.LEVELS, axis=0).T for day in days]
        scores[f"CRPS {name}, past residuals"] = scoring.crps(actual[WARM_ROWS:], np.stack(past), intervals.LEVELS)
    scores["CRPS from the 183rd day"] = scoring.crps(actual[WARM_ROWS:], bands[WARM_ROWS:], intervals.LEVELS)
    return scores


def published_forecasts(folder: Path, market: str) -> pd.DataFrame | None:
    """Return the published forecasts of a market, None where there are none."""
    path = folder / "published" / f"Forecasts_{market}_DNN_LEAR_ensembles.csv"
    return pd.read_csv(path) if path.is_file() else None


def scores_of(markets: list[str], folder: Path = FOLDER, test_rows: int = TEST_ROWS) -> Iterator[tuple[str, dict]]:
    """Yield market and scores, one at a time; one BLAS thread, so that CPU seconds mean what they say."""
    with threadpool_limits(1):
        for market in markets or sorted(path.stem for path in folder.glob("*.csv")):
            yield (
                market,
                evaluate(market_panel(folder / f"{market}.csv"), published_forecasts(folder, market), test_rows),
            )


def us_panels(folder: Path = US_FOLDER) -> Iterator[tuple[str, Panel, int]]:
    """Yield name, panel and first test row of every US history of a folder, one CSV with one or several markets each.

    Columns: local_time or local_hour_beginning; da_lmp or dam_lmp; where there are any, iso, load_mw and rtm_lmp. Tested are
    all days after the first ``US_FIRST_ROWS``, of short files the second half. Real time is forecast at midnight with the
    day's cleared day-ahead prices known; actual load is used lagged only.
    """
    for path in sorted(folder.glob("*.csv")):
        frame = pd.read_csv(path).rename(columns={"local_hour_beginning": "local_time", "dam_lmp": "da_lmp"})
        if not {"local_time", "da_lmp"} <= set(frame.columns):
            msg = f"{path}: columns {list(frame.columns)}; a time (local_time) and a price (da_lmp) are needed"
            raise UnusableData(msg)
        frame["local_time"] = pd.to_datetime(frame["local_time"])
        markets = frame.groupby("iso") if "iso" in frame else [(NAMES.get(path.stem, path.stem), frame)]
        for market, rows in markets:
            days, day_ahead = _by_day(rows, "da_lmp")
            marks = holiday_marks(days, "US")
            begin = min(US_FIRST_ROWS, len(days) // 2)
            after = {"load": _by_day(rows, "load_mw")[1]} if "load_mw" in rows else {}
            yield f"{market} day-ahead", Panel(days, day_ahead, {}, after, marks), begin
            if "rtm_lmp" in rows:
                real_time = Panel(days, _by_day(rows, "rtm_lmp")[1], {"day_ahead": day_ahead}, after, marks)
                yield f"{market} real-time", real_time, begin


def _by_day(rows: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray]:
    """Return days and (days, 24) values; a single missing hour is bridged, a repeated one counts once."""
    hours = pd.date_range(rows["local_time"].min().normalize(), rows["local_time"].max().normalize(), freq="D")
    grid = pd.date_range(hours[0], periods=24 * len(hours), freq="h")
    single = rows.drop_duplicates("local_time").set_index("local_time")[column]
    table = single.reindex(grid).interpolate(limit=1).to_numpy(float).reshape(-1, 24)
    return hours.to_numpy().astype("datetime64[D]"), table


def us_scores(names: list[str], folder: Path = US_FOLDER) -> Iterator[tuple[str, dict]]:
    """Yield the scores on US histories against the seasonal naive and a LEAR of our own (one LASSO, yearly scale)."""
    with threadpool_limits(1):
        for name, panel, begin in us_panels(folder):
            if names and not any(part.lower() in name.lower() for part in names):
                continue
            warm = min(WARM_ROWS, begin // 2)
            run = pool.run(panel, standard_pool(), begin - warm)
            bands = intervals.quantiles(run.combined, panel.target[run.first :], run.disagreement())[warm:]
            models = {"pool": run.combined[warm:], "own LEAR": run.members["lasso_364"][warm:]}
            actual, naive = panel.target[begin:], filled(scoring.week_before(panel.target), 7)[begin:]
            table = leaderboard(name, "day", actual, models, naive).set_index("model")
            seen = np.isfinite(actual).all(axis=1)
            lear = scoring.diebold_mariano(actual[seen], models["own LEAR"][seen], models["pool"][seen])[1]
            last = {
                model: scoring.mae(actual[seen][UNSEEN_ROWS], values[seen][UNSEEN_ROWS])
                for model, values in {**models, "naive": naive}.items()
            }
            yield (
                name,
                {
                    **{f"MAE {model}": float(value) for model, value in table["mae"].items()},
                    **{f"MAE {model}{UNSEEN}": value for model, value in last.items()},
                    "days": float(seen.sum()),
                    "DM p against naive": float(table.loc["pool", "p_against_naive"]),
                    "DM p against own LEAR": lear,
                    "coverage 90 %": 100 * scoring.coverage(actual[seen], bands[seen][:, :, 4], bands[seen][:, :, 94]),
                    "coverage 50 %": 100 * scoring.coverage(actual[seen], bands[seen][:, :, 24], bands[seen][:, :, 74]),
                },
            )


def _row(
    name: str,
    value: float,
    unit: str,
    peer: str | None,
    peer_value: float | None,
    bar: float | None,
    holds: bool | None,
) -> dict:
    ratio = None if peer_value is None else value / peer_value
    return {
        "name": name,
        "value": value,
        "unit": unit,
        "peer": peer,
        "peer_value": peer_value,
        "ratio": ratio,
        "bar": bar,
        "holds": holds,
    }


def run() -> Iterator[dict]:
    """Yield the benchmark's rows for `benchmarks/run.py`."""
    for market, got in scores_of([]):
        bar = BARS.get(market, got.get("MAE DNN Ensemble", np.inf))
        peer = got.get("MAE DNN Ensemble")
        yield _row(f"{market} MAE", got["MAE"], "per MWh", "DNN ensemble, published", peer, bar, got["MAE"] <= bar)
        for share in (90, 50):
            value = got[f"coverage {share} %"]
            yield _row(f"{market} coverage {share} %", value, "%", None, None, share, abs(value - share) <= 1.5)
        rival = got.get("CRPS DNN Ensemble, past residuals", np.inf)
        ours = got.get("CRPS from the 183rd day", got["CRPS"])
        yield _row(f"{market} CRPS", ours, "per MWh", "DNN ensemble residuals", rival, rival, ours < rival)
        cpu = got["CPU seconds a day"]
        yield _row(f"{market} CPU a day", cpu, "s", None, None, MAX_CPU_SECONDS, cpu <= MAX_CPU_SECONDS)
    yield from us_rows()


def us_rows() -> Iterator[dict]:
    """Yield the rows of the US histories: error against our own LEAR and the naive, their significance, coverage."""
    for name, got in us_scores([]):
        for days in ("", UNSEEN):
            for peer in ("own LEAR", "naive"):
                ours, bar = got[f"MAE pool{days}"], got[f"MAE {peer}{days}"]
                yield _row(f"{name} MAE{days}", ours, "USD/MWh", peer, bar, bar, ours < bar)
        for peer in ("own LEAR", "naive"):
            yield _row(f"{name} Diebold-Mariano p", got[f"DM p against {peer}"], "", peer, None, None, None)
        for share in (90, 50):
            value = got[f"coverage {share} %"]
            yield _row(f"{name} coverage {share} %", value, "%", None, None, share, abs(value - share) <= 1.5)


def main() -> None:
    """Print every score of the chosen markets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("markets", nargs="*")
    parser.add_argument("--folder", type=Path, help="a folder of CSV files of the same shape as the benchmark's")
    parser.add_argument("--days", type=int, default=TEST_ROWS, help="the last so many days instead of 728")
    parser.add_argument("--us", action="store_true", help="US histories instead of the published benchmark")
    chosen = parser.parse_args()
    if chosen.us:
        rows = us_scores(chosen.markets, chosen.folder or US_FOLDER)
    else:
        rows = scores_of(chosen.markets, chosen.folder or FOLDER, chosen.days)
    for market, got in rows:
        for name, value in got.items():
            print(f"{market:5s} {name:40s} {value:10.4f}", flush=True)


if __name__ == "__main__":
    main()
