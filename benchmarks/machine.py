"""What machine the figures are of: processor, memory, system, interpreter, and the libraries that do the work."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = (
    "dagster", "dbt-duckdb", "deltalake", "duckdb", "fastapi", "highspy", "numba", "numpy", "pandas", "pandera", "pyarrow",
    "scikit-learn", "sqlalchemy", "uvicorn",
)  # fmt: skip


def machine():
    """Return the description, a value a key, and the load that the machine had when it was asked."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in LIBRARIES},
        "load_at_start": round(os.getloadavg()[0], 2),
    }


def _processor():
    listing = Path("/proc/cpuinfo")
    names = [
        line.split(":", 1)[1].strip() for line in listing.read_text().splitlines() if line.startswith("model name")
    ]
    return names[0] if names else platform.machine()
