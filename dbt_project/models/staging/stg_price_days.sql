{{ config(materialized='table', meta={'feeds': (var('feeds')['day_ahead_prices'] + var('feeds')['real_time_prices']) | map(attribute='feed') | unique | list}) }}
-- The market days that this build has to compute: those with a price whose version came or went since the last build.
{% set since = last_build() %}
{% for moment in ('known_from', 'known_to') -%}
SELECT market_day
FROM {{ source('lake', 'lmp').incorporate(path={'identifier': 'lmp_history'}) }}
WHERE ({{ from_feeds('day_ahead_prices') }} OR {{ from_feeds('real_time_prices') }})
  AND {{ moment }} >= TIMESTAMPTZ '{{ since }}' - INTERVAL {{ var('look_back_hours') }} HOUR
{{ 'UNION' if not loop.last }}
{% endfor %}
