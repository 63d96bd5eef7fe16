"""The ledger tables of settlement. Money is whole cents in a BIGINT: exact on SQLite and on Postgres alike."""

from decimal import Decimal

import sqlalchemy as sa

from market_platform.errors import StoreError
from market_platform.settlement.exact import CENT
from market_platform.store.ledger import UtcDateTime, metadata


class Cents(sa.types.TypeDecorator[Decimal]):
    """Dollars as Decimal outside, whole cents inside; a fraction of a cent is refused."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """Convert dollars to cents."""
        if value is None:
            return None
        cents = Decimal(value) / CENT
        if cents != cents.to_integral_value():
            msg = f"{value} is not a whole number of cents: round the charge line before it is kept"
            raise StoreError(msg)
        return int(cents)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:  # noqa: ARG002
        """Convert cents to dollars."""
        return None if value is None else Decimal(value).scaleb(-2)


statements = sa.Table(
    "settlement_statements",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("iso", sa.String(16), nullable=False, index=True),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("market", sa.String(16), nullable=False),
    sa.Column("statement_type", sa.String(16), nullable=False),
    sa.Column("statement_id", sa.String(200), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False, index=True),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("positive_means", sa.String(8), nullable=False),
    sa.Column("total_iso_amount", Cents, nullable=False),
    sa.Column("net_iso_amount", Cents, nullable=False),
    sa.Column("amount_usd", Cents, nullable=False),
    sa.Column("net_usd", Cents, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("file_name", sa.String(512)),
)

charges = sa.Table(
    "settlement_charges",
    metadata,
    sa.Column("sha256", sa.String(64), sa.ForeignKey("settlement_statements.sha256"), primary_key=True),
    sa.Column("market_day", sa.Date, primary_key=True),
    sa.Column("charge_code", sa.String(64), primary_key=True),
    sa.Column("amount_usd", Cents, nullable=False),
    sa.Column("iso_amount", Cents, nullable=False),
    sa.Column("status", sa.String(1), nullable=False),
)

shadow = sa.Table(
    "settlement_shadow",
    metadata,
    sa.Column("iso", sa.String(16), primary_key=True),
    sa.Column("account", sa.String(64), primary_key=True),
    sa.Column("market_day", sa.Date, primary_key=True),
    sa.Column("charge_code", sa.String(64), primary_key=True),
    sa.Column("amount_usd", Cents, nullable=False),
    sa.Column("status", sa.String(1), nullable=False),
    sa.Column("settled_at", UtcDateTime, nullable=False),
)

variances = sa.Table(
    "settlement_variances",
    metadata,
    sa.Column("variance_id", sa.String(40), primary_key=True),
    sa.Column("sha256", sa.String(64), sa.ForeignKey("settlement_statements.sha256"), nullable=False, index=True),
    sa.Column("market_day", sa.Date),
    sa.Column("charge_code", sa.String(64), nullable=False),
    sa.Column("resource", sa.String(64), nullable=False),
    sa.Column("location", sa.String(64), nullable=False),
    sa.Column("interval_start", UtcDateTime, nullable=False),
    sa.Column("cause", sa.String(32), nullable=False),
    sa.Column("expected_usd", Cents, nullable=False),
    sa.Column("billed_usd", Cents, nullable=False),
    sa.Column("variance_usd", Cents, nullable=False),
    sa.Column("explained_usd", Cents, nullable=False),
    sa.Column("unexplained_usd", Cents, nullable=False),
    sa.Column("interval_end", UtcDateTime),
)

#: The last outcome of each statement; the amounts are revenue positive, the absolute ones give the accuracy.
reconciliations = sa.Table(
    "settlement_reconciliations",
    metadata,
    sa.Column("sha256", sa.String(64), sa.ForeignKey("settlement_statements.sha256"), primary_key=True),
    sa.Column("compared_lines", sa.BigInteger, nullable=False),
    sa.Column("matched_lines", sa.BigInteger, nullable=False),
    sa.Column("expected_usd", Cents, nullable=False),
    sa.Column("billed_usd", Cents, nullable=False),
    sa.Column("explained_usd", Cents, nullable=False),
    sa.Column("unexplained_usd", Cents, nullable=False),
    sa.Column("absolute_expected_usd", Cents, nullable=False),
    sa.Column("absolute_unexplained_usd", Cents, nullable=False),
    sa.Column("reconciled_at", UtcDateTime, nullable=False),
)

refusals = sa.Table(
    "settlement_refusals",
    metadata,
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("iso", sa.String(16), nullable=False),
    sa.Column("reason", sa.String(32), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("size_bytes", sa.BigInteger, nullable=False),
    sa.Column("refused_at", UtcDateTime, nullable=False),
)

disputes = sa.Table(
    "settlement_disputes",
    metadata,
    sa.Column("dispute_id", sa.String(40), primary_key=True),
    sa.Column("iso", sa.String(16), nullable=False),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("market", sa.String(16), nullable=False),
    sa.Column("statement_sha256", sa.String(64), sa.ForeignKey("settlement_statements.sha256"), nullable=False),
    sa.Column("charge_code", sa.String(64), nullable=False),
    sa.Column("market_day", sa.Date, nullable=False),
    sa.Column("cause", sa.String(32), nullable=False),
    sa.Column("amount_usd", Cents, nullable=False),
    sa.Column("first_interval_start", UtcDateTime, nullable=False),
    sa.Column("last_interval_end", UtcDateTime, nullable=False),
    sa.Column("deadline", sa.Date),
    sa.Column("deadline_status", sa.String(1), nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("evidence_json", sa.Text, nullable=False),
    sa.Column("awarded_usd", Cents),
)

dispute_events = sa.Table(
    "settlement_dispute_events",
    metadata,
    sa.Column("dispute_id", sa.String(40), sa.ForeignKey("settlement_disputes.dispute_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)

invoices = sa.Table(
    "settlement_invoices",
    metadata,
    sa.Column("invoice_id", sa.String(64), primary_key=True),
    sa.Column("iso", sa.String(16), nullable=False),
    sa.Column("account", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("invoiced_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False, index=True),
    sa.Column("amount_usd", Cents, nullable=False),
    sa.Column("status", sa.String(1), nullable=False),
)

invoice_items = sa.Table(
    "settlement_invoice_items",
    metadata,
    sa.Column("invoice_id", sa.String(64), sa.ForeignKey("settlement_invoices.invoice_id"), primary_key=True),
    sa.Column("sha256", sa.String(64), primary_key=True),
    sa.Column("amount_usd", Cents, nullable=False),
)

payments = sa.Table(
    "settlement_payments",
    metadata,
    sa.Column("payment_id", sa.String(64), primary_key=True),
    sa.Column("iso", sa.String(16), nullable=False),
    sa.Column("paid_on", sa.Date, nullable=False),
    sa.Column("amount_usd", Cents, nullable=False),
    sa.Column("reference", sa.String(200), nullable=False),
)

payment_matches = sa.Table(
    "settlement_payment_matches",
    metadata,
    sa.Column("payment_id", sa.String(64), sa.ForeignKey("settlement_payments.payment_id"), primary_key=True),
    sa.Column("invoice_id", sa.String(64), sa.ForeignKey("settlement_invoices.invoice_id"), primary_key=True),
    sa.Column("amount_usd", Cents, nullable=False),
    sa.Column("rule", sa.String(16), nullable=False),
)

ALL_TABLES = (
    statements,
    charges,
    shadow,
    variances,
    reconciliations,
    refusals,
    disputes,
    dispute_events,
    invoices,
    invoice_items,
    payments,
    payment_matches,
)
