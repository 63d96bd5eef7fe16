SELECT
  market, area, market_day, interval_start,
  hour(market.main.local_time(interval_start, market))::TINYINT AS hour_beginning,
  load_mw,
  forecast_mw,
  forecast_mw - load_mw AS error_mw,
  issued_at
FROM {{ ref('stg_load') }}
FULL JOIN {{ ref('stg_load_forecast') }} USING (market, area, market_day, interval_start)
ORDER BY market, area, interval_start
