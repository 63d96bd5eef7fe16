SELECT * EXCLUDE (month, payload) FROM {{ source('lake', 'certificate_positions') }}
