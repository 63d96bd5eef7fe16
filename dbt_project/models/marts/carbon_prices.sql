SELECT programme, kind, price_day, price_usd_per_metric_ton
FROM {{ ref('stg_carbon') }}
ORDER BY programme, kind, price_day
