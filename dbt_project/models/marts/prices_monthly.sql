-- Means over hours, so that a month's mean is not a mean of days of unequal length.
SELECT
  market, location, location_type, date_trunc('month', market_day)::DATE AS month, block,
  sum(day_ahead_hours)::BIGINT AS day_ahead_hours,
  sum(real_time_hours)::BIGINT AS real_time_hours,
  sum(day_ahead_usd_per_mwh * day_ahead_hours) / nullif(sum(day_ahead_hours), 0) AS day_ahead_usd_per_mwh,
  sum(real_time_usd_per_mwh * real_time_hours) / nullif(sum(real_time_hours), 0) AS real_time_usd_per_mwh,
  min(day_ahead_low_usd_per_mwh) AS day_ahead_low_usd_per_mwh,
  max(day_ahead_high_usd_per_mwh) AS day_ahead_high_usd_per_mwh,
  sum(day_ahead_negative_hours)::BIGINT AS day_ahead_negative_hours,
  sum(real_time_negative_hours)::BIGINT AS real_time_negative_hours
FROM {{ ref('prices_daily') }}
GROUP BY ALL
ORDER BY market, location, month
