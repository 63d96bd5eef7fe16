{#- Marts stand in `main`, where `FROM prices_hourly` finds them; staging views in `staging`. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ custom_schema_name or 'main' }}
{%- endmacro %}
