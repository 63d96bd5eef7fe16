"""Peers in environments of their own: made once, under the project's environment, where the measuring needs them."""

import json
import subprocess
import sys
import venv
from pathlib import Path

PEERS = Path(sys.prefix) / "peers"


def python_of(requirement):
    """Return the Python of an environment that holds ``requirement``; it is made on first use."""
    home = PEERS / requirement.replace("==", "-")
    python = home / "bin" / "python"
    if not (home / ".ready").exists():
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", requirement], check=True)
        (home / ".ready").touch()
    return str(python)


def ask(requirement, script, *arguments):
    """Run a script in a peer's environment; it prints one JSON document last."""
    done = subprocess.run(
        [python_of(requirement), "-c", script, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])
