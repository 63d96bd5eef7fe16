SELECT
  market, fuel, market_day, interval_start,
  hour(market.main.local_time(interval_start, market))::TINYINT AS hour_beginning,
  generation_mw,
  forecast_mw,
  forecast_mw - generation_mw AS error_mw,
  issued_at
FROM {{ ref('stg_renewables') }}
FULL JOIN {{ ref('stg_renewables_forecast') }} USING (market, fuel, market_day, interval_start)
ORDER BY market, fuel, interval_start
