SELECT * EXCLUDE (month, payload) FROM {{ source('lake', 'trading_kpis') }}
