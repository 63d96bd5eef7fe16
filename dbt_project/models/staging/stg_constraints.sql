{{ config(meta={'table': 'constraints'}) }}
SELECT market, market_run, constraint_name, contingency, market_day, interval_start, interval_end, shadow_price_usd_per_mwh
FROM {{ source('lake', 'constraints') }}
WHERE shadow_price_usd_per_mwh <> 0
