"""Where a fault costs most, and the tests that should notice it."""

from dataclasses import dataclass
from pathlib import Path

import market_platform

HOUSE = Path(market_platform.__file__).parent


@dataclass(frozen=True)
class Target:
    """Modules of one subject, by pattern below the house, and the tests that touch them, below the tests."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self) -> list[Path]:
        """Return the modules' files; what only declares tables is left out."""
        found = sorted(file for pattern in self.modules for file in HOUSE.glob(pattern))
        return [file for file in found if file.name not in ("__init__.py", "tables.py")]


TARGETS = (
    Target("time", ("markets/market_day.py",), ("markets/test_market_day.py",)),
    Target(
        "settlement",
        ("settlement/exact.py", "settlement/charges/*.py"),
        ("settlement/test_exact.py", "settlement/test_worked_examples.py", "settlement/test_identities.py"),
    ),
    Target(
        "certificates",
        ("certificates/ledger/*.py",),
        (
            "certificates/test_certificate_journal.py",
            "certificates/test_certificate_positions.py",
            "certificates/test_certificate_ledger.py",
        ),
    ),
    Target("risk", ("trading/risk/*.py",), ("trading/risk",)),
)

# Changes that change nothing a caller could see, by file, line and what is put there.
EQUIVALENT = {
    ("market_platform/markets/market_day.py", 67, "True"): "nothing: differences come back in the order of the rows",
    ("market_platform/markets/market_day.py", 68, "True"): "nothing: sums come back in the order of the rows",
    ("market_platform/markets/market_day.py", 67, "1"): "nothing: one nanosecond, where stamps have microseconds",
    ("market_platform/certificates/ledger/view.py", 259, "1"): "nothing: the next line takes the lesser of that and -1",
    ("market_platform/settlement/exact.py", 63, "64"): "nothing: NumPy keeps the sign however far it shifts",
}
