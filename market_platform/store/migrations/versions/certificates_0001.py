"""Certificates: accounts, serial ranges, journal, balances, and what the database refuses."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "certificates_0001"
down_revision = None
branch_labels = ("certificates",)
depends_on = None

# (transaction kind, from, to, both accounts of one organization)
MOVES = (
    ("issuance", "issuance", "active", False),
    ("import", "issuance", "active", False),
    ("issuance_rollback", "active", "withdrawn", True),
    ("internal_transfer", "active", "active", True),
    ("internal_transfer", "active", "reserve", True),
    ("internal_transfer", "reserve", "active", True),
    ("external_transfer", "active", "pending", True),
    ("external_transfer", "pending", "active", False),
    ("market_transfer", "active", "pending", True),
    ("market_transfer", "pending", "active", False),
    ("bank", "active", "banked", True),
    ("bank", "banked", "active", True),
    ("commitment", "active", "compliance", True),
    ("commitment", "banked", "compliance", True),
    ("commitment", "compliance", "active", True),
    ("retirement", "active", "retirement", True),
    ("retirement", "banked", "retirement", True),
    ("retirement", "compliance", "retirement", True),
    ("retirement", "reserve", "retirement", True),
    ("unretirement", "retirement", "active", True),
    ("export", "active", "exported", True),
    ("expiry", "active", "expired", True),
    ("expiry", "banked", "expired", True),
    ("expiry", "reserve", "expired", True),
    ("residual", "active", "residual", True),
)

APPEND_ONLY = (
    "accounts",
    "classes",
    "eligibilities",
    "batches",
    "transactions",
    "outcomes",
    "postings",
    "realised",
    "moves",
    "forwards",
    "rescissions",
)


def upgrade() -> None:
    """Make tables, seed the allowed moves, install the triggers of this database."""
    _parties_and_parcels()
    _journal()
    _balances()
    dialect = op.get_bind().dialect.name
    promises = Path(__file__).with_name(f"certificates_0001_{'sqlite' if dialect == 'sqlite' else 'postgres'}.sql")
    for statement in promises.read_text(encoding="utf-8").split("--;;"):
        # psycopg reads a lone percent sign (%ROWTYPE) as a placeholder.
        op.get_bind().exec_driver_sql(statement if dialect == "sqlite" else statement.replace("%", "%%"))
    for table in APPEND_ONLY:
        _never_changes(f"certificate_{table}", dialect)


def _never_changes(table: str, dialect: str) -> None:
    if dialect == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'certificates:append_only'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION certificate_append_only()"
        )


def _parties_and_parcels() -> None:
    """Accounts, certificate classes, batches of serials, declared windows."""
    op.create_table(
        "certificate_accounts",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("registry", sa.String(32), nullable=False),
        sa.Column("organization", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(128), nullable=False),
        sa.CheckConstraint(
            "(kind = 'issuance') = (account_id < 0)", name="ck_certificate_accounts_issuance_is_negative"
        ),
        sa.CheckConstraint(
            "kind IN ('issuance', 'active', 'banked', 'compliance', 'reserve', 'pending', 'retirement', "
            "'exported', 'expired', 'residual', 'withdrawn')",
            name="ck_certificate_accounts_kind",
        ),
        sa.PrimaryKeyConstraint("account_id", name="pk_certificate_accounts"),
        sa.UniqueConstraint("registry", "organization", "kind", "name", name="uq_certificate_accounts_registry"),
    )
    op.create_table(
        "certificate_classes",
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("registry", sa.String(32), nullable=False),
        sa.Column("fuel", sa.String(64), nullable=False),
        sa.Column("location", sa.String(16), nullable=False),
        sa.Column("vintage", sa.Date(), nullable=False),
        sa.Column("eligibility", sa.String(512), nullable=False),
        sa.PrimaryKeyConstraint("class_id", name="pk_certificate_classes"),
        sa.UniqueConstraint(
            "registry", "fuel", "location", "vintage", "eligibility", name="uq_certificate_classes_registry"
        ),
    )
    op.create_table(
        "certificate_eligibilities",
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("tier", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["certificate_classes.class_id"], name="fk_certificate_eligibilities_class_id"
        ),
        sa.PrimaryKeyConstraint("class_id", "state", "tier", name="pk_certificate_eligibilities"),
    )
    op.create_table(
        "certificate_batches",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("registry", sa.String(32), nullable=False),
        sa.Column("serial_base", sa.String(128), nullable=False),
        sa.Column("serial_start", sa.BigInteger(), nullable=False),
        sa.Column("serial_end", sa.BigInteger(), nullable=False),
        sa.Column("generator", sa.String(64), nullable=False),
        sa.Column("generation_start", sa.Date(), nullable=False),
        sa.Column("generation_end", sa.Date(), nullable=False),
        sa.Column("imported_from", sa.String(32), nullable=True),
        sa.Column("imported_base", sa.String(128), nullable=True),
        sa.Column("imported_start", sa.BigInteger(), nullable=True),
        sa.Column("imported_end", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(imported_from IS NULL) = (imported_base IS NULL)", name="ck_certificate_batches_import_whole"
        ),
        sa.CheckConstraint("generation_end >= generation_start", name="ck_certificate_batches_generation"),
        sa.CheckConstraint(
            "imported_from IS NULL OR imported_end - imported_start = serial_end - serial_start",
            name="ck_certificate_batches_import_quantity",
        ),
        sa.CheckConstraint("serial_start >= 0 AND serial_end >= serial_start", name="ck_certificate_batches_range"),
        sa.ForeignKeyConstraint(["class_id"], ["certificate_classes.class_id"], name="fk_certificate_batches_class_id"),
        sa.PrimaryKeyConstraint("batch_id", name="pk_certificate_batches"),
        sa.UniqueConstraint("registry", "serial_base", "serial_start", name="uq_certificate_batches_registry"),
    )
    op.create_index(
        "ix_certificate_batches_imported",
        "certificate_batches",
        ["imported_from", "imported_base", "imported_start"],
        unique=False,
    )
    op.create_table(
        "certificate_trading_windows",
        sa.Column("registry", sa.String(32), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(256), nullable=False),
        sa.CheckConstraint("closes_at > opens_at", name="ck_certificate_trading_windows_order"),
        sa.PrimaryKeyConstraint("registry", "opens_at", name="pk_certificate_trading_windows"),
    )


def _journal() -> None:
    """Agreements, transactions, their outcomes, postings: what happened."""
    op.create_table(
        "certificate_forwards",
        sa.Column("forward_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_account", sa.Integer(), nullable=False),
        sa.Column("to_account", sa.Integer(), nullable=False),
        sa.Column("fuel", sa.String(64), nullable=True),
        sa.Column("generator", sa.String(64), nullable=True),
        sa.Column("vintage_from", sa.Date(), nullable=False),
        sa.Column("vintage_to", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("price_usd", sa.BigInteger(), nullable=True),
        sa.Column("deliver_on", sa.Date(), nullable=False),
        sa.Column("rescindable", sa.Boolean(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("source", sa.String(256), nullable=False),
        sa.CheckConstraint("quantity > 0", name="ck_certificate_forwards_quantity"),
        sa.CheckConstraint("vintage_to >= vintage_from", name="ck_certificate_forwards_vintages"),
        sa.ForeignKeyConstraint(
            ["from_account"], ["certificate_accounts.account_id"], name="fk_certificate_forwards_from_account"
        ),
        sa.ForeignKeyConstraint(
            ["to_account"], ["certificate_accounts.account_id"], name="fk_certificate_forwards_to_account"
        ),
        sa.PrimaryKeyConstraint("forward_id", name="pk_certificate_forwards"),
    )
    op.create_table(
        "certificate_rescissions",
        sa.Column("forward_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("source", sa.String(256), nullable=False),
        sa.ForeignKeyConstraint(
            ["forward_id"], ["certificate_forwards.forward_id"], name="fk_certificate_rescissions_forward_id"
        ),
        sa.PrimaryKeyConstraint("forward_id", name="pk_certificate_rescissions"),
    )
    op.create_table(
        "certificate_transactions",
        sa.Column("transaction_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("actor_role", sa.String(16), nullable=False),
        sa.Column("source", sa.String(256), nullable=False),
        sa.Column("awaits_acceptance", sa.Boolean(), nullable=False),
        sa.Column("to_account", sa.Integer(), nullable=True),
        sa.Column("price_usd", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(64), nullable=True),
        sa.Column("beneficiary", sa.String(256), nullable=True),
        sa.Column("programme_state", sa.String(8), nullable=True),
        sa.Column("programme_tier", sa.String(64), nullable=True),
        sa.Column("programme_period", sa.String(32), nullable=True),
        sa.Column("destination", sa.String(32), nullable=True),
        sa.Column("forward_id", sa.Integer(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint("actor_role IN ('user', 'administrator')", name="ck_certificate_transactions_role"),
        sa.CheckConstraint(
            "kind <> 'retirement' OR (reason IS NOT NULL AND beneficiary IS NOT NULL)",
            name="ck_certificate_transactions_retirement_reason",
        ),
        sa.CheckConstraint(
            "kind <> 'unretirement' OR actor_role = 'administrator'", name="ck_certificate_transactions_unretirement"
        ),
        sa.CheckConstraint(
            "kind IN ('issuance', 'import', 'issuance_rollback', 'internal_transfer', "
            "'external_transfer', 'market_transfer', 'bank', 'commitment', 'retirement', 'unretirement', "
            "'export', 'expiry', 'residual')",
            name="ck_certificate_transactions_kind",
        ),
        sa.CheckConstraint("price_usd IS NULL OR price_usd >= 0", name="ck_certificate_transactions_price"),
        sa.ForeignKeyConstraint(
            ["forward_id"], ["certificate_forwards.forward_id"], name="fk_certificate_transactions_forward_id"
        ),
        sa.ForeignKeyConstraint(
            ["to_account"], ["certificate_accounts.account_id"], name="fk_certificate_transactions_to_account"
        ),
        sa.PrimaryKeyConstraint("transaction_id", name="pk_certificate_transactions"),
    )
    op.create_table(
        "certificate_outcomes",
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("source", sa.String(256), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'rejected', 'withdrawn', 'expired')", name="ck_certificate_outcomes_outcome"
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["certificate_transactions.transaction_id"],
            name="fk_certificate_outcomes_transaction_id",
        ),
        sa.PrimaryKeyConstraint("transaction_id", name="pk_certificate_outcomes"),
    )
    op.create_table(
        "certificate_postings",
        sa.Column("posting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("transaction_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("serial_start", sa.BigInteger(), nullable=False),
        sa.Column("serial_end", sa.BigInteger(), nullable=False),
        sa.Column("from_account", sa.Integer(), nullable=False),
        sa.Column("to_account", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("source", sa.String(256), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("from_account <> to_account", name="ck_certificate_postings_two_sides"),
        sa.CheckConstraint("serial_end >= serial_start", name="ck_certificate_postings_range"),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["certificate_batches.batch_id"], name="fk_certificate_postings_batch_id"
        ),
        sa.ForeignKeyConstraint(
            ["from_account"], ["certificate_accounts.account_id"], name="fk_certificate_postings_from_account"
        ),
        sa.ForeignKeyConstraint(
            ["to_account"], ["certificate_accounts.account_id"], name="fk_certificate_postings_to_account"
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["certificate_transactions.transaction_id"],
            name="fk_certificate_postings_transaction_id",
        ),
        sa.PrimaryKeyConstraint("posting_id", name="pk_certificate_postings"),
    )
    op.create_index("ix_certificate_postings_batch_id", "certificate_postings", ["batch_id"], unique=False)
    op.create_index("ix_certificate_postings_transaction_id", "certificate_postings", ["transaction_id"], unique=False)


def _balances() -> None:
    """Balances that follow from the postings, and the moves that a posting may make."""
    op.create_table(
        "certificate_moves",
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("from_kind", sa.String(16), nullable=False),
        sa.Column("to_kind", sa.String(16), nullable=False),
        sa.Column("same_organization", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "from_kind", "to_kind", name="pk_certificate_moves"),
    )
    op.create_table(
        "certificate_holdings",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("serial_start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("serial_end", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("unit_cost_usd", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("serial_end >= serial_start", name="ck_certificate_holdings_range"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["certificate_accounts.account_id"], name="fk_certificate_holdings_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["certificate_batches.batch_id"], name="fk_certificate_holdings_batch_id"
        ),
        sa.PrimaryKeyConstraint("batch_id", "serial_start", name="pk_certificate_holdings"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_certificate_holdings_account_id", "certificate_holdings", ["account_id"], unique=False)
    op.create_table(
        "certificate_positions",
        sa.Column("account_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("class_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("costed_quantity", sa.BigInteger(), nullable=False),
        sa.Column("cost_usd", sa.BigInteger(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity >= 0 OR account_id < 0", name="ck_certificate_positions_not_overdrawn"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["certificate_accounts.account_id"], name="fk_certificate_positions_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["certificate_classes.class_id"], name="fk_certificate_positions_class_id"
        ),
        sa.PrimaryKeyConstraint("account_id", "class_id", name="pk_certificate_positions"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "certificate_realised",
        sa.Column("posting_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_usd", sa.BigInteger(), nullable=False),
        sa.Column("unit_cost_usd", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["certificate_accounts.account_id"], name="fk_certificate_realised_account_id"
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["certificate_classes.class_id"], name="fk_certificate_realised_class_id"
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"], ["certificate_postings.posting_id"], name="fk_certificate_realised_posting_id"
        ),
        sa.PrimaryKeyConstraint("posting_id", name="pk_certificate_realised"),
    )
    op.create_index("ix_certificate_realised_account_id", "certificate_realised", ["account_id"], unique=False)
    moves = sa.table(
        "certificate_moves",
        sa.column("kind", sa.String),
        sa.column("from_kind", sa.String),
        sa.column("to_kind", sa.String),
        sa.column("same_organization", sa.Boolean),
    )
    names = ("kind", "from_kind", "to_kind", "same_organization")
    op.bulk_insert(moves, [dict(zip(names, move, strict=True)) for move in MOVES])
