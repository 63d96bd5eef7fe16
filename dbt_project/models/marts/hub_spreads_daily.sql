-- Every pair of trading hubs, first by name less second, over the hours that both have. Markets' days do not begin at one
-- moment: a price of a day counts in the days beside it too.
{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ clear_of('market_day', beside=1) }}") }}
WITH hubs AS (
  SELECT market, location, market_day, interval_start, on_peak, day_ahead_usd_per_mwh
  FROM {{ ref('prices_hourly') }}
  WHERE day_ahead_usd_per_mwh IS NOT NULL AND {{ of_this_build('market_day', beside=2) }}
    AND (market, location) IN (
      {%- for market, locations in var('hubs').items() %}{% set last_market = loop.last %}
        {%- for location in locations %}('{{ market }}', '{{ location }}'){{ ', ' if not (loop.last and last_market) }}{% endfor %}
      {%- endfor %})
)
SELECT
  first.market AS market, first.location AS location,
  second.market AS other_market, second.location AS other_location,
  first.market_day,
  count(*) AS hours,
  avg(first.day_ahead_usd_per_mwh - second.day_ahead_usd_per_mwh) AS spread_usd_per_mwh,
  avg(first.day_ahead_usd_per_mwh - second.day_ahead_usd_per_mwh) FILTER (WHERE first.on_peak) AS on_peak_spread_usd_per_mwh,
  max(abs(first.day_ahead_usd_per_mwh - second.day_ahead_usd_per_mwh)) AS widest_usd_per_mwh
FROM hubs AS first
JOIN hubs AS second
  ON second.interval_start = first.interval_start
  AND (first.market, first.location) < (second.market, second.location)
WHERE {{ of_this_build('first.market_day', beside=1) }}
GROUP BY ALL
ORDER BY market_day, market, location, other_market, other_location
