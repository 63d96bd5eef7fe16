"""The audit log: who changed what, and who was turned away. It names callers and paths, never bodies or keys."""

from datetime import datetime

import sqlalchemy as sa

from market_platform.api.callers import Rates
from market_platform.api.tables import api_audit
from market_platform.store.ledger import Ledger

REFUSALS_PER_MINUTE = 60


class Audit:
    """Writes entries; a flood of refusals is cut to sixty a minute and client, so that nobody can fill the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._rates = ledger, Rates()

    def note(
        self, caller: str, client: str, method: str, path: str, status: int, request_id: str, *, at: datetime
    ) -> None:
        """Write one entry."""
        if status in (401, 403, 429) and self._rates.wait_seconds(client, REFUSALS_PER_MINUTE):
            return
        row = {
            "at": at,
            "caller": caller,
            "client": client[:64],
            "method": method[:16],
            "path": path[:300].replace("\x00", "�"),
            "status": status,
            "request_id": request_id,
        }
        with self._ledger.begin() as connection:
            connection.execute(sa.insert(api_audit).values(**row))
