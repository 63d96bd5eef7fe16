{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ clear_of('market_day') }}") }}
{% set days = in_months_of_this_build() ~ ' AND ' ~ of_this_build('market_day') %}
WITH day_ahead AS ({{ best_prices(ref('stg_day_ahead_prices'), 'day_ahead_prices', days) }}),
real_time AS ({{ best_prices(ref('stg_real_time_prices'), 'real_time_prices', days) }}),
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
  FROM (
    SELECT DISTINCT market, to_timestamp(epoch_us(interval_start) // 3600000000 * 3600) AS interval_start
    FROM {{ source('lake', 'lmp') }}
    WHERE ({{ from_feeds('day_ahead_prices') }} OR {{ from_feeds('real_time_prices') }})
      AND {{ days }}
  )
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
-- Months one after another: what is asked by day or by location opens little, and new days come last.
ORDER BY date_trunc('month', market_day), market, location, interval_start
