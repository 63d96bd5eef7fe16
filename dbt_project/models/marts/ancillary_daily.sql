SELECT
  market, product, location, market_day,
  count(*) AS hours,
  avg(price_usd_per_mw) AS price_usd_per_mw,
  max(price_usd_per_mw) AS high_usd_per_mw
FROM {{ ref('stg_ancillary_prices') }}
GROUP BY ALL
ORDER BY market, product, location, market_day
