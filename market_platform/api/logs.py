"""Structured logs: one JSON object a line on standard error. What is secret is masked, whoever logs it."""

import json
import logging
import re
from datetime import UTC, datetime

MASKED = re.compile(r"mp_[0-9a-f]{12}_[\w-]+|(?<=[Bb]earer )[\w.~+/-]+=*")
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


class JsonLines(logging.Formatter):
    """A record as one line of JSON with its extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return MASKED.sub("…", json.dumps(line, default=str))


def configure_logs(level: int = logging.INFO) -> None:
    """Send the logs of API and server to standard error as JSON lines."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name in ("market_platform", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(level)
        logger.propagate = False
