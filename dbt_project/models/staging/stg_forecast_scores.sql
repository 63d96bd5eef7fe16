SELECT * EXCLUDE (month, payload) FROM {{ source('lake', 'forecast_scores') }}
