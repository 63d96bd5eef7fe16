SELECT
  market, location, market_day, gas_hub,
  count(*) AS hours,
  avg(power_usd_per_mwh) AS power_usd_per_mwh,
  avg(gas_usd_per_mmbtu) AS gas_usd_per_mmbtu,
  max(heat_rate_mmbtu_per_mwh) AS heat_rate_mmbtu_per_mwh,
  avg(spark_spread_usd_per_mwh) AS spark_usd_per_mwh,
  avg(spark_spread_usd_per_mwh) FILTER (WHERE market.main.on_peak(interval_start, market)) AS on_peak_spark_usd_per_mwh,
  avg(clean_spark_spread_usd_per_mwh) AS clean_spark_usd_per_mwh,
  avg(power_usd_per_mwh) / nullif(avg(gas_usd_per_mmbtu), 0) AS implied_heat_rate_mmbtu_per_mwh,
  bool_or(is_gas_estimated) AS is_gas_estimated
FROM {{ ref('stg_spark_spreads') }}
GROUP BY ALL
ORDER BY market, location, market_day
