-- A week's stock against the same week of the five years before (364 days apart, so that Friday meets Friday).
WITH band AS (
  SELECT
    stock.region, stock.gas_type, stock.week_ending,
    avg(earlier.stock_bcf) AS five_year_mean_bcf,
    min(earlier.stock_bcf) AS five_year_low_bcf,
    max(earlier.stock_bcf) AS five_year_high_bcf
  FROM {{ ref('stg_gas_storage') }} AS stock
  JOIN {{ ref('stg_gas_storage') }} AS earlier
    ON earlier.region = stock.region AND earlier.gas_type = stock.gas_type
    AND earlier.week_ending IN (
      {%- for year in range(1, 6) %}stock.week_ending - {{ 364 * year }}{{ ', ' if not loop.last }}{% endfor %})
  GROUP BY ALL
  HAVING count(*) = 5
)
SELECT
  region, gas_type, week_ending, stock_bcf,
  stock_bcf - first_value(stock_bcf) OVER weeks AS change_bcf,
  five_year_mean_bcf, five_year_low_bcf, five_year_high_bcf,
  stock_bcf - five_year_mean_bcf AS surplus_bcf,
  stock_bcf / five_year_mean_bcf - 1 AS surplus_share
FROM {{ ref('stg_gas_storage') }}
LEFT JOIN band USING (region, gas_type, week_ending)
WINDOW weeks AS (PARTITION BY region, gas_type ORDER BY week_ending RANGE BETWEEN INTERVAL 7 DAYS PRECEDING AND INTERVAL 7 DAYS PRECEDING)
ORDER BY region, gas_type, week_ending
