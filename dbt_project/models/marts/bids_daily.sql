-- What was offered and what came of it, by resource, product and market day.
WITH offered AS (
  SELECT
    market, market_run, resource, product, market_day,
    count(*) AS bids,
    count(*) FILTER (WHERE state IN ('cleared', 'partly', 'delivered')) AS cleared_bids,
    count(*) FILTER (WHERE state IN ('rejected', 'cancelled')) AS withdrawn_bids,
    max(largest_mw) AS largest_mw
  FROM {{ ref('stg_bids') }}
  GROUP BY ALL
),
awarded AS (
  SELECT
    market, market_run, resource, product, market_day,
    sum(awarded_mw * hours) AS awarded_mwh,
    sum(abs(awarded_mw) * hours) AS awarded_absolute_mwh,
    sum(awarded_mw * price_usd_per_mwh * hours) AS award_value_usd,
    sum(delivered_mwh) AS delivered_mwh
  FROM {{ ref('stg_awards') }}
  GROUP BY ALL
)
SELECT *
FROM offered
FULL JOIN awarded USING (market, market_run, resource, product, market_day)
ORDER BY market, resource, product, market_day
