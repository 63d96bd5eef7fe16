"""A primal-dual interior point for energy with ancillary services, shaped to the problem. Numba only.

Mehrotra's predictor-corrector (SIAM J. Optimization 2, 1992) on the linear program of ``ancillary.py`` with the discharge
eliminated through the SOC balance. What is left couples intervals only through the SOC, so each Newton step is a small
Cholesky per interval and one tridiagonal solve: linear in the horizon. It ends with a dual bound for every row.

Per interval the unknowns are charge and one award per product, then the SOC between intervals. The rows are, in order:
charge >= 0, charge <= limit, discharge >= 0, discharge <= limit, upward power, downward power, upward energy at start and
end, downward energy at start and end, SOC >= minimum, SOC <= maximum, then award >= 0 and award <= limit per product.
"""

import numba as nb
import numpy as np

FIXED_ROWS = 12
MOST_STEPS = 80
TINY_ROOM = 1e-10  # an empty side gets this much room so that an interior exists; far below the tolerance in money


@nb.njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _activities(
    n: int,
    m: int,
    h: np.ndarray,
    k: np.ndarray,
    z: np.ndarray,
    s: np.ndarray,
    up: np.ndarray,
    tau: np.ndarray,
    out: np.ndarray,
) -> None:
    """Write rows x unknowns for every interval: out (intervals, rows). ``k``: (charge eff., discharge eff.)."""
    charge_eff, discharge_eff = k[0], k[1]
    for t in range(n):
        a, b, c = s[t], s[t + 1], z[t, 0]
        d = discharge_eff * (charge_eff * c - (b - a) / h[t])
        up_mw = up_mwh = down_mw = down_mwh = 0.0
        for i in range(m):
            r = z[t, 1 + i]
            out[t, 12 + i] = -r
            out[t, 12 + m + i] = r
            if up[i] > 0.0:
                up_mw += r
                up_mwh += r * tau[i]
            else:
                down_mw += r
                down_mwh += r * tau[i]
        out[t, 0], out[t, 1], out[t, 2], out[t, 3] = -c, c, -d, d
        out[t, 4], out[t, 5] = up_mw + d - c, down_mw - d + c
        out[t, 6], out[t, 7] = up_mwh - a * discharge_eff, up_mwh - b * discharge_eff
        out[t, 8], out[t, 9] = down_mwh + a / charge_eff, down_mwh + b / charge_eff
        out[t, 10], out[t, 11] = -b, b


@nb.njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _gradient(
    n: int,
    m: int,
    h: np.ndarray,
    k: np.ndarray,
    y: np.ndarray,
    up: np.ndarray,
    tau: np.ndarray,
    gz: np.ndarray,
    gs: np.ndarray,
) -> None:
    """Add the transpose of the rows times ``y`` to gz (intervals, 1 + products) and gs (intervals + 1,)."""
    charge_eff, discharge_eff = k[0], k[1]
    for t in range(n):
        on_d = y[t, 3] - y[t, 2] + y[t, 4] - y[t, 5]
        gz[t, 0] += y[t, 1] - y[t, 0] - y[t, 4] + y[t, 5] + on_d * charge_eff * discharge_eff
        shift = on_d * discharge_eff / h[t]
        gs[t] += shift - y[t, 6] * discharge_eff + y[t, 8] / charge_eff
        gs[t + 1] += -shift - y[t, 7] * discharge_eff + y[t, 9] / charge_eff - y[t, 10] + y[t, 11]
        up_energy, down_energy = y[t, 6] + y[t, 7], y[t, 8] + y[t, 9]
        for i in range(m):
            both = y[t, 4] + tau[i] * up_energy if up[i] > 0.0 else y[t, 5] + tau[i] * down_energy
            gz[t, 1 + i] += both - y[t, 12 + i] + y[t, 12 + m + i]


@nb.njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _factorise(
    n: int,
    m: int,
    h: np.ndarray,
    k: np.ndarray,
    w: np.ndarray,
    up: np.ndarray,
    tau: np.ndarray,
    fixed_end: bool,
    chol: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    diagonal: np.ndarray,
    off: np.ndarray,
) -> None:
    """Eliminate each interval's unknowns (Cholesky in ``chol``), then factorise the tridiagonal matrix of the SOC."""
    charge_eff, discharge_eff = k[0], k[1]
    both = charge_eff * discharge_eff
    loss = 1.0 - both
    diagonal[:] = 0.0
    for t in range(n):
        u = w[t]
        e = discharge_eff / h[t]
        c = chol[t]
        on_d, power = u[2] + u[3], u[4] + u[5]
        up_energy, down_energy = u[6] + u[7], u[8] + u[9]
        c[0, 0] = u[0] + u[1] + both * both * on_d + loss * loss * power
        left[t, 0] = both * e * on_d - loss * e * power
        right[t, 0] = -left[t, 0]
        for i in range(m):
            if up[i] > 0.0:
                c[1 + i, 0] = -loss * u[4]
                left[t, 1 + i] = e * u[4] - tau[i] * discharge_eff * u[6]
                right[t, 1 + i] = -e * u[4] - tau[i] * discharge_eff * u[7]
            else:
                c[1 + i, 0] = loss * u[5]
                left[t, 1 + i] = -e * u[5] + tau[i] / charge_eff * u[8]
                right[t, 1 + i] = e * u[5] + tau[i] / charge_eff * u[9]
            for j in range(i + 1):
                if up[i] != up[j]:
                    c[1 + i, 1 + j] = 0.0
                elif up[i] > 0.0:
                    c[1 + i, 1 + j] = u[4] + tau[i] * tau[j] * up_energy
                else:
                    c[1 + i, 1 + j] = u[5] + tau[i] * tau[j] * down_energy
            c[1 + i, 1 + i] += u[12 + i] + u[12 + m + i]
        slope = e * e * (on_d + power)
        aa = slope + discharge_eff * discharge_eff * u[6] + u[8] / (charge_eff * charge_eff)
        bb = slope + discharge_eff * discharge_eff * u[7] + u[9] / (charge_eff * charge_eff) + u[10] + u[11]
        ab = -slope
        for i in range(m + 1):
            for j in range(i + 1):
                total = c[i, j]
                for q in range(j):
                    total -= c[i, q] * c[j, q]
                if i == j:
                    c[i, i] = 1.0 / np.sqrt(max(total, 1e-30))
                else:
                    c[i, j] = total * c[j, j]
            first, second = left[t, i], right[t, i]
            for q in range(i):
                first -= c[i, q] * left[t, q]
                second -= c[i, q] * right[t, q]
            left[t, i], right[t, i] = first * c[i, i], second * c[i, i]
            aa -= left[t, i] * left[t, i]
            bb -= right[t, i] * right[t, i]
            ab -= left[t, i] * right[t, i]
        diagonal[t] += aa
        diagonal[t + 1] += bb
        off[t] = ab
    diagonal[0] = 1e300  # the start is given, and so is a fixed end
    if fixed_end:
        diagonal[n] = 1e300
    for t in range(1, n + 1):
        diagonal[t] = max(diagonal[t] - off[t - 1] * off[t - 1] / diagonal[t - 1], 1e-30)


@nb.njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _solve(
    n: int,
    m: int,
    fixed_end: bool,
    chol: np.ndarray,
    left: np.ndarray,
    right: np.ndarray,
    diagonal: np.ndarray,
    off: np.ndarray,
    dz: np.ndarray,
    ds: np.ndarray,
) -> None:
    """Replace the right-hand sides dz (intervals, 1 + products) and ds (intervals + 1,) by the Newton step."""
    ds[0] = 0.0
    for t in range(n):
        c = chol[t]
        for i in range(m + 1):
            total = dz[t, i]
            for q in range(i):
                total -= c[i, q] * dz[t, q]
            dz[t, i] = total * c[i, i]
            ds[t] -= left[t, i] * dz[t, i]
            ds[t + 1] -= right[t, i] * dz[t, i]
    ds[0] = 0.0
    for t in range(1, n + 1):
        ds[t] -= off[t - 1] / diagonal[t - 1] * ds[t - 1]
    ds[n] = 0.0 if fixed_end else ds[n] / diagonal[n]
    for t in range(n - 1, 0, -1):
        ds[t] = (ds[t] - off[t] * ds[t + 1]) / diagonal[t]
    ds[0] = 0.0
    for t in range(n):
        c = chol[t]
        for i in range(m, -1, -1):
            total = dz[t, i] - left[t, i] * ds[t] - right[t, i] * ds[t + 1]
            for q in range(i + 1, m + 1):
                total -= c[q, i] * dz[t, q]
            dz[t, i] = total * c[i, i]


@nb.njit(cache=True, nogil=True, fastmath={"contract", "reassoc", "nsz"})
def _step_length(y: np.ndarray, dy: np.ndarray) -> float:
    longest = 1.0
    for i in range(y.size):
        if dy[i] < 0.0 and -y[i] > longest * dy[i]:
            longest = -y[i] / dy[i]
    return longest


@nb.njit(cache=True, nogil=True)
def _costs(
    n: int,
    m: int,
    h: np.ndarray,
    k: np.ndarray,
    b: np.ndarray,
    price: np.ndarray,
    capacity: np.ndarray,
    scale: float,
    cz: np.ndarray,
    cs: np.ndarray,
) -> None:
    """Write the cost of every unknown (negative gain) in units of ``scale`` dollars."""
    cs[:] = 0.0
    for t in range(n):
        sale = (price[t] - b[8]) / scale
        cz[t, 0] = h[t] * ((price[t] + b[7]) / scale - sale * k[0] * k[1])
        cs[t] -= sale * k[1]
        cs[t + 1] += sale * k[1]
        for i in range(m):
            cz[t, 1 + i] = -h[t] * capacity[i, t] / scale
    cs[n] -= b[11] / scale


@nb.njit(cache=True, nogil=True)
def _limits(
    n: int, m: int, b: np.ndarray, share: np.ndarray, most: np.ndarray, fixed_end: bool, limit: np.ndarray
) -> None:
    """Write the right-hand side of every row; an empty side gets TINY_ROOM."""
    for t in range(n):
        charge, discharge = max(b[0] * share[t], TINY_ROOM), max(b[1] * share[t], TINY_ROOM)
        limit[t, 0], limit[t, 1], limit[t, 2], limit[t, 3] = 0.0, charge, 0.0, discharge
        limit[t, 4], limit[t, 5] = discharge, charge
        limit[t, 6] = limit[t, 7] = -b[2] * b[6] + TINY_ROOM
        limit[t, 8] = limit[t, 9] = b[3] / b[5] + TINY_ROOM
        limit[t, 10], limit[t, 11] = -b[2] + TINY_ROOM, b[3] + TINY_ROOM
        for i in range(m):
            limit[t, 12 + i] = 0.0
            limit[t, 12 + m + i] = max(min(most[i], charge + discharge), TINY_ROOM)
    if not fixed_end:
        limit[n - 1, 10], limit[n - 1, 11] = -b[9], b[10]


@nb.njit(cache=True, nogil=True)
def interior_rows(
    sell: np.ndarray,
    hours: np.ndarray,
    availability: np.ndarray,
    battery: np.ndarray,
    capacity: np.ndarray,
    up: np.ndarray,
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
    """Solve every row of the outputs; a row that does not close to ``tolerance`` (relative gap) gets the value NaN."""
    n, m = hours.size, up.size
    rows = FIXED_ROWS + 2 * m
    limit, act, y, lam = np.empty((n, rows)), np.empty((n, rows)), np.empty((n, rows)), np.empty((n, rows))
    dy, dlam, weight, work = np.empty((n, rows)), np.empty((n, rows)), np.empty((n, rows)), np.empty((n, rows))
    z, dz, cz, rz = np.empty((n, m + 1)), np.empty((n, m + 1)), np.empty((n, m + 1)), np.empty((n, m + 1))
    s, ds, cs, rs = np.empty(n + 1), np.empty(n + 1), np.empty(n + 1), np.empty(n + 1)
    chol, left, right = np.empty((n, m + 1, m + 1)), np.empty((n, m + 1)), np.empty((n, m + 1))
    diagonal, off, k = np.empty(n + 1), np.empty(n), np.empty(2)
    for row in range(value_usd.size):
        b = battery[row if battery.shape[0] > 1 else 0]
        price = sell[row if sell.shape[0] > 1 else 0]
        share = availability[row if availability.shape[0] > 1 else 0]
        paid = capacity[row if capacity.shape[0] > 1 else 0]
        fixed_end = b[10] - b[9] <= 1e-9
        k[0], k[1] = b[5], b[6]
        scale = 1.0 + np.abs(price).mean()
        _costs(n, m, hours, k, b, price, paid, scale, cz, cs)
        _limits(n, m, b, share, most, fixed_end, limit)
        end = b[9] if fixed_end else 0.5 * (b[9] + b[10])
        for t in range(n + 1):
            s[t] = b[4] + (end - b[4]) * t / n
        for t in range(n):
            up_room = max(s[t] - b[2], 0.0)
            for i in range(m + 1):
                z[t, i] = 0.1 * b[0] * share[t] if i == 0 else 0.02 * min(b[1], up_room)
        _activities(n, m, hours, k, z, s, up, tau, act)
        floor = 0.5 * (b[0] + b[1])
        for t in range(n):
            for r in range(rows):
                y[t, r] = max(limit[t, r] - act[t, r], floor)
                lam[t, r] = 0.5 * hours[t]
        value_usd[row] = np.nan
        count = n * rows
        for _ in range(MOST_STEPS):
            # residuals
            gap, worst, slack_value = 0.0, 0.0, 0.0
            for t in range(n):
                for r in range(rows):
                    gap += y[t, r] * lam[t, r]
                    work[t, r] = act[t, r] + y[t, r] - limit[t, r]
                    worst = max(worst, abs(work[t, r]))
                    slack_value += lam[t, r] * (act[t, r] - limit[t, r])
            rz[:] = cz
            rs[:] = cs
            _gradient(n, m, hours, k, lam, up, tau, rz, rs)
            rs[0] = 0.0
            if fixed_end:
                rs[n] = 0.0
            cost = 0.0
            stray = 0.0
            for t in range(n):
                cost += cs[t] * s[t]
                stray += abs(rs[t]) * (b[3] - b[2])
                for i in range(m + 1):
                    cost += cz[t, i] * z[t, i]
                    stray += abs(rz[t, i]) * (b[0] + b[1])
            cost += cs[n] * s[n]
            stray += abs(rs[n]) * (b[3] - b[2])
            bound = cost + slack_value - stray
            if cost - bound <= tolerance * (1.0 + abs(cost)) and worst <= 1e-10 * (1.0 + b[3]):
                value_usd[row] = -cost * scale
                bound_usd[row] = -bound * scale
                break
            mu = gap / count
            for t in range(n):
                for r in range(rows):
                    weight[t, r] = lam[t, r] / y[t, r]
            _factorise(n, m, hours, k, weight, up, tau, fixed_end, chol, left, right, diagonal, off)
            # predictor: aim at complementarity 0, residuals 0
            for t in range(n):
                for r in range(rows):
                    dlam[t, r] = weight[t, r] * work[t, r] - lam[t, r]
            dz[:] = rz
            ds[:] = rs
            _gradient(n, m, hours, k, dlam, up, tau, dz, ds)
            dz *= -1.0
            ds *= -1.0
            _solve(n, m, fixed_end, chol, left, right, diagonal, off, dz, ds)
            _activities(n, m, hours, k, dz, ds, up, tau, dy)
            for t in range(n):
                for r in range(rows):
                    dlam[t, r] += weight[t, r] * dy[t, r]
                    dy[t, r] = -work[t, r] - dy[t, r]
            primal = _step_length(y.ravel(), dy.ravel())
            dual = _step_length(lam.ravel(), dlam.ravel())
            after = 0.0
            for t in range(n):
                for r in range(rows):
                    after += (y[t, r] + primal * dy[t, r]) * (lam[t, r] + dual * dlam[t, r])
            centre = (after / gap) ** 3 * mu
            # corrector
            for t in range(n):
                for r in range(rows):
                    complement = lam[t, r] * y[t, r] + dy[t, r] * dlam[t, r] - centre
                    dlam[t, r] = weight[t, r] * work[t, r] - complement / y[t, r]
            dz[:] = rz
            ds[:] = rs
            _gradient(n, m, hours, k, dlam, up, tau, dz, ds)
            dz *= -1.0
            ds *= -1.0
            _solve(n, m, fixed_end, chol, left, right, diagonal, off, dz, ds)
            _activities(n, m, hours, k, dz, ds, up, tau, dy)
            for t in range(n):
                for r in range(rows):
                    dlam[t, r] += weight[t, r] * dy[t, r]
                    dy[t, r] = -work[t, r] - dy[t, r]
            keep = max(0.99, 1.0 - 10.0 * mu)
            keep = min(keep, 0.9999)
            primal = min(1.0, keep * _step_length(y.ravel(), dy.ravel()))
            dual = min(1.0, keep * _step_length(lam.ravel(), dlam.ravel()))
            for t in range(n):
                s[t + 1] += primal * ds[t + 1]
                for i in range(m + 1):
                    z[t, i] += primal * dz[t, i]
                for r in range(rows):
                    y[t, r] += primal * dy[t, r]
                    lam[t, r] += dual * dlam[t, r]
            _activities(n, m, hours, k, z, s, up, tau, act)
        for t in range(n):
            charge_mw[row, t] = z[t, 0]
            discharge_mw[row, t] = act[t, 3]
            soc_mwh[row, t] = s[t]
            for i in range(m):
                awards_mw[row, i, t] = z[t, 1 + i]
        soc_mwh[row, n] = s[n]
