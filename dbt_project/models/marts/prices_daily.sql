-- One row a location, market day and block of hours.
{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ clear_of('market_day') }}") }}
SELECT
  market, location, location_type, market_day,
  CASE WHEN grouping(on_peak) = 1 THEN 'all' WHEN on_peak THEN 'on_peak' ELSE 'off_peak' END AS block,
  count(day_ahead_usd_per_mwh) AS day_ahead_hours,
  count(real_time_usd_per_mwh) AS real_time_hours,
  avg(day_ahead_usd_per_mwh) AS day_ahead_usd_per_mwh,
  avg(real_time_usd_per_mwh) AS real_time_usd_per_mwh,
  avg(premium_usd_per_mwh) AS premium_usd_per_mwh,
  min(day_ahead_usd_per_mwh) AS day_ahead_low_usd_per_mwh,
  max(day_ahead_usd_per_mwh) AS day_ahead_high_usd_per_mwh,
  min(real_time_usd_per_mwh) AS real_time_low_usd_per_mwh,
  max(real_time_usd_per_mwh) AS real_time_high_usd_per_mwh,
  avg(day_ahead_congestion_usd_per_mwh) AS day_ahead_congestion_usd_per_mwh,
  count(*) FILTER (WHERE day_ahead_usd_per_mwh < 0) AS day_ahead_negative_hours,
  count(*) FILTER (WHERE real_time_usd_per_mwh < 0) AS real_time_negative_hours
FROM {{ ref('prices_hourly') }}
WHERE {{ of_this_build('market_day') }}
GROUP BY GROUPING SETS (
  (market, location, location_type, market_day),
  (market, location, location_type, market_day, on_peak)
)
ORDER BY market_day, market, location
