SELECT
  market, market_run, constraint_name, market_day,
  count(*) AS intervals,
  sum(epoch(interval_end - interval_start)) / 3600 AS binding_hours,
  avg(abs(shadow_price_usd_per_mwh)) AS mean_shadow_price_usd_per_mwh,
  max(abs(shadow_price_usd_per_mwh)) AS high_shadow_price_usd_per_mwh
FROM {{ ref('stg_constraints') }}
GROUP BY ALL
ORDER BY market, market_run, market_day, constraint_name
