-- The mean day of a month: what each hour of the day costs, and what the day-ahead market pays for it over real time.
{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ clear_of('month', 'month') }}") }}
SELECT
  market, location, date_trunc('month', market_day)::DATE AS month, hour_beginning,
  count(day_ahead_usd_per_mwh) AS day_ahead_hours,
  avg(day_ahead_usd_per_mwh) AS day_ahead_usd_per_mwh,
  avg(real_time_usd_per_mwh) AS real_time_usd_per_mwh,
  avg(premium_usd_per_mwh) AS premium_usd_per_mwh,
  stddev_samp(premium_usd_per_mwh) AS premium_deviation_usd_per_mwh,
  count(premium_usd_per_mwh) AS premium_hours,
  count(*) FILTER (WHERE premium_usd_per_mwh > 0) AS positive_premium_hours
FROM {{ ref('prices_hourly') }}
WHERE {{ of_this_build("date_trunc('month', market_day)::DATE", 'month') }}
GROUP BY ALL
ORDER BY month, market, location, hour_beginning
