SELECT * EXCLUDE (month, payload) FROM {{ source('lake', 'esg_metrics') }}
