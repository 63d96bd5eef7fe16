SELECT
  market, area, market_day,
  count(*) AS hours,
  sum(load_mw) AS energy_mwh,
  max(load_mw) AS peak_mw,
  max(forecast_mw) AS forecast_peak_mw,
  avg(error_mw) AS bias_mw,
  avg(abs(error_mw)) AS mean_absolute_error_mw,
  avg(abs(error_mw) / nullif(load_mw, 0)) AS mean_absolute_percentage_error
FROM {{ ref('load_hourly') }}
WHERE load_mw IS NOT NULL AND forecast_mw IS NOT NULL
GROUP BY ALL
ORDER BY market, area, market_day
