"""What the brief reads: one statement a frame over the catalog, each with the day as its only parameter."""

from datetime import date

import duckdb
import pandas as pd

Frames = dict[str, pd.DataFrame]

QUERIES = {
    "hours": "FROM prices_hourly WHERE market_day = $day ORDER BY market, location, interval_start",
    "daily": "FROM prices_daily WHERE market_day BETWEEN $day::DATE - 21 AND $day ORDER BY market_day",
    "spreads": "FROM hub_spreads_daily WHERE market_day = $day",
    "tbx": "FROM top_bottom_spreads WHERE market_day = $day",
    "load": "FROM load_hourly WHERE market_day = $day AND area = 'system' ORDER BY market, interval_start",
    "load_error": "FROM load_forecast_error_daily WHERE market_day = $day AND area = 'system'",
    "renewables": "FROM renewables_hourly WHERE market_day = $day ORDER BY market, fuel, interval_start",
    "generation": "FROM generation_daily WHERE market_day = $day",
    "constraints": "FROM constraints_daily WHERE market_day = $day ORDER BY mean_shadow_price_usd_per_mwh * binding_hours DESC",
    "ancillary": "FROM ancillary_daily WHERE market_day = $day",
    "forecasts": """
        SELECT *, local_time(interval_start, market) AS local_start FROM forecasts
        WHERE quantity = 'day_ahead_price' AND market_day BETWEEN $day AND $day::DATE + 1
        QUALIFY row_number() OVER (PARTITION BY location, interval_start ORDER BY kind DESC, issued_at DESC) = 1
        ORDER BY market, location, interval_start""",
    "skill": "FROM forecast_skill_daily WHERE market_day BETWEEN $day::DATE - 1 AND $day ORDER BY market_day DESC",
    "storage": """
        FROM gas_storage_weekly WHERE region = 'Lower 48' AND gas_type = 'total' AND week_ending <= $day ORDER BY week_ending""",
    "storage_report": """
        FROM gas_storage_reports WHERE region = 'Lower 48' AND gas_type = 'total' AND week_ending <= $day
        ORDER BY week_ending DESC, known_from DESC LIMIT 1""",
    "gas": "FROM gas_daily WHERE hub = 'Henry Hub' AND product = 'spot' AND trade_day <= $day ORDER BY trade_day",
    "curve": """
        FROM futures_curve WHERE trade_day IN (
            SELECT max(trade_day) FROM futures_curve WHERE trade_day <= $day
            UNION SELECT max(trade_day) FROM futures_curve WHERE trade_day <= $day::DATE - 7)
        ORDER BY trade_day, contract_month""",
    "basis": """
        FROM gas_basis WHERE place = 1 AND market_day = (SELECT max(market_day) FROM gas_basis WHERE market_day <= $day)
        ORDER BY basis_usd_per_mmbtu""",
    "spark": "FROM spark_spreads_daily WHERE market_day = $day ORDER BY market, location",
    "carbon": "FROM carbon_prices WHERE price_day <= $day ORDER BY price_day",
    "certificates": """
        FROM rec_positions
        WHERE market_day = (SELECT max(market_day) FROM rec_positions WHERE market_day <= $day::DATE + 1)""",
    "compliance": "FROM compliance_positions ORDER BY shortfall DESC",
    "bids": "FROM bids_daily WHERE market_day BETWEEN $day AND $day::DATE + 1 ORDER BY market_day, market, resource, product",
    "schedule": """
        SELECT market, resource, interval_start, sum(planned_mw) AS planned_mw FROM bid_schedules
        WHERE market_day = $day AND product = 'energy' AND market_run = 'DAM' GROUP BY ALL ORDER BY interval_start""",
    "awards": """
        SELECT market, resource, market_run, product, interval_start, sum(awarded_mw) AS awarded_mw,
               avg(price_usd_per_mwh) AS price_usd_per_mwh
        FROM awards WHERE market_day = $day GROUP BY ALL ORDER BY interval_start""",
    "kpis": "FROM trading_kpis_daily WHERE market_day BETWEEN $day::DATE - 13 AND $day",
    "settled": "FROM settlement_daily WHERE market_day BETWEEN $day::DATE - 30 AND $day",
    "variances": "FROM settlement_variance_daily WHERE market_day BETWEEN $day::DATE - 30 AND $day",
}  # fmt: skip


def gather(connection: duckdb.DuckDBPyConnection, day: date) -> Frames:
    """Return every frame of the brief for a market day; one whose table does not exist yet is empty."""
    frames = {}
    for name, query in QUERIES.items():
        try:
            rows = connection.execute(query, {"day": day} if "$day" in query else {})
            frames[name] = rows.to_arrow_table().to_pandas()
        except duckdb.CatalogException:
            frames[name] = pd.DataFrame()
    return frames
