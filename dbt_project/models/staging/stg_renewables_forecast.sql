{{ config(meta={'feeds': var('feeds')['renewables_forecast'] | map(attribute='feed') | unique | list}) }}
-- The last forecast issued before the market day began.
WITH hours AS (
  SELECT
    market, fuel, {{ area('renewables_forecast') }} AS area, {{ parts('renewables_forecast') }} AS parts, market_day,
    interval_start,
    arg_max(generation_mw, issued_at) AS forecast_mw,
    max(issued_at) AS issued_at
  FROM {{ source('lake', 'generation_forecast') }}
  WHERE {{ from_feeds('renewables_forecast') }}
    AND generation_mw IS NOT NULL
    AND {{ feed_rank('renewables_forecast') }} IS NOT NULL
    AND interval_end - interval_start = INTERVAL 1 HOUR
    AND market.main.market_day(issued_at, market) < market_day
  GROUP BY ALL
)
SELECT market, fuel, market_day, interval_start, forecast_mw, issued_at FROM hours WHERE area = 'system'
UNION ALL
SELECT market, fuel, market_day, interval_start, sum(forecast_mw), max(issued_at)
FROM hours WHERE parts IS NOT NULL
GROUP BY market, fuel, market_day, interval_start, parts
HAVING count(*) = parts
