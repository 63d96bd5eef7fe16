"""The steps of the interior point of ``interior.py``: rows, Newton matrix, predictor and corrector. Numba only.

Every array has the intervals last, so that each loop over intervals is one the compiler vectorises; only the tridiagonal
solve of the SOC goes interval by interval. With m products an interval's unknowns are m awards and the charge, and its
Newton matrix is eliminated down to its two SOC: rows 0..m of ``eliminated`` are the Cholesky factor with inverse diagonal,
rows m + 1 and m + 2 the coupling to the SOC at start and end.

All that calls each other stands in this one module: numba's cache does not notice a change in another file.
"""

import numba as nb
import numpy as np

from market_platform.trading.dispatch.interior_arrays import Answers, Point, Program, Programs, Shape, Work

FIXED_ROWS = 12
MOST_STEPS = 80
RESIDUAL = 1e-11  # largest broken row, MW or MWh, relative to 1 + capacity
SUMS = {"contract", "reassoc", "nsz"}  # lets the compiler vectorise sums and keeps NaN a NaN


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _activities(shape: Shape, z: np.ndarray, soc: np.ndarray, out: np.ndarray) -> None:
    """Write rows x unknowns into out (rows, intervals)."""
    m, n, hours, tau = shape.tau.size, shape.hours.size, shape.hours, shape.tau
    out_eff, in_eff = shape.discharge_eff, shape.charge_eff
    for t in range(n):
        out[1, t] = z[m, t]
        out[11, t] = soc[t + 1]
        out[3, t] = out_eff * (in_eff * z[m, t] - (soc[t + 1] - soc[t]) / hours[t])
    for t in range(n):
        out[0, t] = -out[1, t]
        out[2, t] = -out[3, t]
        out[10, t] = -out[11, t]
    for t in range(n):
        out[4, t] = out[3, t] - out[1, t]
        out[5, t] = out[1, t] - out[3, t]
    for t in range(n):
        out[6, t] = -soc[t] * out_eff
        out[8, t] = soc[t] / in_eff
    for i in range(m):
        power, energy = (4, 6) if i < shape.upward else (5, 8)
        for t in range(n):
            out[power, t] += z[i, t]
            out[energy, t] += z[i, t] * tau[i]
            out[12 + i, t] = -z[i, t]
        if shape.capped > 0:
            for t in range(n):
                out[12 + m + i, t] = z[i, t]
    for t in range(n):
        out[7, t] = out[6, t] - (soc[t + 1] - soc[t]) * out_eff
        out[9, t] = out[8, t] + (soc[t + 1] - soc[t]) / in_eff


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _add_gradient(shape: Shape, y: np.ndarray, gz: np.ndarray, gs: np.ndarray) -> None:
    """Add the transpose of the rows times ``y`` to gz (products + 1, intervals) and gs (intervals + 1,)."""
    m, n, hours, tau = shape.tau.size, shape.hours.size, shape.hours, shape.tau
    out_eff, in_eff = shape.discharge_eff, shape.charge_eff
    both = in_eff * out_eff
    for t in range(n):
        on_d = y[3, t] - y[2, t] + y[4, t] - y[5, t]
        gz[m, t] += y[1, t] - y[0, t] - y[4, t] + y[5, t] + on_d * both
    for t in range(n):
        on_d = y[3, t] - y[2, t] + y[4, t] - y[5, t]
        gs[t] += on_d * out_eff / hours[t] - y[6, t] * out_eff + y[8, t] / in_eff
    for t in range(n):
        on_d = y[3, t] - y[2, t] + y[4, t] - y[5, t]
        gs[t + 1] += y[9, t] / in_eff - on_d * out_eff / hours[t] - y[7, t] * out_eff - y[10, t] + y[11, t]
    for i in range(m):
        power, energy = (4, 6) if i < shape.upward else (5, 8)
        for t in range(n):
            gz[i, t] += y[power, t] + tau[i] * (y[energy, t] + y[energy + 1, t]) - y[12 + i, t]
        if shape.capped > 0:
            for t in range(n):
                gz[i, t] += y[12 + m + i, t]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _write_awards(shape: Shape, u: np.ndarray, c: np.ndarray) -> None:
    """Write the Newton matrix of the awards: among each other, with the charge and with the SOC at both ends."""
    m, n, hours, tau = shape.tau.size, shape.hours.size, shape.hours, shape.tau
    loss = 1.0 - shape.charge_eff * shape.discharge_eff
    for i in range(m):
        up = i < shape.upward
        power, energy = (4, 6) if up else (5, 8)
        sign, per_soc = (1.0, -shape.discharge_eff) if up else (-1.0, 1.0 / shape.charge_eff)
        for j in range(0 if up else shape.upward, i + 1):
            together = tau[i] * tau[j]
            for t in range(n):
                c[i, j, t] = u[power, t] + together * (u[energy, t] + u[energy + 1, t])
        for t in range(n):
            c[i, i, t] += u[12 + i, t]
        if shape.capped > 0:
            for t in range(n):
                c[i, i, t] += u[12 + m + i, t]
        lost, moved, stored = -sign * loss, sign * shape.discharge_eff, tau[i] * per_soc
        for t in range(n):
            c[m, i, t] = lost * u[power, t]
        for t in range(n):
            c[m + 1, i, t] = stored * u[energy, t] + moved * u[power, t] / hours[t]
        for t in range(n):
            c[m + 2, i, t] = stored * u[energy + 1, t] - moved * u[power, t] / hours[t]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _write_charge(shape: Shape, u: np.ndarray, c: np.ndarray, diagonal: np.ndarray, off: np.ndarray) -> None:
    """Write the Newton matrix of the charge and its couplings, and that of the SOC before any elimination."""
    m, n, hours = shape.tau.size, shape.hours.size, shape.hours
    out_eff, in_eff = shape.discharge_eff, shape.charge_eff
    both = in_eff * out_eff
    loss = 1.0 - both
    for t in range(n):
        c[m, m, t] = u[0, t] + u[1, t] + both * both * (u[2, t] + u[3, t]) + loss * loss * (u[4, t] + u[5, t])
    for t in range(n):
        moved = out_eff / hours[t] * (both * (u[2, t] + u[3, t]) - loss * (u[4, t] + u[5, t]))
        c[m + 1, m, t] = moved
        c[m + 2, m, t] = -moved
    diagonal[n] = 0.0
    for t in range(n):
        slope = (out_eff / hours[t]) ** 2 * (u[2, t] + u[3, t] + u[4, t] + u[5, t])
        off[t] = -slope
        diagonal[t] = slope + out_eff**2 * u[6, t] + u[8, t] / in_eff**2
    for t in range(n):
        diagonal[t + 1] += out_eff**2 * u[7, t] + u[9, t] / in_eff**2 + u[10, t] + u[11, t] - off[t]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _eliminate(shape: Shape, c: np.ndarray) -> None:
    """Factorise each interval's awards and charge in place, its two SOC being the last rows.

    The two directions meet in the charge only: what is zero between them is neither written nor read.
    """
    n, m, upward = shape.hours.size, shape.tau.size, shape.upward
    for j in range(m + 1):
        first = upward if upward <= j < m else 0
        last = upward if j < upward else m
        for q in range(first, j):
            for t in range(n):
                c[j, j, t] -= c[j, q, t] * c[j, q, t]
        for t in range(n):
            c[j, j, t] = 1.0 / np.sqrt(max(c[j, j, t], 1e-30))
        for i in range(j + 1, m + 3):
            if last <= i < m:
                continue
            for q in range(first, j):
                for t in range(n):
                    c[i, j, t] -= c[i, q, t] * c[j, q, t]
            for t in range(n):
                c[i, j, t] *= c[j, j, t]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _factorise(shape: Shape, u: np.ndarray, work: Work) -> None:
    """Eliminate each interval's unknowns, then factorise the tridiagonal matrix of the SOC: ``ratio``, inverse ``pivot``."""
    n, m, c = shape.hours.size, shape.tau.size, work.eliminated
    diagonal, off = work.pivot, work.ratio
    _write_charge(shape, u, c, diagonal, off)
    _write_awards(shape, u, c)
    _eliminate(shape, c)
    for q in range(m + 1):
        for t in range(n):
            diagonal[t] -= c[m + 1, q, t] * c[m + 1, q, t]
        for t in range(n):
            diagonal[t + 1] -= c[m + 2, q, t] * c[m + 2, q, t]
            off[t] -= c[m + 1, q, t] * c[m + 2, q, t]
    diagonal[0] = 0.0  # the start is given, and so is a fixed end: no step there
    for t in range(1, n + 1):
        share = off[t - 1] * diagonal[t - 1]
        diagonal[t] = 1.0 / max(diagonal[t] - off[t - 1] * share, 1e-30)
        off[t - 1] = share
    if shape.fixed_end:
        diagonal[n] = 0.0


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _forward(shape: Shape, c: np.ndarray, dz: np.ndarray, ds: np.ndarray) -> None:
    """Solve with each interval's Cholesky factor in place, and take its part out of the SOC's right-hand side."""
    n, m, upward = shape.hours.size, shape.tau.size, shape.upward
    for i in range(m + 1):
        for q in range(upward if upward <= i < m else 0, i):
            for t in range(n):
                dz[i, t] -= c[i, q, t] * dz[q, t]
        for t in range(n):
            dz[i, t] *= c[i, i, t]
        for t in range(n):
            ds[t] -= c[m + 1, i, t] * dz[i, t]
        for t in range(n):
            ds[t + 1] -= c[m + 2, i, t] * dz[i, t]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _backward(shape: Shape, c: np.ndarray, dz: np.ndarray, ds: np.ndarray) -> None:
    """Take the SOC's step out of each interval's right-hand side, and solve with the transposed factor in place."""
    n, m, upward = shape.hours.size, shape.tau.size, shape.upward
    for i in range(m, -1, -1):
        for t in range(n):
            dz[i, t] -= c[m + 1, i, t] * ds[t] + c[m + 2, i, t] * ds[t + 1]
        for q in range(i + 1, m + 1):
            if q == m or (q < upward) == (i < upward):
                for t in range(n):
                    dz[i, t] -= c[q, i, t] * dz[q, t]
        for t in range(n):
            dz[i, t] *= c[i, i, t]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _solve(shape: Shape, work: Work, dz: np.ndarray, ds: np.ndarray) -> None:
    """Replace the right-hand sides dz (products + 1, intervals) and ds (intervals + 1,) by the Newton step."""
    n, inverse, ratio = shape.hours.size, work.pivot, work.ratio
    _forward(shape, work.eliminated, dz, ds)
    for t in range(1, n + 1):
        ds[t] -= ratio[t - 1] * ds[t - 1]
    ds[n] *= inverse[n]
    for t in range(n - 1, -1, -1):
        ds[t] = ds[t] * inverse[t] - ratio[t] * ds[t + 1]
    _backward(shape, work.eliminated, dz, ds)


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _longest_step(per_value: np.ndarray, step: np.ndarray, steepest: np.ndarray) -> float:
    """Return the largest share of the step, at most 1, that keeps all values (given by their inverses) >= 0."""
    n = steepest.size
    for t in range(n):
        steepest[t] = 1.0
    for r in range(step.shape[0]):  # by interval: the compiler does not vectorise a largest of all
        for t in range(n):
            steepest[t] = max(steepest[t], -step[r, t] * per_value[r, t])
    return 1.0 / steepest.max()


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _largest(values: np.ndarray, most: np.ndarray) -> float:
    """Return the largest size among the values."""
    n = most.size
    for t in range(n):
        most[t] = 0.0
    for r in range(values.shape[0]):
        for t in range(n):
            most[t] = max(most[t], abs(values[r, t]))
    return most.max()


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _aim(shape: Shape, at: Point, step: Point, work: Work, centre: float) -> None:
    """Fill ``step`` with the Newton step towards complementarity ``centre``; centre < 0 is the pure predictor.

    The corrector takes the predictor's products from ``step`` itself.
    """
    multiplier, ds, dm = at.multiplier.ravel(), step.slack.ravel(), step.multiplier.ravel()
    w, off, per_slack = work.weight.ravel(), work.broken.ravel(), work.per_slack.ravel()
    if centre < 0.0:
        for i in range(ds.size):
            dm[i] = w[i] * off[i] - multiplier[i]
    else:
        for i in range(ds.size):
            dm[i] = w[i] * off[i] - multiplier[i] - (ds[i] * dm[i] - centre) * per_slack[i]
    step.z[:] = work.stray_z
    step.soc[:] = work.stray_soc
    _add_gradient(shape, step.multiplier, step.z, step.soc)
    _solve(shape, work, step.z, step.soc)
    _activities(shape, step.z, step.soc, step.slack)
    for i in range(ds.size):  # what was solved is the step's negative
        dm[i] -= w[i] * ds[i]
        ds[i] -= off[i]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _measure(shape: Shape, program: Program, at: Point, work: Work) -> tuple[float, float, float, float]:
    """Fill the residuals; return complementarity, largest broken row, cost and its lower bound over all plans."""
    gap, dual, b = 0.0, 0.0, program.battery
    slack, multiplier, row, right, off = (
        at.slack.ravel(), at.multiplier.ravel(), work.active.ravel(), program.limit.ravel(), work.broken.ravel()
    )  # fmt: skip
    for i in range(slack.size):
        off[i] = row[i] + slack[i] - right[i]
        gap += slack[i] * multiplier[i]
        dual += multiplier[i] * (row[i] - right[i])
    rz, rs = work.stray_z, work.stray_soc
    rz[:] = program.cost_z
    rs[:] = program.cost_soc
    _add_gradient(shape, at.multiplier, rz, rs)
    rs[0] = 0.0
    if shape.fixed_end:
        rs[-1] = 0.0
    cost, stray_mw, stray_mwh = 0.0, 0.0, 0.0
    for t in range(rs.size):
        cost += program.cost_soc[t] * at.soc[t]
        stray_mwh += abs(rs[t])
    unit, z, stray = program.cost_z.ravel(), at.z.ravel(), rz.ravel()
    for i in range(z.size):
        cost += unit[i] * z[i]
        stray_mw += abs(stray[i])
    return (
        gap,
        _largest(work.broken, work.scratch),
        cost,
        cost + dual - stray_mw * (b[0] + b[1]) - stray_mwh * (b[3] - b[2]),
    )


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _improve(shape: Shape, at: Point, step: Point, work: Work, gap: float) -> None:
    """Take one predictor-corrector step."""
    slack, multiplier, w = at.slack.ravel(), at.multiplier.ravel(), work.weight.ravel()
    ds, dm = step.slack.ravel(), step.multiplier.ravel()
    per_slack, per_multiplier = work.per_slack.ravel(), work.per_multiplier.ravel()
    for i in range(slack.size):
        per_slack[i] = 1.0 / slack[i]
        per_multiplier[i] = 1.0 / multiplier[i]
        w[i] = multiplier[i] * per_slack[i]
    _factorise(shape, work.weight, work)
    mean = gap / slack.size
    centre, primal, dual = -1.0, 0.0, 0.0
    for stage in range(2):
        _aim(shape, at, step, work, centre)
        primal = _longest_step(work.per_slack, step.slack, work.scratch)
        dual = _longest_step(work.per_multiplier, step.multiplier, work.scratch)
        if stage == 0:
            after = 0.0
            for i in range(slack.size):
                after += (slack[i] + primal * ds[i]) * (multiplier[i] + dual * dm[i])
            centre = (after / gap) ** 3 * mean
    keep = min(max(0.99, 1.0 - 10.0 * mean), 0.9999)
    primal, dual = keep * primal, keep * dual
    for i in range(slack.size):
        slack[i] += primal * ds[i]
        multiplier[i] += dual * dm[i]
    z, dz = at.z.ravel(), step.z.ravel()
    for i in range(z.size):
        z[i] -= primal * dz[i]
    for t in range(1, at.soc.size):
        at.soc[t] -= primal * step.soc[t]
    _activities(shape, at.z, at.soc, work.active)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _begin(shape: Shape, program: Program, at: Point, work: Work) -> None:
    """Set a starting point well inside the rows where there is room; the steps mend the rest."""
    n, m, b, limit = shape.hours.size, shape.tau.size, program.battery, program.limit
    end = b[9] if shape.fixed_end else 0.5 * (b[9] + b[10])
    for t in range(n + 1):
        at.soc[t] = b[4] + (end - b[4]) * t / n
    for t in range(n):
        at.z[:m, t] = 0.02 * min(b[1], max(at.soc[t] - b[2], 0.0))
        at.z[m, t] = 0.1 * limit[1, t]
    _activities(shape, at.z, at.soc, work.active)
    for r in range(limit.shape[0]):
        for t in range(n):
            at.slack[r, t] = max(limit[r, t] - work.active[r, t], 0.5 * (b[0] + b[1]))
            at.multiplier[r, t] = 0.5 * shape.hours[t]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def close_rows(
    programs: Programs, hours: np.ndarray, tau: np.ndarray, upward: int, tolerance: float, answers: Answers
) -> None:
    """Solve every row; one whose cost and lower bound do not close to ``tolerance`` (relative) gets the value NaN."""
    n, m, rows = hours.size, tau.size, programs.limit.shape[1]
    at = Point(np.empty((m + 1, n)), np.empty(n + 1), np.empty((rows, n)), np.empty((rows, n)))
    step = Point(np.empty((m + 1, n)), np.empty(n + 1), np.empty((rows, n)), np.empty((rows, n)))
    work = Work(
        np.empty((rows, n)), np.empty((rows, n)), np.empty((rows, n)), np.empty((rows, n)), np.empty((rows, n)),
        np.empty((m + 1, n)), np.empty(n + 1), np.empty((m + 3, m + 1, n)), np.empty(n + 1), np.empty(n), np.empty(n),
    )  # fmt: skip
    for row in range(answers.value_usd.size):
        b, unit = programs.battery[row], programs.unit_usd[row]
        program = Program(
            programs.cost_z[row], programs.cost_soc[row], programs.limit[row % programs.limit.shape[0]], b
        )
        shape = Shape(hours, tau, upward, rows - FIXED_ROWS - m, b[5], b[6], programs.fixed_end[row])
        _begin(shape, program, at, work)
        answers.value_usd[row] = answers.bound_usd[row] = np.nan
        for _ in range(MOST_STEPS):
            gap, worst, cost, bound = _measure(shape, program, at, work)
            if cost - bound <= tolerance * (0.01 + abs(cost)) and worst <= RESIDUAL * (1.0 + b[3]):
                answers.value_usd[row], answers.bound_usd[row] = -cost * unit, -bound * unit
                break
            _improve(shape, at, step, work, gap)
        answers.charge_mw[row], answers.discharge_mw[row], answers.soc_mwh[row] = at.z[m], work.active[3], at.soc
        answers.awards_mw[row] = at.z[:m]
