WITH henry_hub AS (
  SELECT trade_day, price_usd_per_mmbtu FROM {{ ref('stg_gas_prices') }} WHERE hub = 'Henry Hub' AND product = 'spot'
)
SELECT
  prices.hub, prices.product, prices.trade_day, prices.price_usd_per_mmbtu,
  prices.price_usd_per_mmbtu - henry_hub.price_usd_per_mmbtu AS basis_usd_per_mmbtu
FROM {{ ref('stg_gas_prices') }} AS prices
LEFT JOIN henry_hub USING (trade_day)
ORDER BY hub, product, trade_day
