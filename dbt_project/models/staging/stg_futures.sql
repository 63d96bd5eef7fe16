{{ config(meta={'feeds': ['cme_ng_settlements', 'cme_nymex_file']}) }}
SELECT
  symbol, contract_month, market_day AS trade_day,
  arg_min(settle_price, feed) AS settle_price,
  arg_min(estimated_volume, feed) AS estimated_volume
FROM {{ source('lake', 'futures_settlements') }}
WHERE feed IN ('cme_ng_settlements', 'cme_nymex_file') AND settle_price IS NOT NULL AND symbol = 'NG'
GROUP BY ALL
