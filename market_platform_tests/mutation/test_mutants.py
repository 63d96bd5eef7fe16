"""The mutator: it must change what is computed, one thing at a time, and nothing else."""

import ast
import json

import pytest

from market_platform_tests.mutation.mutants import mutants_of, mutated
from market_platform_tests.mutation.page import page_of
from market_platform_tests.mutation.record import Record, Repeats, Trial, coverage_of, read, write
from market_platform_tests.mutation.repeats import repeats
from market_platform_tests.mutation.targets import TARGETS
from market_platform_tests.mutation.trial import NOTICED, SURVIVED

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


def test_a_subject_measured_again_leaves_the_others_as_they_were(tmp_path):
    mutant = mutants_of(SOURCE)[0]
    kept = tmp_path / "quality.json"
    earlier = Record(trials=[Trial(name, 9, "m.py", mutant, SURVIVED) for name in ("time", "risk")])
    write(earlier, kept)
    record = read(kept)
    record.replace([Trial("risk", 9, "m.py", mutant, NOTICED)])
    assert [(trial.target, trial.verdict) for trial in record.trials] == [("time", SURVIVED), ("risk", NOTICED)]
    page = page_of(record)
    assert "| 9 | 1 | 0 | 0% |" in page
    assert "| 9 | 1 | 1 | 100% |" in page
    assert page.count(f"`m.py:{mutant.line}`") == 1


def test_the_page_names_modules_that_tests_leave_out(tmp_path):
    report = tmp_path / "coverage.json"
    files = {"a.py": (19, 20), "b.py": (18, 20), "c.py": (0, 0)}
    report.write_text(json.dumps({
        "files": {name: {"summary": {"covered_lines": run, "num_statements": of}} for name, (run, of) in files.items()},
        "totals": {"covered_lines": 37, "num_statements": 40},
    }))  # fmt: skip
    page = page_of(Record(coverage=coverage_of(report, "these tests")))
    assert "92.5 % of 40 lines are run by these tests" in page
    assert "| `b.py` | 20 | 18 | 90% |" in page
    assert "a.py" not in page
    assert "c.py" not in page


@pytest.mark.long
def test_tests_that_fail_in_some_runs_only_are_named(tmp_path):
    shaky = tmp_path / "test_shaky.py"
    shaky.write_text("seen = []\ndef test_first():\n    seen.append(1)\ndef test_alone():\n    assert not seen\n")
    selection = (str(shaky), "-n", "0", "-p", "market_platform_tests.order", f"--rootdir={tmp_path}", "-c", "/dev/null")
    (*_, begun) = repeats(2, Repeats(), selection)
    (*_, known) = repeats(4, begun, selection)
    assert known.runs == 6
    assert list(known.failed) == ["test_shaky::test_alone"]
    assert 0 < known.failed["test_shaky::test_alone"] < 6
    assert (
        f"failed in |\n|---|--:|\n| `test_shaky::test_alone` | {known.failed['test_shaky::test_alone']} of 6 |"
        in page_of(Record(repeats=known))
    )
