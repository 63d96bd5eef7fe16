{{ config(meta={'feeds': [
    'caiso_ghg_allowance_prices', 'carbon_california_quebec', 'carbon_california_results', 'carbon_rggi',
    'carbon_rggi_results', 'carbon_washington'
]}) }}
SELECT programme, market_day AS price_day, 'index' AS kind, price_usd_per_tonne AS price_usd_per_metric_ton
FROM {{ source('lake', 'allowance_prices') }}
WHERE price_usd_per_tonne IS NOT NULL
UNION ALL
(
    -- One auction a programme and month: as its publisher has it, else as the package's table has.
    SELECT programme, market_day, 'auction', price_usd_per_metric_ton
    FROM {{ source('lake', 'carbon_auctions') }}
    WHERE feed IN (
        'carbon_california_quebec', 'carbon_california_results', 'carbon_rggi', 'carbon_rggi_results', 'carbon_washington'
    )
      AND allowance_type = 'current' AND price_usd_per_metric_ton IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY programme, date_trunc('month', market_day) ORDER BY ends_with(feed, '_results') DESC, market_day
    ) = 1
)
