{{ config(meta={'feeds': var('feeds')['real_time_prices'] | map(attribute='feed') | unique | list}) }}
WITH rows_of_feeds AS (
  SELECT *, {{ feed_rank('real_time_prices') }} AS feed_rank, epoch(interval_end - interval_start) / 60 AS minutes
  FROM {{ source('lake', 'lmp') }}
  WHERE {{ from_feeds('real_time_prices') }} AND location_type IN ('hub', 'zone') AND lmp_usd_per_mwh IS NOT NULL
)
SELECT
  market, location, location_type, market_day, feed_rank, interval_start, lmp_usd_per_mwh, congestion_usd_per_mwh, known_from
FROM rows_of_feeds
WHERE feed_rank IS NOT NULL AND minutes = 60
UNION ALL
-- Shorter intervals: an hour that is not there in full has no price; part of an hour is not passed on as the hour.
SELECT
  market, location, location_type, market_day, feed_rank,
  date_trunc('hour', interval_start),
  sum(lmp_usd_per_mwh * minutes) / sum(minutes),
  sum(congestion_usd_per_mwh * minutes) / sum(minutes),
  max(known_from)
FROM rows_of_feeds
WHERE feed_rank IS NOT NULL AND minutes < 60
GROUP BY ALL
HAVING sum(minutes) BETWEEN 59 AND 61
