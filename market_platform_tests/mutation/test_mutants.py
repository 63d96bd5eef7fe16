"""The mutator: it must change what is computed, one thing at a time, and nothing else."""

import ast

import pytest

from market_platform_tests.mutation.mutants import mutants_of, mutated
from market_platform_tests.mutation.targets import TARGETS

SOURCE = '''"""Words 5."""
from dataclasses import dataclass
@dataclass(frozen=True)
class Line:
    amount: "Literal[1]" = 0
def cents(value: int, on: bool = True) -> int:
    """Words."""
    if value < 3 and not on:
        return value * 100
    return None
'''


def test_each_mutant_is_one_change():
    changes = {(mutant.line, mutant.before, mutant.after) for mutant in mutants_of(SOURCE)}
    assert changes == {
        (5, "0", "1"),
        (6, "True", "False"),
        (8, "value < 3 and (not on)", "value < 3 or not on"),
        (8, "value < 3", "value <= 3"),
        (8, "3", "4"),
        (8, "not on", "not not on"),
        (9, "return value * 100", "return None"),
        (9, "value * 100", "value / 100"),
        (9, "100", "101"),
    }


def test_a_mutated_module_runs_and_differs():
    for mutant in mutants_of(SOURCE):
        tree = mutated(SOURCE, mutant)
        assert ast.dump(tree) != ast.dump(ast.parse(SOURCE))
        exec(compile(tree, "mutated", "exec"), {})


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_target_has_modules_and_tests(target):
    assert len(target.files()) >= 1
    assert all(mutants_of(file.read_text(encoding="utf-8")) for file in target.files())
