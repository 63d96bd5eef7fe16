{{ config(meta={'feeds': var('feeds')['renewables'] | map(attribute='feed') | unique | list}) }}
WITH hours AS (
  SELECT
    market, fuel, {{ area('renewables') }} AS area, {{ parts('renewables') }} AS parts, market_day,
    date_trunc('hour', interval_start) AS interval_start,
    avg(generation_mw) AS generation_mw
  FROM {{ source('lake', 'generation') }}
  WHERE {{ from_feeds('renewables') }} AND generation_mw IS NOT NULL AND {{ feed_rank('renewables') }} IS NOT NULL
  GROUP BY ALL
  HAVING sum(epoch(interval_end - interval_start)) BETWEEN 3540 AND 3660
)
SELECT market, fuel, market_day, interval_start, generation_mw FROM hours WHERE area = 'system'
UNION ALL
SELECT market, fuel, market_day, interval_start, sum(generation_mw)
FROM hours WHERE parts IS NOT NULL
GROUP BY market, fuel, market_day, interval_start, parts
HAVING count(*) = parts
