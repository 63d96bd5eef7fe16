"""Documents that a feed has read: what a publisher's list names again is not fetched again."""

import sqlalchemy as sa
from alembic import op

revision = "feeds_0003"
down_revision = "feeds_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "documents",
        sa.Column("feed", sa.String(64), primary_key=True),
        sa.Column("document", sa.String(256), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
    )
