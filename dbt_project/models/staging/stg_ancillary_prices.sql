{{ config(meta={'feeds': var('feeds')['ancillary'] | map(attribute='feed') | unique | list}) }}
SELECT
  market, product, location, market_day, interval_start,
  arg_min(price_usd_per_mw, {{ feed_rank('ancillary') }}) AS price_usd_per_mw
FROM {{ source('lake', 'ancillary_prices') }}
WHERE {{ from_feeds('ancillary') }} AND market_run = 'DAM' AND price_usd_per_mw IS NOT NULL
GROUP BY ALL
