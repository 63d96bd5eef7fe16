-- Skill is what a forecast saves of the seasonal naive's error on the same intervals: 1 is perfect, 0 no better than naive.
SELECT
  market, quantity, location, horizon, kind, model, market_day,
  intervals, mae, naive_mae,
  1 - mae / nullif(naive_mae, 0) AS skill,
  crps, bias, inside_50, inside_90
FROM {{ ref('stg_forecast_scores') }}
ORDER BY market, quantity, location, market_day, model
