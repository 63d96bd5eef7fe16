{{ config(meta={'feeds': var('feeds')['load'] | map(attribute='feed') | unique | list}) }}
WITH hours AS (
  SELECT
    market, {{ area('load') }} AS area, market_day, {{ feed_rank('load') }} AS feed_rank, {{ parts('load') }} AS parts,
    date_trunc('hour', interval_start) AS interval_start,
    avg(load_mw) AS load_mw
  FROM {{ source('lake', 'load') }}
  WHERE {{ from_feeds('load') }} AND load_mw IS NOT NULL
  GROUP BY ALL
  HAVING sum(epoch(interval_end - interval_start)) BETWEEN 3540 AND 3660
)
SELECT market, area, market_day, interval_start, arg_min(load_mw, feed_rank) AS load_mw
FROM (
  SELECT market, area, market_day, interval_start, feed_rank, load_mw FROM hours
  UNION ALL
  SELECT market, 'system', market_day, interval_start, feed_rank, sum(load_mw)
  FROM hours WHERE parts IS NOT NULL
  GROUP BY market, market_day, interval_start, feed_rank, parts
  HAVING count(*) = parts
)
GROUP BY ALL
