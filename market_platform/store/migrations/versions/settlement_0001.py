"""Statements, variances, refusals, disputes, invoices and payments."""

import sqlalchemy as sa
from alembic import op

revision = "settlement_0001"
down_revision = None
branch_labels = ("settlement",)
depends_on = None


def upgrade() -> None:
    """Make the tables of settlement; money is whole cents."""
    _statements()
    _disputes()
    _payments()


def _statements() -> None:
    op.create_table(
        "settlement_statements",
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
        sa.Column("total_iso_amount", sa.BigInteger, nullable=False),
        sa.Column("net_iso_amount", sa.BigInteger, nullable=False),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
        sa.Column("net_usd", sa.BigInteger, nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "settlement_charges",
        sa.Column("sha256", sa.String(64), sa.ForeignKey("settlement_statements.sha256"), primary_key=True),
        sa.Column("market_day", sa.Date, primary_key=True),
        sa.Column("charge_code", sa.String(64), primary_key=True),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
        sa.Column("iso_amount", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(1), nullable=False),
    )
    op.create_table(
        "settlement_shadow",
        sa.Column("iso", sa.String(16), primary_key=True),
        sa.Column("account", sa.String(64), primary_key=True),
        sa.Column("market_day", sa.Date, primary_key=True),
        sa.Column("charge_code", sa.String(64), primary_key=True),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(1), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "settlement_variances",
        sa.Column("variance_id", sa.String(40), primary_key=True),
        sa.Column("sha256", sa.String(64), sa.ForeignKey("settlement_statements.sha256"), nullable=False, index=True),
        sa.Column("market_day", sa.Date),
        sa.Column("charge_code", sa.String(64), nullable=False),
        sa.Column("resource", sa.String(64), nullable=False),
        sa.Column("location", sa.String(64), nullable=False),
        sa.Column("interval_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("expected_usd", sa.BigInteger, nullable=False),
        sa.Column("billed_usd", sa.BigInteger, nullable=False),
        sa.Column("variance_usd", sa.BigInteger, nullable=False),
        sa.Column("explained_usd", sa.BigInteger, nullable=False),
        sa.Column("unexplained_usd", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "settlement_refusals",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("iso", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
    )


def _disputes() -> None:
    op.create_table(
        "settlement_disputes",
        sa.Column("dispute_id", sa.String(40), primary_key=True),
        sa.Column("iso", sa.String(16), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("market", sa.String(16), nullable=False),
        sa.Column("statement_sha256", sa.String(64), sa.ForeignKey("settlement_statements.sha256"), nullable=False),
        sa.Column("charge_code", sa.String(64), nullable=False),
        sa.Column("market_day", sa.Date, nullable=False),
        sa.Column("cause", sa.String(32), nullable=False),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
        sa.Column("first_interval_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_interval_end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.Date),
        sa.Column("deadline_status", sa.String(1), nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("evidence_json", sa.Text, nullable=False),
        sa.Column("awarded_usd", sa.BigInteger),
    )
    op.create_table(
        "settlement_dispute_events",
        sa.Column("dispute_id", sa.String(40), sa.ForeignKey("settlement_disputes.dispute_id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )


def _payments() -> None:
    op.create_table(
        "settlement_invoices",
        sa.Column("invoice_id", sa.String(64), primary_key=True),
        sa.Column("iso", sa.String(16), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("invoiced_on", sa.Date, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False, index=True),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String(1), nullable=False),
    )
    op.create_table(
        "settlement_invoice_items",
        sa.Column("invoice_id", sa.String(64), sa.ForeignKey("settlement_invoices.invoice_id"), primary_key=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "settlement_payments",
        sa.Column("payment_id", sa.String(64), primary_key=True),
        sa.Column("iso", sa.String(16), nullable=False),
        sa.Column("paid_on", sa.Date, nullable=False),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
    )
    op.create_table(
        "settlement_payment_matches",
        sa.Column("payment_id", sa.String(64), sa.ForeignKey("settlement_payments.payment_id"), primary_key=True),
        sa.Column("invoice_id", sa.String(64), sa.ForeignKey("settlement_invoices.invoice_id"), primary_key=True),
        sa.Column("amount_usd", sa.BigInteger, nullable=False),
        sa.Column("rule", sa.String(16), nullable=False),
    )
