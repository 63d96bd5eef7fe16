"""Names that assets, command line and API share: keys of the book assets and how far back they look."""

from datetime import timedelta

ISOS = ("caiso", "ercot", "nyiso", "pjm")
STATEMENTS = "settlement_statements"
RECONCILIATION = "settlement_reconciliation"
DISPUTES = "settlement_disputes"
PAYMENTS = "settlement_payments"
PACK = "settlement_pack"
#: Statements older than this are reconciled again by hand only.
LOOK_BACK = timedelta(days=200)
DUE_SOON_DAYS = 5
