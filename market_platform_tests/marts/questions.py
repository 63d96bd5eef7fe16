"""The worked questions of `docs/sql.md`, as the tests and the benchmark run them."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "sql.md"
QUESTION = re.compile(r"^### (\d+)\. (.+?)\n(?:(?!###|```)[^\n]*\n)*```sql\n(.*?)```", re.MULTILINE | re.DOTALL)


def questions() -> dict[int, tuple[str, str]]:
    """Return number, question and statement."""
    return {
        int(number): (title, statement.strip().rstrip(";"))
        for number, title, statement in QUESTION.findall(PAGE.read_text(encoding="utf-8"))
    }
