"""Tables of the certificate ledger, declared on the platform's metadata.

Journal (append-only): transactions, outcomes, postings. A posting names both accounts, so it cannot be unbalanced.
Kept by triggers from the postings, in the same transaction: holdings, positions, realised. Nobody else writes them.
Lifecycle as data: ``moves`` says which kind of transaction may move certificates from which kind of account to which.
"""

from decimal import Decimal

import sqlalchemy as sa

from market_platform.errors import StoreError
from market_platform.store.ledger import UtcDateTime, metadata

USD_SCALE = 10_000


class UsdPerCertificate(sa.types.TypeDecorator[Decimal]):
    """An exact price: Decimal outside, whole hundredths of a cent in the database (SQLite has no exact decimals)."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """Scale to an integer; more than four decimals are refused, never rounded."""
        if value is None:
            return None
        scaled = Decimal(value) * USD_SCALE
        if scaled != scaled.to_integral_value():
            msg = f"a certificate price has at most four decimals, got {value}"
            raise StoreError(msg)
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> Decimal | None:  # noqa: ARG002
        """Give the exact price back."""
        return None if value is None else Decimal(value) / USD_SCALE


ACCOUNT_KINDS = (
    "issuance", "active", "banked", "compliance", "reserve", "pending", "retirement", "exported", "expired", "residual",
    "withdrawn",
)  # fmt: skip

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
TRANSACTION_KINDS = tuple(dict.fromkeys(kind for kind, *_ in MOVES))


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


accounts = sa.Table(
    "certificate_accounts",
    metadata,
    sa.Column("account_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("registry", sa.String(32), nullable=False),
    sa.Column("organization", sa.String(128), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("name", sa.String(128), nullable=False),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("opened_by", sa.String(128), nullable=False),
    sa.UniqueConstraint("registry", "organization", "kind", "name"),
    sa.CheckConstraint(_one_of("kind", ACCOUNT_KINDS), name="kind"),
    # The issuing side of the double entry is the only one that may stand below zero; its ids are negative.
    sa.CheckConstraint("(kind = 'issuance') = (account_id < 0)", name="issuance_is_negative"),
)

classes = sa.Table(
    "certificate_classes",
    metadata,
    sa.Column("class_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("registry", sa.String(32), nullable=False),
    sa.Column("fuel", sa.String(64), nullable=False),
    sa.Column("location", sa.String(16), nullable=False),
    sa.Column("vintage", sa.Date, nullable=False),
    sa.Column("eligibility", sa.String(512), nullable=False),
    sa.UniqueConstraint("registry", "fuel", "location", "vintage", "eligibility"),
)

eligibilities = sa.Table(
    "certificate_eligibilities",
    metadata,
    sa.Column("class_id", sa.ForeignKey("certificate_classes.class_id"), primary_key=True),
    sa.Column("state", sa.String(8), primary_key=True),
    sa.Column("tier", sa.String(64), primary_key=True),
)

batches = sa.Table(
    "certificate_batches",
    metadata,
    sa.Column("batch_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("class_id", sa.ForeignKey("certificate_classes.class_id"), nullable=False),
    sa.Column("registry", sa.String(32), nullable=False),
    sa.Column("serial_base", sa.String(128), nullable=False),
    sa.Column("serial_start", sa.BigInteger, nullable=False),
    sa.Column("serial_end", sa.BigInteger, nullable=False),
    sa.Column("generator", sa.String(64), nullable=False),
    sa.Column("generation_start", sa.Date, nullable=False),
    sa.Column("generation_end", sa.Date, nullable=False),
    sa.Column("imported_from", sa.String(32)),
    sa.Column("imported_base", sa.String(128)),
    sa.Column("imported_start", sa.BigInteger),
    sa.Column("imported_end", sa.BigInteger),
    sa.UniqueConstraint("registry", "serial_base", "serial_start"),
    sa.CheckConstraint("serial_start >= 0 AND serial_end >= serial_start", name="range"),
    sa.CheckConstraint("generation_end >= generation_start", name="generation"),
    sa.CheckConstraint("(imported_from IS NULL) = (imported_base IS NULL)", name="import_whole"),
    sa.CheckConstraint(
        "imported_from IS NULL OR imported_end - imported_start = serial_end - serial_start", name="import_quantity"
    ),
)
sa.Index("ix_certificate_batches_imported", batches.c.imported_from, batches.c.imported_base, batches.c.imported_start)

transactions = sa.Table(
    "certificate_transactions",
    metadata,
    sa.Column("transaction_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(24), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("actor_role", sa.String(16), nullable=False),
    sa.Column("source", sa.String(256), nullable=False),
    sa.Column("awaits_acceptance", sa.Boolean, nullable=False),
    sa.Column("to_account", sa.ForeignKey("certificate_accounts.account_id")),
    sa.Column("price_usd", UsdPerCertificate),
    sa.Column("reason", sa.String(64)),
    sa.Column("beneficiary", sa.String(256)),
    sa.Column("programme_state", sa.String(8)),
    sa.Column("programme_tier", sa.String(64)),
    sa.Column("programme_period", sa.String(32)),
    sa.Column("destination", sa.String(32)),
    sa.Column("forward_id", sa.ForeignKey("certificate_forwards.forward_id")),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.CheckConstraint(_one_of("kind", TRANSACTION_KINDS), name="kind"),
    sa.CheckConstraint(_one_of("actor_role", ("user", "administrator")), name="role"),
    sa.CheckConstraint("kind <> 'unretirement' OR actor_role = 'administrator'", name="unretirement"),
    sa.CheckConstraint(
        "kind <> 'retirement' OR (reason IS NOT NULL AND beneficiary IS NOT NULL)", name="retirement_reason"
    ),
    sa.CheckConstraint("price_usd IS NULL OR price_usd >= 0", name="price"),
)

outcomes = sa.Table(
    "certificate_outcomes",
    metadata,
    sa.Column("transaction_id", sa.ForeignKey("certificate_transactions.transaction_id"), primary_key=True),
    sa.Column("outcome", sa.String(16), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("source", sa.String(256), nullable=False),
    sa.CheckConstraint(_one_of("outcome", ("accepted", "rejected", "withdrawn", "expired")), name="outcome"),
)

postings = sa.Table(
    "certificate_postings",
    metadata,
    sa.Column("posting_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("transaction_id", sa.ForeignKey("certificate_transactions.transaction_id"), nullable=False, index=True),
    sa.Column("batch_id", sa.ForeignKey("certificate_batches.batch_id"), nullable=False, index=True),
    sa.Column("serial_start", sa.BigInteger, nullable=False),
    sa.Column("serial_end", sa.BigInteger, nullable=False),
    sa.Column("from_account", sa.ForeignKey("certificate_accounts.account_id"), nullable=False),
    sa.Column("to_account", sa.ForeignKey("certificate_accounts.account_id"), nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("source", sa.String(256), nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.CheckConstraint("serial_end >= serial_start", name="range"),
    sa.CheckConstraint("from_account <> to_account", name="two_sides"),
)

holdings = sa.Table(
    "certificate_holdings",
    metadata,
    sa.Column("batch_id", sa.ForeignKey("certificate_batches.batch_id"), primary_key=True, autoincrement=False),
    sa.Column("serial_start", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("serial_end", sa.BigInteger, nullable=False),
    sa.Column("account_id", sa.ForeignKey("certificate_accounts.account_id"), nullable=False, index=True),
    sa.Column("posting_id", sa.Integer, nullable=False),
    sa.Column("unit_cost_usd", UsdPerCertificate),
    sa.CheckConstraint("serial_end >= serial_start", name="range"),
    sqlite_with_rowid=False,
)

positions = sa.Table(
    "certificate_positions",
    metadata,
    sa.Column("account_id", sa.ForeignKey("certificate_accounts.account_id"), primary_key=True, autoincrement=False),
    sa.Column("class_id", sa.ForeignKey("certificate_classes.class_id"), primary_key=True, autoincrement=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("costed_quantity", sa.BigInteger, nullable=False),
    sa.Column("cost_usd", UsdPerCertificate, nullable=False),
    sa.Column("posting_id", sa.Integer, nullable=False),
    sa.CheckConstraint("quantity >= 0 OR account_id < 0", name="not_overdrawn"),
    sqlite_with_rowid=False,
)

realised = sa.Table(
    "certificate_realised",
    metadata,
    sa.Column("posting_id", sa.ForeignKey("certificate_postings.posting_id"), primary_key=True, autoincrement=False),
    sa.Column("account_id", sa.ForeignKey("certificate_accounts.account_id"), nullable=False, index=True),
    sa.Column("class_id", sa.ForeignKey("certificate_classes.class_id"), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("unit_price_usd", UsdPerCertificate, nullable=False),
    sa.Column("unit_cost_usd", UsdPerCertificate),
)

moves = sa.Table(
    "certificate_moves",
    metadata,
    sa.Column("kind", sa.String(24), primary_key=True),
    sa.Column("from_kind", sa.String(16), primary_key=True),
    sa.Column("to_kind", sa.String(16), primary_key=True),
    sa.Column("same_organization", sa.Boolean, nullable=False),
)

windows = sa.Table(
    "certificate_trading_windows",
    metadata,
    sa.Column("registry", sa.String(32), primary_key=True),
    sa.Column("opens_at", UtcDateTime, primary_key=True),
    sa.Column("closes_at", UtcDateTime, nullable=False),
    sa.Column("source", sa.String(256), nullable=False),
    sa.CheckConstraint("closes_at > opens_at", name="order"),
)

forwards = sa.Table(
    "certificate_forwards",
    metadata,
    sa.Column("forward_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("from_account", sa.ForeignKey("certificate_accounts.account_id"), nullable=False),
    sa.Column("to_account", sa.ForeignKey("certificate_accounts.account_id"), nullable=False),
    sa.Column("fuel", sa.String(64)),
    sa.Column("generator", sa.String(64)),
    sa.Column("vintage_from", sa.Date, nullable=False),
    sa.Column("vintage_to", sa.Date, nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("price_usd", UsdPerCertificate),
    sa.Column("deliver_on", sa.Date, nullable=False),
    sa.Column("rescindable", sa.Boolean, nullable=False),
    sa.Column("agreed_at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("source", sa.String(256), nullable=False),
    sa.CheckConstraint("quantity > 0", name="quantity"),
    sa.CheckConstraint("vintage_to >= vintage_from", name="vintages"),
)

rescissions = sa.Table(
    "certificate_rescissions",
    metadata,
    sa.Column("forward_id", sa.ForeignKey("certificate_forwards.forward_id"), primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor", sa.String(128), nullable=False),
    sa.Column("source", sa.String(256), nullable=False),
)

APPEND_ONLY = (
    "accounts", "classes", "eligibilities", "batches", "transactions", "outcomes", "postings", "realised", "moves",
    "forwards", "rescissions",
)  # fmt: skip
