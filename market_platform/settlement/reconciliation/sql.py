"""The reconciliation as SQL: bring both sides to one grain, join them, name the cause, split the amount.

Which of two billed copies counts as the line and which as the duplicate: the one nearer to the expected amount is the
line. A cause is only named when the bill's own price and quantity, where it states them, agree with it.
"""

# Only column names of this module go into the text.
# ruff: noqa: S608

#: Expected lines at the statement's grain, charge by charge: without resource or location where it states none, and per
#: its own interval where that is longer (an hourly report, a daily or monthly bill); hours that an hourly bill leaves out
#: are hours too, and a charge that a bill of one interval leaves out has that interval. The price of a sum is its mean,
#: weighted by quantity.
ADDED_UP_SQL = """
WITH overall AS (
    SELECT bool_and(resource = '') AS no_resource, bool_and(location = '' OR charge_code LIKE '%A') AS no_location,
           count(DISTINCT (interval_start, interval_end)) = 1 AS one_interval,
           min(interval_start) AS only_start, max(interval_end) AS only_end
    FROM billed_raw
), grain AS (
    SELECT charge_code, bool_and(resource = '') AS no_resource, bool_and(location = '') AS no_location
    FROM billed_raw GROUP BY ALL
), periods AS (
    SELECT DISTINCT charge_code, interval_start AS period_start, interval_end AS period_end FROM billed_raw
), steps AS (
    SELECT charge_code, min(interval_end - interval_start) AS step FROM billed_raw GROUP BY ALL
    HAVING step <= INTERVAL 1 HOUR
), whole AS (
    SELECT DISTINCT e.charge_code, only_start AS period_start, only_end AS period_end
    FROM {source} e CROSS JOIN overall
    WHERE one_interval AND e.charge_code NOT IN (SELECT charge_code FROM periods)
), placed AS (
    SELECT e.* REPLACE (
        CASE WHEN coalesce(g.no_resource, o.no_resource) THEN '' ELSE resource END AS resource,
        CASE WHEN coalesce(g.no_location, o.no_location) THEN '' ELSE location END AS location,
        coalesce(period_start, step_start, interval_start) AS interval_start,
        coalesce(period_end, step_start + step, interval_end) AS interval_end)
    FROM (
        SELECT e.*, step,
               CASE WHEN step > interval_end - interval_start THEN time_bucket(step, interval_start) END AS step_start
        FROM {source} e LEFT JOIN steps USING (charge_code)
    ) e CROSS JOIN overall o
    LEFT JOIN grain g ON g.charge_code = e.charge_code
    LEFT JOIN (FROM periods UNION ALL FROM whole) p
      ON p.charge_code = e.charge_code AND e.interval_start >= period_start AND e.interval_end <= period_end
     AND period_end - period_start > e.interval_end - e.interval_start
)
SELECT iso, account, charge_code, resource, location, interval_start, any_value(interval_end) AS interval_end,
       CASE WHEN min(market_day) = max(market_day) THEN min(market_day) END AS market_day,
       sum(quantity_mwh)::DECIMAL(18, 6) AS quantity_mwh,
       CASE WHEN min(price_usd_per_mwh) = max(price_usd_per_mwh) THEN min(price_usd_per_mwh)
            WHEN count(price_usd_per_mwh) = count(*) AND sum(quantity_mwh) <> 0
            THEN try_cast(sum(quantity_mwh::DOUBLE * price_usd_per_mwh::DOUBLE) / sum(quantity_mwh::DOUBLE) AS DECIMAL(18, 6))
       END AS price_usd_per_mwh,
       sum(amount_usd)::DECIMAL(18, 2) AS amount_usd
FROM placed
GROUP BY iso, account, charge_code, resource, location, interval_start"""

#: Superseded lines come for touched places only, and once a version; before they are added up, each version is made
#: whole with the expected lines that it leaves as they are.
WHOLE_VERSIONS_SQL = """
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY ordinal) AS version FROM superseded_raw
), versions AS (
    SELECT DISTINCT version FROM numbered
)
SELECT {columns}, version FROM numbered
UNION ALL
SELECT {columns}, v.version FROM expected_raw e CROSS JOIN versions v
WHERE NOT EXISTS (SELECT 1 FROM numbered n WHERE n.version = v.version AND {same})"""

#: Whether a statement is coarser than the shadow; most are not, and then nothing has to be added up.
COARSER_SQL = """
WITH ours AS (
    SELECT charge_code, max(epoch_us(interval_end) - epoch_us(interval_start)) AS width,
           bool_or(resource <> '') AS with_resource, bool_or(location <> '') AS with_location
    FROM expected_raw GROUP BY ALL
), theirs AS (
    SELECT charge_code, max(epoch_us(interval_end) - epoch_us(interval_start)) AS width,
           bool_and(resource = '') AS no_resource, bool_and(location = '') AS no_location
    FROM billed_raw GROUP BY ALL
)
SELECT coalesce((SELECT bool_or(theirs.width > ours.width OR (no_resource AND with_resource)
                                OR (no_location AND with_location))
                 FROM ours JOIN theirs USING (charge_code)), false)
    OR coalesce((SELECT bool_and(resource = '') OR bool_and(location = '' OR charge_code LIKE '%A') FROM billed_raw), false)"""

_SERIES = "iso, account, charge_code, resource, location"
_KEY = f"{_SERIES}, interval_start"

#: Narrow keys with the row that they stand for. Lines are told apart by a 64-bit hash here, and two that share one come
#: out as repeated; what comes out is compared by its full key below.
NARROW_SQL = f"""
CREATE TEMP TABLE {{target}} AS
SELECT hash({_SERIES}, epoch_us(interval_start)) AS key, (amount_usd * 100)::BIGINT AS cents, row FROM {{source}}"""

#: One pass over all lines of both sides: how many meet, how many stand alone, and the keys that differ.
MET_SQL = """
CREATE TEMP TABLE met AS
SELECT count(*) FILTER (e.key IS NOT NULL AND b.key IS NOT NULL) AS pairs,
       count(*) FILTER (b.key IS NULL) AS only_expected, count(*) FILTER (e.key IS NULL) AS only_billed,
       list(coalesce(e.key, b.key)) FILTER (coalesce(e.cents, 0) <> coalesce(b.cents, 0)) AS differing
FROM narrow_expected e FULL JOIN narrow_billed b ON e.key = b.key"""

#: Whether a key repeats on the billed side, and on the expected one: then more pairs meet than the other side has lines.
REPEATS_SQL = """
SELECT pairs + only_expected <> (SELECT count(*) FROM narrow_expected),
       pairs + only_billed <> (SELECT count(*) FROM narrow_billed)
FROM met"""

#: The few keys that differ or repeat; all others match to the cent.
SUSPECTS_SQL = """
CREATE TEMP TABLE suspects AS SELECT DISTINCT unnest(differing) AS key FROM met"""

REPEATED_SQL = """
INSERT INTO suspects
SELECT key FROM narrow_{side} GROUP BY key HAVING count(*) > 1 EXCEPT SELECT key FROM suspects"""

ROWS_SQL = "SELECT row FROM {target} JOIN suspects USING (key)"

#: Distinct keys of both sides: pairs that met, less what repeated keys made of themselves.
COMPARED_SQL = """
CREATE TEMP TABLE compared AS
WITH counts AS (
    SELECT key, (SELECT count(*) FROM narrow_expected e WHERE e.key = s.key) AS ours,
           (SELECT count(*) FROM narrow_billed b WHERE b.key = s.key) AS theirs
    FROM suspects s
)
SELECT pairs + only_expected + only_billed - coalesce((
    SELECT sum(CASE WHEN ours > 0 AND theirs > 0 THEN ours * theirs ELSE ours + theirs END - 1) FROM counts
), 0) AS keys FROM met"""

_COPIES = f"""
CREATE TEMP TABLE repeated AS
SELECT {_KEY} FROM billed_picked GROUP BY ALL HAVING count(*) > 1"""

_RANKED = f"""
CREATE TEMP TABLE ranked AS
SELECT b.*, e.amount_usd AS near, row_number() OVER (
           PARTITION BY {", ".join(f"b.{name}" for name in _KEY.split(", "))}
           ORDER BY abs(b.amount_usd - coalesce(e.amount_usd, 0))) AS copy
FROM billed_picked b JOIN repeated USING ({_KEY}) LEFT JOIN expected e USING ({_KEY})"""

_BILLED = f"""
CREATE TEMP TABLE billed AS
SELECT iso, account, charge_code, resource, location, interval_start, interval_end, market_day, quantity_mwh,
       price_usd_per_mwh, amount_usd FROM billed_picked ANTI JOIN repeated USING ({_KEY})
UNION ALL
SELECT iso, account, charge_code, resource, location, interval_start, interval_end, market_day, quantity_mwh,
       price_usd_per_mwh, amount_usd FROM ranked WHERE copy = 1"""

_DIFFERENT = f"""
CREATE TEMP TABLE different AS
SELECT {_KEY}, coalesce(b.interval_end, e.interval_end) AS interval_end,
       coalesce(b.market_day, e.market_day) AS market_day,
       e.amount_usd AS expected_usd, b.amount_usd AS billed_usd,
       e.quantity_mwh AS expected_mwh, b.quantity_mwh AS billed_mwh,
       e.price_usd_per_mwh AS expected_usd_per_mwh, b.price_usd_per_mwh AS billed_usd_per_mwh,
       (coalesce(b.amount_usd, 0) - coalesce(e.amount_usd, 0))::DECIMAL(18, 2) AS variance_usd
FROM expected e FULL JOIN billed b USING ({_KEY})
WHERE coalesce(b.amount_usd, 0) <> coalesce(e.amount_usd, 0)"""

_NAMED = """
CREATE TEMP TABLE named AS
WITH facts AS (
    SELECT d.*, EXISTS (
               SELECT 1 FROM superseded s
               WHERE s.iso = d.iso AND s.account = d.account AND s.charge_code = d.charge_code
                 AND s.resource = d.resource AND s.location = d.location AND s.interval_start = d.interval_start
                 AND abs(d.billed_usd - s.amount_usd) <= getvariable('tolerance')
                 AND coalesce(abs(d.billed_usd_per_mwh - s.price_usd_per_mwh) <= 0.000001, true)) AS superseded_matches,
           billed_usd_per_mwh IS NULL OR expected_usd_per_mwh IS NULL AS price_unknown,
           billed_mwh IS NULL OR expected_mwh IS NULL AS quantity_unknown,
           coalesce(abs(billed_usd_per_mwh - expected_usd_per_mwh) <= 0.000001, false) AS same_price,
           coalesce(abs(billed_mwh - expected_mwh) <= 0.000001, false) AS same_quantity,
           coalesce(abs(abs(billed_mwh) - abs(expected_mwh)) <= 0.000001, true) AS same_size
    FROM different d
)
SELECT *, CASE
    WHEN expected_usd IS NULL AND charge_code LIKE '%A' AND iso = 'pjm' THEN 'adjustment'
    WHEN expected_usd IS NULL THEN 'extra'
    WHEN billed_usd IS NULL THEN 'missing'
    WHEN abs(variance_usd) <= getvariable('tolerance') THEN 'tolerance'
    WHEN abs(billed_usd + expected_usd) <= getvariable('tolerance') AND (price_unknown OR same_price) AND same_size
        THEN 'sign'
    WHEN superseded_matches THEN 'wrong_version'
    WHEN price_unknown OR quantity_unknown THEN 'unexplained'
    WHEN same_quantity AND NOT same_price THEN 'wrong_price'
    WHEN same_price AND NOT same_quantity THEN 'wrong_quantity'
    WHEN same_price AND same_quantity THEN 'unexplained'
    ELSE 'wrong_price and wrong_quantity' END AS cause
FROM facts"""

#: The price effect is taken at the expected quantity, the quantity effect at the billed price: together the whole. The
#: cents by which an added-up amount differs from its quantity times its mean price are no effect of either.
_SPLIT = f"""
CREATE TEMP TABLE split AS
WITH effects AS (
    SELECT *, (round(expected_mwh * billed_usd_per_mwh, 2) - round(expected_mwh * expected_usd_per_mwh, 2))
                  ::DECIMAL(18, 2) AS price_effect,
           (round(billed_mwh * billed_usd_per_mwh, 2) - round(expected_mwh * billed_usd_per_mwh, 2))::DECIMAL(18, 2)
               AS quantity_effect
    FROM named
)
SELECT * REPLACE ('wrong_price' AS cause, price_effect AS variance_usd), price_effect AS raw_usd
FROM effects WHERE cause = 'wrong_price and wrong_quantity'
UNION ALL
SELECT * REPLACE ('wrong_quantity' AS cause, (variance_usd - price_effect)::DECIMAL(18, 2) AS variance_usd),
       quantity_effect AS raw_usd
FROM effects WHERE cause = 'wrong_price and wrong_quantity'
UNION ALL
SELECT *, (CASE cause WHEN 'unexplained' THEN 0 WHEN 'wrong_price' THEN price_effect
           WHEN 'wrong_quantity' THEN quantity_effect ELSE variance_usd END)::DECIMAL(18, 2) AS raw_usd
FROM effects WHERE cause <> 'wrong_price and wrong_quantity'
UNION ALL
SELECT {_KEY}, interval_end, market_day, NULL, amount_usd, NULL, quantity_mwh, NULL, price_usd_per_mwh, amount_usd,
       false, true, true, false, false, true,
       CASE WHEN near IS NULL AND charge_code LIKE '%A' AND iso = 'pjm' THEN 'adjustment' ELSE 'duplicate' END,
       NULL, NULL, amount_usd
FROM ranked WHERE copy > 1"""

#: Quantities are printed with six decimals, so a recalculated amount may be off by the tolerance; that cent belongs to
#: the named cause.
_VARIANCES = f"""
CREATE TEMP TABLE variances AS
WITH closed AS (
    SELECT *, CASE WHEN cause <> 'unexplained' AND abs(variance_usd - raw_usd) <= getvariable('tolerance')
                   THEN variance_usd ELSE raw_usd END AS explained
    FROM split
)
SELECT {_KEY}, interval_end, market_day, cause, coalesce(expected_usd, 0)::DECIMAL(18, 2) AS expected_usd,
       coalesce(billed_usd, 0)::DECIMAL(18, 2) AS billed_usd, expected_mwh, billed_mwh, expected_usd_per_mwh,
       billed_usd_per_mwh, variance_usd, explained::DECIMAL(18, 2) AS explained_usd,
       (variance_usd - explained)::DECIMAL(18, 2) AS unexplained_usd
FROM closed
ORDER BY {_KEY}, cause"""

#: Over all lines, matched ones included.
TOTALS_SQL = """
SELECT (keys - (SELECT count(*) FROM different))::BIGINT,
       (keys + (SELECT count(*) FROM ranked WHERE copy > 1))::BIGINT,
       (SELECT coalesce(sum(cents), 0)::BIGINT FROM narrow_expected),
       (SELECT coalesce(sum(cents), 0)::BIGINT FROM narrow_billed),
       (SELECT coalesce(sum(abs(cents)), 0)::BIGINT FROM narrow_expected)
FROM compared"""

#: On the picked lines only; the last leaves the table ``variances``.
CAUSES_SQL = (_COPIES, _RANKED, _BILLED, _DIFFERENT, _NAMED, _SPLIT, _VARIANCES)
