"""Keys, audit and idempotency of the API, its numbered live events, and alerts with their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "api_0001"
down_revision = None
branch_labels = ("api",)
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; the audit log takes no change."""
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(16), primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("secret_sha256", sa.String(64), nullable=False),
        sa.Column("scopes", sa.String(40), nullable=False),
        sa.Column("requests_per_minute", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT),
        sa.Column("revoked_at", MOMENT),
        sa.Column("replaces", sa.String(16)),
    )
    op.create_table(
        "api_audit",
        sa.Column("audit_id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("caller", sa.String(120), nullable=False),
        sa.Column("client", sa.String(64), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("path", sa.String(300), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("request_id", sa.String(40), nullable=False),
    )
    op.create_table(
        "api_idempotency",
        sa.Column("caller", sa.String(120), primary_key=True),
        sa.Column("idempotency_key", sa.String(100), primary_key=True),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("status", sa.Integer),
        sa.Column("content_type", sa.String(80)),
        sa.Column("body", sa.LargeBinary),
    )
    op.create_table(
        "live_channels",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("last_sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "live_events",
        sa.Column("channel", sa.String(64), primary_key=True),
        sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False, index=True),
        sa.Column("payload_json", sa.Text, nullable=False),
        sa.UniqueConstraint("channel", "event_key", name="uq_live_events_channel"),
    )
    _alerts()
    _keep_audit()


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.String(40), primary_key=True),
        sa.Column("rule", sa.String(60), nullable=False, index=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("value", sa.Float),
        sa.Column("threshold", sa.Float),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False, index=True),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("cleared_at", MOMENT),
        sa.Column("simulated", sa.Boolean, nullable=False),
    )
    # One alert at a time stands for a rule and its subject, however many processes look.
    op.create_index(
        "uq_alerts_standing",
        "alerts",
        ["rule", "subject"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_table(
        "alert_deliveries",
        sa.Column("delivery_id", ROW_ID, primary_key=True, autoincrement=True),
        sa.Column("alert_id", sa.String(40), sa.ForeignKey("alerts.alert_id"), nullable=False, index=True),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )


def _keep_audit() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION api_audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
        op.execute(
            "CREATE TRIGGER api_audit_append_only BEFORE UPDATE OR DELETE ON api_audit "
            "FOR EACH ROW EXECUTE FUNCTION api_audit_is_append_only()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER api_audit_no_{change.lower()} BEFORE {change} ON api_audit "
            "BEGIN SELECT RAISE(ABORT, 'api_audit is append-only'); END"
        )
