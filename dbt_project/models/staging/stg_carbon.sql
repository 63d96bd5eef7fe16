{{ config(meta={'feeds': ['caiso_ghg_allowance_prices', 'carbon_california_quebec', 'carbon_rggi', 'carbon_washington']}) }}
SELECT programme, market_day AS price_day, 'index' AS kind, price_usd_per_tonne AS price_usd_per_metric_ton
FROM {{ source('lake', 'allowance_prices') }}
WHERE price_usd_per_tonne IS NOT NULL
UNION ALL
SELECT programme, market_day, 'auction', price_usd_per_metric_ton
FROM {{ source('lake', 'carbon_auctions') }}
WHERE feed IN ('carbon_california_quebec', 'carbon_rggi', 'carbon_washington')
  AND allowance_type = 'current' AND price_usd_per_metric_ton IS NOT NULL
