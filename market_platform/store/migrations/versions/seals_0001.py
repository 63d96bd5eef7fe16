"""Seals of the lake's files."""

import sqlalchemy as sa
from alembic import op

revision = "seals_0001"
down_revision = None
branch_labels = ("seals",)
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "lake_seals",
        sa.Column("file", sa.String(512), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
    )
