-- The last computation of each requirement.
SELECT * EXCLUDE (month, payload) FROM {{ source('lake', 'compliance_standing') }}
QUALIFY row_number() OVER (PARTITION BY supplier, state, tier, period ORDER BY market_day DESC) = 1
