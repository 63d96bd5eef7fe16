{{ config(meta={'feeds': var('feeds')['gas_prices'] | map(attribute='feed') | unique | list}) }}
SELECT hub, product, market_day AS trade_day, arg_min(price_usd_per_mmbtu, {{ feed_rank('gas_prices') }}) AS price_usd_per_mmbtu
FROM {{ source('lake', 'gas_prices') }}
WHERE {{ from_feeds('gas_prices') }} AND frequency = 'daily' AND price_usd_per_mmbtu IS NOT NULL
GROUP BY ALL
