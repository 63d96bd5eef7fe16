{{ config(meta={'feeds': var('feeds')['real_time_prices'] | map(attribute='feed') | unique | list}) }}
-- An hour that is not there in full has no price: part of an hour is not passed on as the hour. An hourly price stays exact.
SELECT
  market, location, location_type, market_day, feed_rank,
  date_trunc('hour', interval_start) AS interval_start,
  CASE count(*) WHEN 1 THEN max(lmp_usd_per_mwh)
    ELSE sum(lmp_usd_per_mwh * minutes) / sum(minutes) END AS lmp_usd_per_mwh,
  CASE count(*) WHEN 1 THEN max(congestion_usd_per_mwh)
    ELSE sum(congestion_usd_per_mwh * minutes) / sum(minutes) END AS congestion_usd_per_mwh,
  max(known_from) AS known_from
FROM (
  SELECT *, {{ feed_rank('real_time_prices') }} AS feed_rank, epoch(interval_end - interval_start) / 60 AS minutes
  FROM {{ source('lake', 'lmp') }}
  WHERE {{ from_feeds('real_time_prices') }} AND location_type IN ('hub', 'zone') AND lmp_usd_per_mwh IS NOT NULL
)
WHERE feed_rank IS NOT NULL
GROUP BY ALL
HAVING sum(minutes) BETWEEN 59 AND 61
