"""The outcome of each reconciliation, the end of a variance's interval, and where a statement came from."""

import sqlalchemy as sa
from alembic import op

revision = "settlement_0002"
down_revision = "settlement_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of outcomes and two columns."""
    op.add_column("settlement_variances", sa.Column("interval_end", sa.DateTime(timezone=True)))
    op.add_column("settlement_statements", sa.Column("file_name", sa.String(512)))
    op.create_table(
        "settlement_reconciliations",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("compared_lines", sa.BigInteger, nullable=False),
        sa.Column("matched_lines", sa.BigInteger, nullable=False),
        sa.Column("expected_usd", sa.BigInteger, nullable=False),
        sa.Column("billed_usd", sa.BigInteger, nullable=False),
        sa.Column("explained_usd", sa.BigInteger, nullable=False),
        sa.Column("unexplained_usd", sa.BigInteger, nullable=False),
        sa.Column("absolute_expected_usd", sa.BigInteger, nullable=False),
        sa.Column("absolute_unexplained_usd", sa.BigInteger, nullable=False),
        sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sha256"], ["settlement_statements.sha256"]),
    )
