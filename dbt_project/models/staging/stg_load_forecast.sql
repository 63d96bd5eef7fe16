{{ config(meta={'feeds': var('feeds')['load_forecast'] | map(attribute='feed') | unique | list}) }}
-- The last forecast issued before the market day began.
SELECT
  market, {{ area('load_forecast') }} AS area, market_day, interval_start,
  arg_max(load_mw, issued_at) AS forecast_mw,
  max(issued_at) AS issued_at
FROM {{ source('lake', 'load_forecast') }}
WHERE {{ from_feeds('load_forecast') }}
  AND load_mw IS NOT NULL
  AND interval_end - interval_start = INTERVAL 1 HOUR
  AND market.main.market_day(issued_at, market) < market_day
GROUP BY ALL
