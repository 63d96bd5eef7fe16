{{ config(materialized='view', meta={'feeds': var('feeds')['real_time_prices'] | map(attribute='feed') | unique | list}) }}
-- Lengths in microseconds: over years of rows, intervals and CASE by row would be most of the work.
{% set microseconds = '(epoch_us(interval_end) - epoch_us(interval_start))' %}
{% set hour = 3600000000 %}
{% set rows_of_feeds -%}
FROM {{ source('lake', 'lmp') }}
WHERE (
  {%- for choice in var('feeds')['real_time_prices'] %}
    feed = '{{ choice.feed }}' AND market_run = '{{ choice.run }}'{{ ' OR' if not loop.last }}
  {%- endfor %}
  )
  AND location_type IN ('hub', 'zone')
  AND lmp_usd_per_mwh IS NOT NULL
{%- endset %}
SELECT
  feed, month, market, location, location_type, market_day, interval_start, lmp_usd_per_mwh, congestion_usd_per_mwh,
  known_from
{{ rows_of_feeds }}
  AND {{ microseconds }} = {{ hour }}
UNION ALL
-- Shorter intervals: an hour that is not there in full has no price; part of an hour is not passed on as the hour.
SELECT
  feed, month, market, location, location_type, market_day, date_trunc('hour', interval_start),
  sum(lmp_usd_per_mwh * {{ microseconds }}) / sum({{ microseconds }}),
  sum(congestion_usd_per_mwh * {{ microseconds }}) / sum({{ microseconds }}),
  max(known_from)
{{ rows_of_feeds }}
  AND {{ microseconds }} < {{ hour }}
GROUP BY ALL
HAVING sum({{ microseconds }}) BETWEEN {{ hour }} - 60000000 AND {{ hour }} + 60000000
