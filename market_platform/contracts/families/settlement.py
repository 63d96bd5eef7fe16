"""Settlement: positions, charge lines expected and billed, their differences, disputes, invoices and payments.

Revenue is positive everywhere. Amounts are dollars in whole cents; the SQL ledger keeps the same amounts as integers.
"""

import pandera.pandas as pa

from market_platform.contracts.contract import Contract, Kind, column
from market_platform.contracts.families.words import MARKET

ACCOUNT = column(Kind.TEXT, "Account with the ISO: QSE, scheduling coordinator, member or organisation")
RESOURCE = column(Kind.TEXT, "Resource; empty where the ISO bills none")
LOCATION = column(Kind.TEXT, "Settlement point; empty where the ISO bills none")
CHARGE_CODE = column(Kind.TEXT, "Charge code or bill determinant as the ISO names it")
STATEMENT = column(Kind.TEXT, "SHA-256 of the statement; empty for what we expect ourselves")
RULE_STATUS = column(Kind.TEXT, "How far the rule was read: V in an official text, S second-hand, U unverified")


def _usd(description: str, *, blank: bool = False) -> pa.Column:
    return column(Kind.NUMBER, description, blank=blank)


SETTLEMENT_POSITIONS = Contract(
    name="settlement_positions",
    description="What is settled: awards, instructions and meter values, one row a resource, stage, product and interval.",
    key=("market", "account", "resource", "location", "stage", "product", "interval_start"),
    columns={
        "market": MARKET,
        "account": ACCOUNT,
        "resource": RESOURCE,
        "location": LOCATION,
        "stage": column(Kind.TEXT, "da, fmm, rt: award; fmm_dispatch, rtd_dispatch: instruction; meter"),
        "product": column(Kind.TEXT, "energy, virtual or the settlement's name of an ancillary service"),
        "power_mw": column(Kind.NUMBER, "Award or instruction, injections positive", blank=True),
        "metered_mwh": column(Kind.NUMBER, "Metered energy of the interval, injections positive", blank=True),
        "storage": column(Kind.FLAG, "Whether charging settles at the resource's own bus where the market says so"),
        "origin": column(
            Kind.TEXT, "bid ledger, awards file, meter file, telemetry, delivery, carried from day-ahead, or simulated"
        ),
    },
)

SETTLEMENT_LINES = Contract(
    name="settlement_lines",
    description="Charge lines: what we expect (shadow statement) and what the ISO billed, interval by interval.",
    key=("side", "statement", "market", "account", "charge_code", "resource", "location", "interval_start", "copy"),
    columns={
        "market": MARKET,
        "account": ACCOUNT,
        "side": column(Kind.TEXT, "expected or billed"),
        "statement": STATEMENT,
        "charge_code": CHARGE_CODE,
        "resource": RESOURCE,
        "location": LOCATION,
        "copy": column(Kind.WHOLE, "1, and more where a statement bills the same line again"),
        "quantity_mwh": column(Kind.NUMBER, "Quantity that is billed, injections positive", blank=True),
        "price_usd_per_mwh": column(Kind.NUMBER, "Price that it is billed at", blank=True),
        "amount_usd": _usd("Amount in whole cents, revenue positive"),
        "iso_amount_usd": _usd("Amount with the ISO's own sign"),
        "positive_means": column(Kind.TEXT, "What a positive ISO amount is: charge or credit"),
        "rule_status": RULE_STATUS,
    },
)

SETTLEMENT_VARIANCES = Contract(
    name="settlement_variances",
    description="Differences between billed and expected lines, each with its cause: explained + unexplained = variance.",
    key=("variance_id",),
    columns={
        "market": MARKET,
        "account": ACCOUNT,
        "variance_id": column(Kind.TEXT, "Identifier, the same whenever the same difference is found"),
        "statement": STATEMENT,
        "charge_code": CHARGE_CODE,
        "resource": RESOURCE,
        "location": LOCATION,
        "cause": column(
            Kind.TEXT,
            "missing, extra, duplicate, sign, wrong_version, wrong_price, wrong_quantity, adjustment, tolerance, unexplained",
        ),
        "expected_usd": _usd("What we expect"),
        "billed_usd": _usd("What the ISO billed"),
        "variance_usd": _usd("Billed less expected"),
        "explained_usd": _usd("The part that the cause explains"),
        "unexplained_usd": _usd("The rest"),
    },
)

SETTLEMENT_DISPUTES = Contract(
    name="settlement_disputes",
    description="Disputes with an ISO: what is claimed, until when it may be filed, and what became of it.",
    key=("dispute_id",),
    columns={
        "market": MARKET,
        "account": ACCOUNT,
        "dispute_id": column(Kind.TEXT, "Identifier, the same whenever the same dispute is drafted"),
        "statement": STATEMENT,
        "charge_code": CHARGE_CODE,
        "cause": column(Kind.TEXT, "Cause of the difference"),
        "amount_usd": _usd("What we claim, positive: owed to us"),
        "awarded_usd": _usd("What was granted", blank=True),
        "deadline": column(Kind.DAY, "Last day to file; blank where it cannot be disputed", blank=True),
        "deadline_status": RULE_STATUS,
        "state": column(
            Kind.TEXT, "drafted, filed, open, granted, granted in part, denied, withdrawn, expired, closed"
        ),
    },
)

SETTLEMENT_PAYMENTS = Contract(
    name="settlement_payments",
    description="Invoices with what was paid on them; the market day is the day of the invoice.",
    key=("invoice_id",),
    columns={
        "market": MARKET,
        "account": ACCOUNT,
        "invoice_id": column(Kind.TEXT, "Identifier of the invoice"),
        "kind": column(Kind.TEXT, "Kind of invoice: DAM, RTM, MONTHLY ..."),
        "due_on": column(Kind.DAY, "Day on which it is due"),
        "amount_usd": _usd("Amount invoiced, positive: the ISO pays us"),
        "paid_usd": _usd("What was matched to it"),
        "open_usd": _usd("What is still to come"),
        "term_status": RULE_STATUS,
    },
)
