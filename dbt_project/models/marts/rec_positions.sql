-- Certificates held at the end of a day by owner, registry, kind of account, fuel and vintage year.
SELECT
  market_day, owner, registry, account_kind, fuel, year(vintage) AS vintage_year,
  sum(quantity)::BIGINT AS certificates,
  sum(cost_usd) AS cost_usd,
  sum(value_usd) AS value_usd,
  min(expires_on) AS first_expiry,
  bool_or(simulated) AS simulated
FROM {{ ref('stg_certificate_positions') }}
GROUP BY ALL
ORDER BY market_day, owner, registry, account_kind, fuel, vintage_year
