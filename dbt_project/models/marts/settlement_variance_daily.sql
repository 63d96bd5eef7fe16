SELECT
  market, account, charge_code, cause, market_day,
  count(*) AS lines,
  sum(expected_usd)::DECIMAL(18, 2) AS expected_usd,
  sum(billed_usd)::DECIMAL(18, 2) AS billed_usd,
  sum(variance_usd)::DECIMAL(18, 2) AS variance_usd,
  sum(explained_usd)::DECIMAL(18, 2) AS explained_usd,
  sum(unexplained_usd)::DECIMAL(18, 2) AS unexplained_usd
FROM {{ ref('stg_settlement_variances') }}
GROUP BY ALL
ORDER BY market, account, charge_code, cause, market_day
