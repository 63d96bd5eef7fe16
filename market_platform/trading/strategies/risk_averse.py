"""Schedules over price scenarios with CVaR, as one linear program, and scenarios drawn from forecast quantiles.

CVaR as in Rockafellar and Uryasev (2000): the worst tail's mean = max over z of z - mean(max(z - revenue, 0)) / tail.
"""

import highspy
import numpy as np
from scipy.sparse import bmat, csc_matrix, eye, hstack
from scipy.special import ndtr

from market_platform.trading.dispatch import Fleet, Plan
from market_platform.trading.dispatch.linear_program import LinearProgram, solve


def risk_averse_schedule(
    battery: Fleet, scenarios: np.ndarray, *, hours: float = 1.0, risk_weight: float = 0.5, tail: float = 0.1
) -> Plan:
    """Return the schedule that maximises (1 - risk_weight) x mean revenue + risk_weight x CVaR over the scenarios.

    ``scenarios`` in $/MWh, shape (scenarios, intervals), equally likely. The plan's value is that objective.
    Raises ValueError for weights outside 0..1, Infeasible if there is no complete answer.
    """
    if not (0 <= risk_weight <= 1 and 0 < tail <= 1):
        raise ValueError(f"risk_weight {risk_weight} must lie in 0..1 and tail {tail} in 0..1 above 0")
    count, n = scenarios.shape
    b = battery.table[0]
    wear = np.concatenate([-b[7] * np.ones(n), -b[8] * np.ones(n)]) * hours
    end = np.zeros(n)
    end[-1] = b[11]
    mean = np.concatenate([-scenarios.mean(axis=0), scenarios.mean(axis=0)]) * hours
    gain = np.concatenate(
        [(1 - risk_weight) * mean + wear, end, [risk_weight], np.full(count, -risk_weight / tail / count)]
    )
    step = eye(n) - eye(n, k=-1)
    balance = hstack([-eye(n) * b[5] * hours, eye(n) * hours / b[6], step, csc_matrix((n, 1 + count))])
    revenue = csc_matrix(np.hstack([-scenarios, scenarios]) * hours)
    shortfall = hstack([revenue, csc_matrix((count, n)), csc_matrix(-np.ones((count, 1))), eye(count)])
    start = np.zeros(n)
    start[0] = b[4]
    soc_low, soc_high = np.full(n, b[2]), np.full(n, b[3])
    soc_low[-1], soc_high[-1] = b[9], b[10]
    program = LinearProgram(
        gain=gain,
        low=np.concatenate([np.zeros(2 * n), soc_low, [-highspy.kHighsInf], np.zeros(count)]),
        high=np.concatenate([np.full(n, b[0]), np.full(n, b[1]), soc_high, np.full(1 + count, highspy.kHighsInf)]),
        rows=csc_matrix(bmat([[balance], [shortfall]])),
        row_low=np.concatenate([start, np.zeros(count)]),
        row_high=np.concatenate([start, np.full(count, highspy.kHighsInf)]),
    )
    optimum = solve(program)
    value, x = optimum.value, optimum.x
    soc = np.concatenate([[b[4]], x[2 * n : 3 * n]])
    worth = np.array([value])
    return Plan(x[None, :n], x[None, n : 2 * n], soc[None, :], worth, worth)


def scenarios_from_quantiles(
    levels: np.ndarray, quantiles: np.ndarray, count: int, *, persistence: float, seed: int
) -> np.ndarray:
    """Draw price paths (count, intervals) whose every interval follows its forecast quantiles.

    ``quantiles`` has shape (intervals, levels). Errors of neighbouring intervals are tied by a Gaussian copula with
    correlation ``persistence``; beyond the outer levels the outer quantile stands.
    """
    random = np.random.default_rng(seed)
    intervals = len(quantiles)
    normal = np.empty((count, intervals))
    normal[:, 0] = random.standard_normal(count)
    for t in range(1, intervals):
        fresh = random.standard_normal(count)
        normal[:, t] = persistence * normal[:, t - 1] + np.sqrt(1 - persistence**2) * fresh
    uniform = ndtr(normal)
    return np.column_stack([np.interp(uniform[:, t], levels, np.sort(quantiles[t])) for t in range(intervals)])
