SELECT subject, metric, market_day AS figure_day, value, unit, method, source, simulated
FROM {{ ref('stg_esg_metrics') }}
ORDER BY subject, metric, figure_day
