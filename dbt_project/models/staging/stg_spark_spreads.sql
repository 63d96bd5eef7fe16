SELECT * EXCLUDE (month, payload) FROM {{ source('lake', 'spark_spreads') }}
