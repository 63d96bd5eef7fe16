SELECT
  symbol, trade_day, contract_month,
  settle_price AS settle_usd_per_mmbtu,
  settle_price - lag(settle_price) OVER (PARTITION BY symbol, contract_month ORDER BY trade_day) AS change_usd_per_mmbtu,
  estimated_volume AS estimated_volume_contracts
FROM {{ ref('stg_futures') }}
ORDER BY symbol, trade_day, contract_month
