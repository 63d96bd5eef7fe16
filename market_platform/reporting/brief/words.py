"""Numbers and names as the brief writes them."""

from datetime import date, datetime

from market_platform.reporting.brief.hubs import NAMES

MARKET_NAMES = {"nyiso": "NYISO", "pjm": "PJM", "caiso": "CAISO", "ercot": "ERCOT"}
CLOCKS = {"nyiso": "Eastern", "pjm": "Eastern", "caiso": "Pacific", "ercot": "Central"}
MINUS = "−"


def number(value: float | None, digits: int = 2) -> str:
    """Return a number with thousands apart and a real minus sign; a dash where there is none."""
    if value is None or value != value:
        return "–"
    text = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{text}" if value < 0 and float(text.replace(",", "")) != 0 else text


def signed(value: float | None, digits: int = 2) -> str:
    """Return a change with its sign; a dash where there is none."""
    if value is None or value != value:
        return "–"
    text = number(value, digits)
    return text if text.startswith(MINUS) or float(text.replace(",", "")) == 0 else f"+{text}"


def percent(value: float | None, digits: int = 1) -> str:
    """Return a fraction as percent."""
    return "–" if value is None or value != value else f"{number(100 * value, digits)} %"


def usd(value: float | None, digits: int = 0) -> str:
    """Return dollars with the sign before the dollar."""
    text = number(value, digits)
    return text if text == "–" else (f"{MINUS}${text[1:]}" if text.startswith(MINUS) else f"${text}")


def day_text(day: date) -> str:
    """Return a day as a person says it."""
    return f"{day:%A} {day.day} {day:%B %Y}"


def moment_text(moment: datetime) -> str:
    """Return a UTC moment to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def place(location: str) -> str:
    """Return a hub's name as people write it; another location as its publisher does."""
    return NAMES.get(location, location)


def list_text(names: list[str]) -> str:
    """Return names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
