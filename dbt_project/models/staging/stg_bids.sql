SELECT market, market_run, resource, product, market_day, bid_id, state, largest_mw
FROM {{ source('lake', 'bids') }}
