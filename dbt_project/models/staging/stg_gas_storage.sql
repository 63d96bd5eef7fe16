{{ config(meta={'feeds': var('feeds')['gas_storage'] | map(attribute='feed') | unique | list}) }}
SELECT region, gas_type, week_ending, arg_min(stock_bcf, {{ feed_rank('gas_storage') }}) AS stock_bcf
FROM {{ source('lake', 'gas_storage') }}
WHERE {{ from_feeds('gas_storage') }}
GROUP BY ALL
