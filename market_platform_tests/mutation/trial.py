"""Trying a mutant: a child process imports the changed module in place of the file's and runs the tests."""

import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from market_platform_tests.mutation.mutants import Mutant, mutated

TESTS = Path(__file__).parents[1]
# Other processes would import the file as it stands; the ledger on Postgres runs the same code as the one on SQLite.
LEFT_OUT = "not postgres and not processes"
PRELOADED = ("pytest", "hypothesis", "pandas", "pandera.pandas", "sqlalchemy", "deltalake", "duckdb", "alembic.command")
NOTICED, SURVIVED, TOO_SLOW = "noticed", "survived", "noticed: it never ended"


class Mutated(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds and loads one module with a mutant in it."""

    def __init__(self, name: str, file: Path, mutant: Mutant) -> None:
        self.name, self.file, self.mutant = name, file, mutant

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module's place, where it is the one."""
        return (
            importlib.util.spec_from_file_location(fullname, self.file, loader=self) if fullname == self.name else None
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        tree = mutated(self.file.read_text(encoding="utf-8"), self.mutant)
        exec(compile(tree, str(self.file), "exec"), module.__dict__)


def module_name(file: Path) -> str:
    """Return the name under which a file of the house is imported."""
    return ".".join(("market_platform", *file.relative_to(TESTS.parent / "market_platform").with_suffix("").parts))


def run_tests(tests: Sequence[str], file: Path | None, mutant: Mutant | None) -> None:
    """Run tests in this process, over a mutant or over the code as it stands, and end it with their exit code."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    if file is not None and mutant is not None:
        assert module_name(file) not in sys.modules, f"{file} was imported before it could be changed"
        sys.meta_path.insert(0, Mutated(module_name(file), file, mutant))
    chosen = [str(TESTS / test) for test in tests]
    os._exit(
        int(pytest.main(["-x", "-q", "--assert=plain", "-p", "no:xdist", "-m", "not long", "-k", LEFT_OUT, *chosen]))
    )


def try_out(tests: Sequence[str], file: Path | None, mutant: Mutant | None, seconds: float) -> str:
    """Return what the tests make of a mutant within some time; without one they must pass."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    child = context.Process(target=run_tests, args=(tests, file, mutant), daemon=True)
    child.start()
    child.join(seconds)
    if child.is_alive():
        child.kill()
        child.join()
        return TOO_SLOW
    return SURVIVED if child.exitcode == 0 else NOTICED
