SELECT * EXCLUDE (month, payload) FROM {{ source('lake', 'settlement_variances') }}
