"""Two halves of a work at once: their results in order, whoever does them."""

import multiprocessing
import threading

import pytest

from market_platform.sources.side_by_side import side_by_side


def names() -> tuple[str, str]:
    return side_by_side(lambda: threading.current_thread().name, lambda: threading.current_thread().name)


def test_two_threads_work_at_once():
    met = threading.Barrier(2, timeout=5)
    assert sorted(side_by_side(met.wait, met.wait)) == [0, 1]


def test_the_caller_does_both_while_the_helper_is_at_work_for_somebody_else():
    begun, free = threading.Event(), threading.Event()
    somebody = threading.Thread(target=side_by_side, args=(begun.wait, lambda: begun.set() or free.wait(5)))
    somebody.start()
    assert begun.wait(5)
    assert names() == (threading.current_thread().name,) * 2
    free.set()
    somebody.join()


def raise_error(error: Exception) -> None:
    raise error


def test_what_the_first_raises_comes_before_what_the_second_does():
    with pytest.raises(KeyError, match="first"):
        side_by_side(lambda: raise_error(KeyError("first")), lambda: raise_error(ValueError("second")))
    with pytest.raises(ValueError, match="second"):
        side_by_side(str, lambda: raise_error(ValueError("second")))


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")  # since Python 3.12
def test_a_forked_process_has_a_helper_of_its_own():
    names()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(names).get(timeout=10)[0] == "MainThread"
        # Left to the end of `with`, the child is told to terminate, and does not listen: where tests run in the background,
        # SIGINT is ignored, and Dagster's runs give SIGTERM what SIGINT has.
        pool.close()
        pool.join()
