-- Profit and loss as settled: what we expect of the ISO and what it billed, by account, resource, charge and market day.
SELECT
  market, account, resource, charge_code, market_day,
  sum(amount_usd) FILTER (WHERE side = 'expected')::DECIMAL(18, 2) AS expected_usd,
  sum(amount_usd) FILTER (WHERE side = 'billed')::DECIMAL(18, 2) AS billed_usd,
  count(*) FILTER (WHERE side = 'expected') AS expected_lines,
  count(*) FILTER (WHERE side = 'billed') AS billed_lines
FROM {{ ref('stg_settlement_lines') }}
GROUP BY ALL
ORDER BY market, account, resource, charge_code, market_day
