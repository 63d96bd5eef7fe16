SELECT market, resource, market_day, kpi, value, unit, hours
FROM {{ ref('stg_trading_kpis') }}
ORDER BY market, resource, market_day, kpi
