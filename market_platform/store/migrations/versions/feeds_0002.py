"""The publisher's own stamp of a payload: what is read again from the archive gets the stamp that it had."""

import sqlalchemy as sa
from alembic import op

revision = "feeds_0002"
down_revision = "feeds_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the stamp."""
    op.add_column("payloads", sa.Column("published_at", sa.DateTime(timezone=True)))
