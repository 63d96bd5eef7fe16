{#-
  The market days that a build has to compute: all of them, or those with a version that came or went since the last one.
  All markets' rows of such a day are computed again, and replaced by market and day.
-#}
{% macro days_to_build(table, series_names) -%}
  {%- if is_incremental() -%}
  market_day IN (
    SELECT DISTINCT market_day
    FROM market.main.{{ table }}_history
    WHERE ({% for series in series_names %}{{ from_feeds(series) }}{{ ' OR ' if not loop.last }}{% endfor %})
      AND greatest(known_from, known_to) >= (
        SELECT max(known_from) - INTERVAL {{ var('look_back_hours') }} HOUR FROM {{ this }}
      )
  )
  {%- else -%}TRUE{%- endif -%}
{%- endmacro %}
