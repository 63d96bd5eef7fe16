"""A primal-dual interior point for energy with ancillary services, shaped to the problem. Numba only.

Mehrotra's predictor-corrector (SIAM J. Optimization 2, 1992) on the linear program of ``ancillary.py`` with the discharge
eliminated through the SOC balance. What is left couples intervals only through the SOC, so each Newton step is a small
Cholesky per interval and one tridiagonal solve: linear in the horizon. It ends with a dual bound for every row.

Unknowns of an interval: one award per product (upward products first), then the charge; between intervals the SOC. Rows of
an interval, in order: charge >= 0, charge <= limit, discharge >= 0, discharge <= limit, upward power, downward power,
upward energy at start and end, downward energy at start and end, SOC >= minimum, SOC <= maximum, then award >= 0 and
award <= limit per product if any product has one.

It stays one module, long as it is: numba's cache on disk looks at the file of a function only, so a function in another
file could change and the compiled caller would not notice.
"""

from typing import NamedTuple

import numba as nb
import numpy as np

FIXED_ROWS = 12
MOST_STEPS = 80
TINY_ROOM = 1e-10  # an empty side gets this much room so that an interior exists; far below the tolerance in money
RESIDUAL = 1e-10  # largest broken row, MW or MWh, relative to 1 + capacity
SUMS = {"contract", "reassoc", "nsz"}  # lets the compiler vectorise sums and keeps NaN a NaN


class Shape(NamedTuple):
    """What the rows are made of: interval hours, product durations, counts, efficiencies, whether the end is fixed.

    ``upward`` products come first; ``capped`` is how many have a limit of their own, all of them or none.
    """

    hours: np.ndarray
    tau: np.ndarray
    upward: int
    capped: int
    charge_eff: float
    discharge_eff: float
    fixed_end: bool


class Point(NamedTuple):
    """Unknowns (awards and charge, SOC) with slacks and multipliers of the rows, or a step in all of them."""

    z: np.ndarray
    soc: np.ndarray
    slack: np.ndarray
    multiplier: np.ndarray


class Factor(NamedTuple):
    """The factorised Newton matrix: Cholesky per interval, its coupling to both SOC, and the tridiagonal rest."""

    chol: np.ndarray
    left: np.ndarray
    right: np.ndarray
    diagonal: np.ndarray
    off: np.ndarray


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _activities(shape: Shape, z: np.ndarray, soc: np.ndarray, out: np.ndarray) -> None:
    """Write rows x unknowns into out (intervals, rows)."""
    m, upward = shape.tau.size, shape.upward
    for t in range(shape.hours.size):
        a, b, c = soc[t], soc[t + 1], z[t, m]
        d = shape.discharge_eff * (shape.charge_eff * c - (b - a) / shape.hours[t])
        up_mw = up_mwh = down_mw = down_mwh = 0.0
        for i in range(upward):
            up_mw += z[t, i]
            up_mwh += z[t, i] * shape.tau[i]
        for i in range(upward, m):
            down_mw += z[t, i]
            down_mwh += z[t, i] * shape.tau[i]
        for i in range(m):
            out[t, 12 + i] = -z[t, i]
        for i in range(shape.capped):
            out[t, 12 + m + i] = z[t, i]
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = -c, c, -d, d
        out[t, 4], out[t, 5] = up_mw + d - c, down_mw - d + c
        out[t, 6], out[t, 7] = up_mwh - a * shape.discharge_eff, up_mwh - b * shape.discharge_eff
        out[t, 8], out[t, 9] = down_mwh + a / shape.charge_eff, down_mwh + b / shape.charge_eff
        out[t, 10], out[t, 11] = -b, b


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _add_gradient(shape: Shape, y: np.ndarray, gz: np.ndarray, gs: np.ndarray) -> None:
    """Add the transpose of the rows times ``y`` to gz (intervals, products + 1) and gs (intervals + 1,)."""
    m, upward = shape.tau.size, shape.upward
    both = shape.charge_eff * shape.discharge_eff
    for t in range(shape.hours.size):
        u = y[t]
        on_d = u[3] - u[2] + u[4] - u[5]
        shift = on_d * shape.discharge_eff / shape.hours[t]
        gz[t, m] += u[1] - u[0] - u[4] + u[5] + on_d * both
        gs[t] += shift - u[6] * shape.discharge_eff + u[8] / shape.charge_eff
        gs[t + 1] += -shift - u[7] * shape.discharge_eff + u[9] / shape.charge_eff - u[10] + u[11]
        up_energy, down_energy = u[6] + u[7], u[8] + u[9]
        for i in range(upward):
            gz[t, i] += u[4] + shape.tau[i] * up_energy - u[12 + i]
        for i in range(upward, m):
            gz[t, i] += u[5] + shape.tau[i] * down_energy - u[12 + i]
        for i in range(shape.capped):
            gz[t, i] += u[12 + m + i]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _eliminate_products(
    shape: Shape,
    u: np.ndarray,
    first: int,
    last: int,
    sign: float,
    e: float,
    c: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
) -> None:
    """Factorise one direction's awards in place: rows first..last of c, with the charge's row and the SOC couplings."""
    m, tau = shape.tau.size, shape.tau
    power, at_start, at_end = (u[4], u[6], u[7]) if sign > 0 else (u[5], u[8], u[9])
    per_soc = -shape.discharge_eff if sign > 0 else 1.0 / shape.charge_eff
    loss = 1.0 - shape.charge_eff * shape.discharge_eff
    for i in range(first, last):
        for j in range(first, i):
            total = power + tau[i] * tau[j] * (at_start + at_end)
            for q in range(first, j):
                total -= c[i, q] * c[j, q]
            c[i, j] = total * c[j, j]
        total = power + tau[i] * tau[i] * (at_start + at_end) + u[12 + i]
        if shape.capped > 0:
            total += u[12 + m + i]
        charge = -sign * loss * power
        start = sign * e * power + tau[i] * per_soc * at_start
        end = -sign * e * power + tau[i] * per_soc * at_end
        for q in range(first, i):
            total -= c[i, q] * c[i, q]
            charge -= c[i, q] * c[m, q]
            start -= c[i, q] * a[q]
            end -= c[i, q] * b[q]
        c[i, i] = 1.0 / np.sqrt(max(total, 1e-30))
        c[m, i], a[i], b[i] = charge * c[i, i], start * c[i, i], end * c[i, i]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _factorise(shape: Shape, weight: np.ndarray, factor: Factor) -> None:
    """Eliminate each interval's unknowns, then factorise the tridiagonal matrix of the SOC."""
    n, m, upward = shape.hours.size, shape.tau.size, shape.upward
    both = shape.charge_eff * shape.discharge_eff
    loss = 1.0 - both
    diagonal, off = factor.diagonal, factor.off
    diagonal[:] = 0.0
    for t in range(n):
        u, c, a, b = weight[t], factor.chol[t], factor.left[t], factor.right[t]
        e = shape.discharge_eff / shape.hours[t]
        on_d, power = u[2] + u[3], u[4] + u[5]
        _eliminate_products(shape, u, 0, upward, 1.0, e, c, a, b)
        _eliminate_products(shape, u, upward, m, -1.0, e, c, a, b)
        total = u[0] + u[1] + both * both * on_d + loss * loss * power
        start = both * e * on_d - loss * e * power
        end = -start
        slope = e * e * (on_d + power)
        aa = slope + shape.discharge_eff**2 * u[6] + u[8] / shape.charge_eff**2
        bb = slope + shape.discharge_eff**2 * u[7] + u[9] / shape.charge_eff**2 + u[10] + u[11]
        ab = -slope
        for q in range(m):
            total -= c[m, q] * c[m, q]
            start -= c[m, q] * a[q]
            end -= c[m, q] * b[q]
            aa -= a[q] * a[q]
            bb -= b[q] * b[q]
            ab -= a[q] * b[q]
        c[m, m] = 1.0 / np.sqrt(max(total, 1e-30))
        a[m], b[m] = start * c[m, m], end * c[m, m]
        diagonal[t] += aa - a[m] * a[m]
        diagonal[t + 1] += bb - b[m] * b[m]
        off[t] = ab - a[m] * b[m]
    diagonal[0] = 1e300  # the start is given, and so is a fixed end
    if shape.fixed_end:
        diagonal[n] = 1e300
    for t in range(1, n + 1):
        diagonal[t] = max(diagonal[t] - off[t - 1] * off[t - 1] / diagonal[t - 1], 1e-30)


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _solve(shape: Shape, factor: Factor, dz: np.ndarray, ds: np.ndarray) -> None:
    """Replace the right-hand sides dz (intervals, products + 1) and ds (intervals + 1,) by the Newton step."""
    n, m = shape.hours.size, shape.tau.size
    diagonal, off = factor.diagonal, factor.off
    for t in range(n):
        r = dz[t]
        _forward(factor.chol[t], r, shape.upward)
        for i in range(m + 1):
            ds[t] -= factor.left[t, i] * r[i]
            ds[t + 1] -= factor.right[t, i] * r[i]
    ds[0] = 0.0
    for t in range(1, n + 1):
        ds[t] -= off[t - 1] / diagonal[t - 1] * ds[t - 1]
    ds[n] = 0.0 if shape.fixed_end else ds[n] / diagonal[n]
    for t in range(n - 1, 0, -1):
        ds[t] = (ds[t] - off[t] * ds[t + 1]) / diagonal[t]
    for t in range(n):
        r = dz[t]
        for i in range(m + 1):
            r[i] -= factor.left[t, i] * ds[t] + factor.right[t, i] * ds[t + 1]
        _backward(factor.chol[t], r, shape.upward)


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _forward(c: np.ndarray, r: np.ndarray, upward: int) -> None:
    """Solve with one interval's Cholesky factor, whose two directions meet in the last row only."""
    m = r.size - 1
    for i in range(m):
        total = r[i]
        for q in range(0 if i < upward else upward, i):
            total -= c[i, q] * r[q]
        r[i] = total * c[i, i]
    total = r[m]
    for q in range(m):
        total -= c[m, q] * r[q]
    r[m] = total * c[m, m]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _backward(c: np.ndarray, r: np.ndarray, upward: int) -> None:
    """Solve with the transpose of one interval's Cholesky factor."""
    m = r.size - 1
    r[m] *= c[m, m]
    for i in range(m - 1, -1, -1):
        total = r[i] - c[m, i] * r[m]
        for q in range(i + 1, upward if i < upward else m):
            total -= c[q, i] * r[q]
        r[i] = total * c[i, i]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _longest_step(values: np.ndarray, step: np.ndarray) -> float:
    """Return the largest share of the step, at most 1, that keeps all values >= 0."""
    steepest = 1.0
    for i in range(values.size):
        steepest = max(steepest, -step[i] / values[i])
    return 1.0 / steepest


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _aim(
    shape: Shape,
    at: Point,
    step: Point,
    factor: Factor,
    weight: np.ndarray,
    broken: np.ndarray,
    rz: np.ndarray,
    rs: np.ndarray,
    centre: float,
) -> None:
    """Fill ``step`` with the Newton step towards complementarity ``centre``; centre < 0 is the pure predictor.

    The corrector takes the predictor's products from ``step`` itself.
    """
    slack, multiplier = at.slack.ravel(), at.multiplier.ravel()
    ds, dm, w, off = step.slack.ravel(), step.multiplier.ravel(), weight.ravel(), broken.ravel()
    if centre < 0.0:
        for i in range(slack.size):
            dm[i] = w[i] * off[i] - multiplier[i]
    else:
        for i in range(slack.size):
            dm[i] = w[i] * off[i] - multiplier[i] - (ds[i] * dm[i] - centre) / slack[i]
    step.z[:] = rz
    step.soc[:] = rs
    _add_gradient(shape, step.multiplier, step.z, step.soc)
    for t in range(step.z.shape[0]):
        step.soc[t] = -step.soc[t]
        for i in range(step.z.shape[1]):
            step.z[t, i] = -step.z[t, i]
    step.soc[-1] = -step.soc[-1]
    _solve(shape, factor, step.z, step.soc)
    _activities(shape, step.z, step.soc, step.slack)
    for i in range(slack.size):
        dm[i] += w[i] * ds[i]
        ds[i] = -off[i] - ds[i]


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _measure(
    shape: Shape,
    b: np.ndarray,
    cz: np.ndarray,
    cs: np.ndarray,
    limit: np.ndarray,
    at: Point,
    active: np.ndarray,
    broken: np.ndarray,
    rz: np.ndarray,
    rs: np.ndarray,
) -> tuple[float, float, float, float]:
    """Fill the residuals; return complementarity, largest broken row, cost and its lower bound over all plans."""
    gap, worst, dual = 0.0, 0.0, 0.0
    slack, multiplier, row, right, off = (
        at.slack.ravel(), at.multiplier.ravel(), active.ravel(), limit.ravel(), broken.ravel()
    )  # fmt: skip
    for i in range(slack.size):
        off[i] = row[i] + slack[i] - right[i]
        gap += slack[i] * multiplier[i]
        dual += multiplier[i] * (row[i] - right[i])
    for i in range(slack.size):
        worst = max(worst, abs(off[i]))
    rz[:] = cz
    rs[:] = cs
    _add_gradient(shape, at.multiplier, rz, rs)
    rs[0] = 0.0
    if shape.fixed_end:
        rs[-1] = 0.0
    cost, stray_mw, stray_mwh = cs[-1] * at.soc[-1], 0.0, abs(rs[-1])
    for t in range(cz.shape[0]):
        cost += cs[t] * at.soc[t]
        stray_mwh += abs(rs[t])
        for i in range(cz.shape[1]):
            cost += cz[t, i] * at.z[t, i]
            stray_mw += abs(rz[t, i])
    return gap, worst, cost, cost + dual - stray_mw * (b[0] + b[1]) - stray_mwh * (b[3] - b[2])


@nb.njit(cache=True, nogil=True, error_model="numpy", fastmath=SUMS)
def _improve(
    shape: Shape, at: Point, step: Point, factor: Factor, active: np.ndarray, weight: np.ndarray, broken: np.ndarray,
    rz: np.ndarray, rs: np.ndarray, gap: float,
) -> None:  # fmt: skip
    """Take one predictor-corrector step."""
    slack, multiplier, w = at.slack.ravel(), at.multiplier.ravel(), weight.ravel()
    ds, dm = step.slack.ravel(), step.multiplier.ravel()
    for i in range(slack.size):
        w[i] = multiplier[i] / slack[i]
    _factorise(shape, weight, factor)
    mean = gap / slack.size
    centre, primal, dual = -1.0, 0.0, 0.0
    for stage in range(2):
        _aim(shape, at, step, factor, weight, broken, rz, rs, centre)
        primal, dual = _longest_step(slack, ds), _longest_step(multiplier, dm)
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
    for t in range(at.z.shape[0]):
        at.soc[t + 1] += primal * step.soc[t + 1]
        for i in range(at.z.shape[1]):
            at.z[t, i] += primal * step.z[t, i]
    _activities(shape, at.z, at.soc, active)


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _costs(
    shape: Shape, b: np.ndarray, price: np.ndarray, capacity: np.ndarray, scale: float, cz: np.ndarray, cs: np.ndarray
) -> None:
    """Write the cost of every unknown (negative gain) in units of ``scale`` dollars."""
    m, hours = shape.tau.size, shape.hours
    cs[:] = 0.0
    for t in range(hours.size):
        sale = (price[t] - b[8]) / scale
        cz[t, m] = hours[t] * ((price[t] + b[7]) / scale - sale * shape.charge_eff * shape.discharge_eff)
        cs[t] -= sale * shape.discharge_eff
        cs[t + 1] += sale * shape.discharge_eff
        for i in range(m):
            cz[t, i] = -hours[t] * capacity[i, t] / scale
    cs[-1] -= b[11] / scale


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _limits(shape: Shape, b: np.ndarray, share: np.ndarray, most: np.ndarray, limit: np.ndarray) -> None:
    """Write the right-hand side of every row; an empty side gets TINY_ROOM."""
    m = shape.tau.size
    for t in range(share.size):
        charge, discharge = max(b[0] * share[t], TINY_ROOM), max(b[1] * share[t], TINY_ROOM)
        limit[t, 0], limit[t, 1], limit[t, 2], limit[t, 3] = 0.0, charge, 0.0, discharge
        limit[t, 4], limit[t, 5] = discharge, charge
        limit[t, 6] = limit[t, 7] = -b[2] * b[6] + TINY_ROOM
        limit[t, 8] = limit[t, 9] = b[3] / b[5] + TINY_ROOM
        limit[t, 10], limit[t, 11] = -b[2] + TINY_ROOM, b[3] + TINY_ROOM
        for i in range(m):
            limit[t, 12 + i] = 0.0
        for i in range(shape.capped):
            limit[t, 12 + m + i] = max(min(most[i], charge + discharge), TINY_ROOM)
    if not shape.fixed_end:
        limit[-1, 10], limit[-1, 11] = -b[9], b[10]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def _begin(shape: Shape, b: np.ndarray, share: np.ndarray, limit: np.ndarray, at: Point, active: np.ndarray) -> None:
    """Set a starting point well inside the rows where there is room; the steps mend the rest."""
    n, m = shape.hours.size, shape.tau.size
    end = b[9] if shape.fixed_end else 0.5 * (b[9] + b[10])
    for t in range(n + 1):
        at.soc[t] = b[4] + (end - b[4]) * t / n
    for t in range(n):
        at.z[t, :m] = 0.02 * min(b[1], max(at.soc[t] - b[2], 0.0))
        at.z[t, m] = 0.1 * b[0] * share[t]
    _activities(shape, at.z, at.soc, active)
    for t in range(n):
        for r in range(active.shape[1]):
            at.slack[t, r] = max(limit[t, r] - active[t, r], 0.5 * (b[0] + b[1]))
            at.multiplier[t, r] = 0.5 * shape.hours[t]


@nb.njit(cache=True, nogil=True, error_model="numpy")
def interior_rows(
    sell: np.ndarray,
    hours: np.ndarray,
    availability: np.ndarray,
    battery: np.ndarray,
    capacity: np.ndarray,
    upward: int,
    tau: np.ndarray,
    most: np.ndarray,
    tolerance: float,
    charge_mw: np.ndarray,
    discharge_mw: np.ndarray,
    soc_mwh: np.ndarray,
    awards_mw: np.ndarray,
    value_usd: np.ndarray,
    bound_usd: np.ndarray,
) -> None:
    """Solve every row of the outputs; a row that does not close to ``tolerance`` (relative gap) gets the value NaN.

    Products stand with the ``upward`` ones first, in ``capacity`` (rows, products, intervals), ``tau``, ``most`` (MW) and
    ``awards_mw`` alike. Columns of ``battery``: see ``fleet.COLUMNS``.
    """
    n, m = hours.size, tau.size
    capped = m if np.isfinite(most).any() else 0
    rows = FIXED_ROWS + m + capped
    limit, active, weight, broken = np.empty((n, rows)), np.empty((n, rows)), np.empty((n, rows)), np.empty((n, rows))
    cz, rz, cs, rs = np.empty((n, m + 1)), np.empty((n, m + 1)), np.empty(n + 1), np.empty(n + 1)
    at = Point(np.empty((n, m + 1)), np.empty(n + 1), np.empty((n, rows)), np.empty((n, rows)))
    step = Point(np.empty((n, m + 1)), np.empty(n + 1), np.empty((n, rows)), np.empty((n, rows)))
    factor = Factor(
        np.empty((n, m + 1, m + 1)), np.empty((n, m + 1)), np.empty((n, m + 1)), np.empty(n + 1), np.empty(n)
    )
    for row in range(value_usd.size):
        b = battery[row % battery.shape[0]]
        price, share = sell[row % sell.shape[0]], availability[row % availability.shape[0]]
        shape = Shape(hours, tau, upward, capped, b[5], b[6], b[10] - b[9] <= 1e-9)
        scale = 1.0 + np.abs(price).mean()
        _costs(shape, b, price, capacity[row % capacity.shape[0]], scale, cz, cs)
        _limits(shape, b, share, most, limit)
        _begin(shape, b, share, limit, at, active)
        value_usd[row] = np.nan
        for _ in range(MOST_STEPS):
            gap, worst, cost, bound = _measure(shape, b, cz, cs, limit, at, active, broken, rz, rs)
            if cost - bound <= tolerance * (1.0 + abs(cost)) and worst <= RESIDUAL * (1.0 + b[3]):
                value_usd[row], bound_usd[row] = -cost * scale, -bound * scale
                break
            _improve(shape, at, step, factor, active, weight, broken, rz, rs, gap)
        charge_mw[row], discharge_mw[row], soc_mwh[row] = at.z[:, m], active[:, 3], at.soc
        awards_mw[row] = at.z[:, :m].T
