{#- The moment of the last published build of the marts; the beginning of time where there is none to add to. -#}
{% macro last_build() -%}
  {%- set builds = adapter.get_relation(this.database, 'main', 'mart_builds') if execute else none -%}
  {%- if builds and not flags.FULL_REFRESH -%}
    {{ run_query('SELECT max(built_at) FROM ' ~ builds).columns[0].values()[0] }}
  {%- else -%}1970-01-01 00:00:00+00{%- endif -%}
{%- endmacro %}

{#- Whether a row's day, or the first day of its month, is one that the build has to compute, or so many days beside one. -#}
{% macro to_build(column, unit, beside) -%}
  {{ column }} IN (
    SELECT DISTINCT date_trunc('{{ unit }}', market_day + step::INTEGER)::DATE
    FROM {{ ref('stg_price_days') }}, range({{ -beside }}, {{ beside + 1 }}) AS steps(step))
{%- endmacro %}

{#- The same in an incremental build; every row otherwise. -#}
{% macro of_this_build(column, unit='day', beside=0) -%}
  {%- set condition = to_build(column, unit, beside) -%}
  {{ condition if is_incremental() else 'TRUE' }}
{%- endmacro %}

{#- Take out of an incremental model what is built again, also days of which nothing is left. -#}
{% macro clear_of(column, unit='day', beside=0) -%}
  {% if is_incremental() %}DELETE FROM {{ this }} WHERE {{ to_build(column, unit, beside) }}{% endif %}
{%- endmacro %}

{#- The months of these days, written out: the lake's files are told by month, and only a value written out spares opening them. -#}
{% macro in_months_of_this_build() -%}
  {%- set days = ref('stg_price_days') -%}
  {%- if execute and is_incremental() -%}
    {%- set months = run_query("SELECT DISTINCT strftime(market_day, '%Y-%m') FROM " ~ days).columns[0].values() -%}
    month IN ('{{ months | join("', '") }}')
  {%- else -%}TRUE{%- endif -%}
{%- endmacro %}
