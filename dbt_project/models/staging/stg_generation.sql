{{ config(meta={'feeds': var('feeds')['generation'] | map(attribute='feed') | unique | list}) }}
SELECT
  market, market_day, fuel,
  sum(generation_mw * epoch(interval_end - interval_start)) / 3600 AS energy_mwh,
  sum(epoch(interval_end - interval_start)) / 3600 / count(DISTINCT (publisher_fuel, location)) AS covered_hours,
  {{ feed_rank('generation') }} AS feed_rank
FROM {{ source('lake', 'generation') }}
WHERE {{ from_feeds('generation') }} AND generation_mw IS NOT NULL
GROUP BY ALL
