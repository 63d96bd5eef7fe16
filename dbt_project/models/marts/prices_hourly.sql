{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['market', 'market_day'],
  )
}}
WITH day_ahead AS (
  SELECT
    market, location, market_day, interval_start,
    arg_min(location_type, feed_rank) AS location_type,
    arg_min(lmp_usd_per_mwh, feed_rank) AS lmp_usd_per_mwh,
    arg_min(congestion_usd_per_mwh, feed_rank) AS congestion_usd_per_mwh,
    arg_min(loss_usd_per_mwh, feed_rank) AS loss_usd_per_mwh,
    max(known_from) AS known_from
  FROM {{ ref('stg_day_ahead_prices') }}
  WHERE {{ days_to_build('lmp', ['day_ahead_prices', 'real_time_prices']) }}
  GROUP BY ALL
),
real_time AS (
  SELECT
    market, location, market_day, interval_start,
    arg_min(location_type, feed_rank) AS location_type,
    arg_min(lmp_usd_per_mwh, feed_rank) AS lmp_usd_per_mwh,
    arg_min(congestion_usd_per_mwh, feed_rank) AS congestion_usd_per_mwh,
    max(known_from) AS known_from
  FROM {{ ref('stg_real_time_prices') }}
  WHERE {{ days_to_build('lmp', ['day_ahead_prices', 'real_time_prices']) }}
  GROUP BY ALL
),
both_runs AS (
  SELECT
    market, location, market_day, interval_start,
    coalesce(day_ahead.location_type, real_time.location_type) AS location_type,
    day_ahead.lmp_usd_per_mwh AS day_ahead_usd_per_mwh,
    real_time.lmp_usd_per_mwh AS real_time_usd_per_mwh,
    day_ahead.congestion_usd_per_mwh AS day_ahead_congestion_usd_per_mwh,
    real_time.congestion_usd_per_mwh AS real_time_congestion_usd_per_mwh,
    day_ahead.loss_usd_per_mwh AS day_ahead_loss_usd_per_mwh,
    greatest(day_ahead.known_from, real_time.known_from) AS known_from
  FROM day_ahead
  FULL JOIN real_time USING (market, location, market_day, interval_start)
),
-- Local time is worked out once an hour and market, not once a location.
hours AS (
  SELECT
    market, interval_start,
    market.main.local_time(interval_start, market) AS local_start,
    market.main.on_peak(interval_start, market) AS on_peak
  FROM (SELECT DISTINCT market, interval_start FROM both_runs)
)
SELECT
  market, location, location_type, market_day, interval_start, local_start,
  hour(local_start)::TINYINT AS hour_beginning,
  on_peak,
  day_ahead_usd_per_mwh,
  real_time_usd_per_mwh,
  day_ahead_usd_per_mwh - real_time_usd_per_mwh AS premium_usd_per_mwh,
  day_ahead_congestion_usd_per_mwh,
  real_time_congestion_usd_per_mwh,
  day_ahead_loss_usd_per_mwh,
  known_from
FROM both_runs
JOIN hours USING (market, interval_start)
ORDER BY market, location, interval_start
