-- One row a location, market day and block of hours.
{% set blocks = {'all': 'TRUE', 'on_peak': 'on_peak', 'off_peak': 'NOT on_peak'} %}
{% for block, hours in blocks.items() %}
SELECT
  market, location, location_type, market_day, '{{ block }}' AS block,
  count(day_ahead_usd_per_mwh) AS day_ahead_hours,
  count(real_time_usd_per_mwh) AS real_time_hours,
  avg(day_ahead_usd_per_mwh) AS day_ahead_usd_per_mwh,
  avg(real_time_usd_per_mwh) AS real_time_usd_per_mwh,
  avg(premium_usd_per_mwh) AS premium_usd_per_mwh,
  min(day_ahead_usd_per_mwh) AS day_ahead_low_usd_per_mwh,
  max(day_ahead_usd_per_mwh) AS day_ahead_high_usd_per_mwh,
  min(real_time_usd_per_mwh) AS real_time_low_usd_per_mwh,
  max(real_time_usd_per_mwh) AS real_time_high_usd_per_mwh,
  avg(day_ahead_congestion_usd_per_mwh) AS day_ahead_congestion_usd_per_mwh,
  count(*) FILTER (WHERE day_ahead_usd_per_mwh < 0) AS day_ahead_negative_hours,
  count(*) FILTER (WHERE real_time_usd_per_mwh < 0) AS real_time_negative_hours
FROM {{ ref('prices_hourly') }}
WHERE {{ hours }}
GROUP BY ALL
{{ 'UNION ALL' if not loop.last }}
{% endfor %}
ORDER BY market, location, market_day
