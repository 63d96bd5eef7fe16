-- Energy of a day by fuel, and its part of what was generated and imported; charging storage counts in no part.
WITH best AS (
  SELECT market, market_day, fuel, arg_min(energy_mwh, feed_rank) AS energy_mwh, arg_min(covered_hours, feed_rank) AS covered_hours
  FROM {{ ref('stg_generation') }}
  GROUP BY ALL
)
SELECT
  *,
  greatest(energy_mwh, 0) / nullif(sum(greatest(energy_mwh, 0)) OVER (PARTITION BY market, market_day), 0) AS share
FROM best
ORDER BY market, market_day, fuel
