-- TBn: the mean of a day's n dearest hours less that of its n cheapest; a day with fewer than 2n priced hours has none.
{{ config(materialized='incremental', incremental_strategy='append', pre_hook="{{ clear_of('market_day') }}") }}
{% set runs = {'day_ahead': 'day_ahead_usd_per_mwh', 'real_time': 'real_time_usd_per_mwh'} %}
{% for run, price in runs.items() %}
SELECT
  market, location, market_day, '{{ run }}' AS market_run,
  count({{ price }}) AS hours,
  {% for n in (1, 2, 4) -%}
  CASE WHEN count({{ price }}) >= {{ 2 * n }}
    THEN list_avg(max({{ price }}, {{ n }})) - list_avg(min({{ price }}, {{ n }})) END AS tb{{ n }}_usd_per_mwh{{ ',' if not loop.last }}
  {% endfor %}
FROM {{ ref('prices_hourly') }}
WHERE {{ price }} IS NOT NULL AND {{ of_this_build('market_day') }}
GROUP BY ALL
{{ 'UNION ALL' if not loop.last }}
{% endfor %}
ORDER BY market_day, market, location
