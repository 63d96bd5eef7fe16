{{ config(materialized='view', meta={'feeds': var('feeds')['day_ahead_prices'] | map(attribute='feed') | unique | list}) }}
SELECT
  feed, month, market, location, location_type, market_day, interval_start,
  lmp_usd_per_mwh, congestion_usd_per_mwh, loss_usd_per_mwh, known_from
FROM {{ source('lake', 'lmp') }}
WHERE {{ from_feeds('day_ahead_prices') }}
  AND market_run = 'DAM'
  AND location_type IN ('hub', 'zone')
  AND lmp_usd_per_mwh IS NOT NULL
