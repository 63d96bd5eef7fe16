{#- The feeds of a series, as a filter that the lake's partitions are pruned by. -#}
{% macro from_feeds(series) -%}
  feed IN ({% for feed in var('feeds')[series] | map(attribute='feed') | unique %}'{{ feed }}'{{ ', ' if not loop.last }}{% endfor %})
{%- endmacro %}

{#- The rank of the row's feed in a series; NULL for a run, fuel or model that the series does not read. -#}
{% macro feed_rank(series) -%}
  CASE
  {%- for choice in var('feeds')[series] %}
    WHEN feed = '{{ choice.feed }}'
    {%- for name, column in {'run': 'market_run', 'model': 'model', 'fuel': 'fuel'}.items() if choice[name] %} AND {{ column }} = '{{ choice[name] }}'{% endfor %}
    THEN {{ choice.rank }}
  {%- endfor %}
  END
{%- endmacro %}

{#- The row's area: `system` for what its publisher calls the whole. -#}
{% macro area(series) -%}
  CASE
  {%- for choice in var('feeds')[series] if choice.system %}
    WHEN feed = '{{ choice.feed }}' AND location = '{{ choice.system }}' THEN 'system'
  {%- endfor %}
    ELSE location
  END
{%- endmacro %}

{#- How many areas make up the system, where no row is the whole; NULL elsewhere. -#}
{% macro parts(series) -%}
  CASE
  {%- for choice in var('feeds')[series] if choice.parts %}
    WHEN feed = '{{ choice.feed }}'{% if choice.fuel %} AND fuel = '{{ choice.fuel }}'{% endif %} THEN {{ choice.parts }}
  {%- endfor %}
  END
{%- endmacro %}

{#-
  The rows of a series of prices: of each market's first feed all, of a later one the hours that none before it has.
  Feed by feed, because the hours of years are too many to be ranked one by one.
-#}
{% macro best_prices(model, series, days) -%}
  {%- set earlier = {} -%}
  {%- for choice in var('feeds')[series] | sort(attribute='rank') %}
  {%- set market = choice.feed.split('_')[0] %}
  SELECT * EXCLUDE (feed, month) FROM {{ model }} AS hour
  WHERE feed = '{{ choice.feed }}' AND {{ days }}
  {%- if market in earlier %}
    AND NOT EXISTS (
      FROM {{ model }} AS better
      WHERE better.feed IN ('{{ earlier[market] | join("', '") }}') AND {{ days }}
        AND better.location = hour.location AND better.interval_start = hour.interval_start
    )
  {%- endif %}
  {{- ' UNION ALL' if not loop.last }}
  {%- do earlier.setdefault(market, []).append(choice.feed) %}
  {%- endfor %}
{%- endmacro %}
