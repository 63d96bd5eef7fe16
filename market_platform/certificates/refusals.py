"""Why the certificate ledger says no, as types that callers can tell apart.

RuleBroken
└── Refused                  carries ``code``; a refused operation leaves no trace in the ledger
├── UnknownCertificates  account, batch, serials or transaction are not in this ledger
├── WrongOwner           the certificates or the account belong to somebody else
├── Overdrawn            more is asked for than the account holds
├── NotAvailable         pending, exported, expired, withdrawn or already settled
├── AlreadyRetired       retirement is final for users
├── ExpiredVintage       past the life that registry or programme gives it
├── WindowClosed         the registry's trading window is shut
├── NotAllowed           this registry, account kind or role does not permit the operation
└── DoubleCount          these serials exist already, or were imported once before
"""

from market_platform.errors import RuleBroken


class Refused(RuleBroken):
    """An operation that the ledger does not perform."""

    code = "refused"


class UnknownCertificates(Refused):
    """Account, batch, serials or transaction are not in this ledger."""

    code = "unknown"


class WrongOwner(Refused):
    """The certificates or the account belong to somebody else."""

    code = "wrong_owner"


class Overdrawn(Refused):
    """More is asked for than the account holds."""

    code = "overdrawn"


class NotAvailable(Refused):
    """Pending, exported, expired, withdrawn or already settled."""

    code = "not_available"


class AlreadyRetired(Refused):
    """Retirement is final for users."""

    code = "already_retired"


class ExpiredVintage(Refused):
    """Past the life that the registry or the programme gives it."""

    code = "expired_vintage"


class WindowClosed(Refused):
    """The registry's trading window is shut."""

    code = "window_closed"


class NotAllowed(Refused):
    """This registry, account kind or role does not permit the operation."""

    code = "not_allowed"


class DoubleCount(Refused):
    """These serials exist already, or were imported once before."""

    code = "double_count"
