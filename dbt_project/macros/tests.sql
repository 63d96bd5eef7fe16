{#- No key is blank, and none comes twice. -#}
{% test keyed_by(model, columns) %}
SELECT {{ columns | join(', ') }}
FROM {{ model }}
GROUP BY {{ columns | join(', ') }}
HAVING count(*) > 1{% for column in columns %} OR {{ column }} IS NULL{% endfor %}
{% endtest %}

{#- A condition that every row meets; a blank is no breach. -#}
{% test holds(model, condition) %}
SELECT * FROM {{ model }} WHERE NOT ({{ condition }})
{% endtest %}
