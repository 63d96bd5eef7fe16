{{
  config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['market', 'market_day'],
  )
}}
WITH runs AS (
  SELECT
    market, location, market_day, interval_start, location_type, feed_rank, known_from,
    lmp_usd_per_mwh AS day_ahead_usd_per_mwh,
    congestion_usd_per_mwh AS day_ahead_congestion_usd_per_mwh,
    loss_usd_per_mwh AS day_ahead_loss_usd_per_mwh,
    NULL::DOUBLE AS real_time_usd_per_mwh,
    NULL::DOUBLE AS real_time_congestion_usd_per_mwh
  FROM {{ ref('stg_day_ahead_prices') }}
  WHERE {{ days_to_build('lmp', ['day_ahead_prices', 'real_time_prices']) }}
  UNION ALL
  SELECT
    market, location, market_day, interval_start, location_type, feed_rank, known_from,
    NULL, NULL, NULL, lmp_usd_per_mwh, congestion_usd_per_mwh
  FROM {{ ref('stg_real_time_prices') }}
  WHERE {{ days_to_build('lmp', ['day_ahead_prices', 'real_time_prices']) }}
),
-- Both runs meet in one pass; where several feeds have a value, that of the lowest rank stands.
both_runs AS (
  SELECT
    market, location, market_day, interval_start,
    arg_min(location_type, feed_rank) AS location_type,
    arg_min(day_ahead_usd_per_mwh, feed_rank) AS day_ahead_usd_per_mwh,
    arg_min(real_time_usd_per_mwh, feed_rank) AS real_time_usd_per_mwh,
    arg_min(day_ahead_congestion_usd_per_mwh, feed_rank) AS day_ahead_congestion_usd_per_mwh,
    arg_min(real_time_congestion_usd_per_mwh, feed_rank) AS real_time_congestion_usd_per_mwh,
    arg_min(day_ahead_loss_usd_per_mwh, feed_rank) AS day_ahead_loss_usd_per_mwh,
    max(known_from) AS known_from
  FROM runs
  GROUP BY ALL
  HAVING count(day_ahead_usd_per_mwh) + count(real_time_usd_per_mwh) > 0
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
