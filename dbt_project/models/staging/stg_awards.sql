SELECT
  market, market_run, resource, product, market_day, bid_id, interval_start, awarded_mw, price_usd_per_mwh, delivered_mwh,
  epoch(interval_end - interval_start) / 3600 AS hours
FROM {{ source('lake', 'awards') }}
