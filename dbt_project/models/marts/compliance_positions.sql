-- What a supplier owes by programme and period, what it has retired for it, and what is missing; as last worked out.
SELECT
  supplier, state, tier, period, market_day,
  duty.load_mwh, duty.percent, standing.certificates_due, standing.retired, standing.shortfall, standing.payment_usd,
  standing.planned, standing.shortfall_after_plan, standing.payment_after_plan_usd,
  duty.payment_usd_per_certificate, duty.load_basis, duty.status AS rule_status,
  standing.simulated
FROM {{ ref('stg_compliance_standing') }} AS standing
LEFT JOIN {{ ref('stg_compliance_obligations') }} AS duty USING (supplier, state, tier, period, market_day)
ORDER BY supplier, state, tier, period, market_day
