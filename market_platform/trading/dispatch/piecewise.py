"""Dynamic programming over piecewise linear value functions that need not be concave. Numba only.

A function is two arrays, points (rising) and values; it is linear between points and undefined outside them. All that
calls each other stands in this one module: numba's cache does not notice a change in another file.
"""

import numba as nb
import numpy as np

CLOSE = 1e-11  # points nearer than this share of 1 + |point| are one point: sums of the same rooms in another order
STRAIGHT = 2e-14  # a corner lower than this share of 1 + |value| is rounding: some hundred units in the last place


BLOCK = (
    2048  # value functions kept at once; a longer horizon keeps one per block and goes back through each block again
)


@nb.njit(cache=True, nogil=True, inline="always")
def _append(points: np.ndarray, values: np.ndarray, count: int, point: float, value: float) -> int:
    """Append a point, melting it with the last where both are one, and dropping the last where the line runs straight.

    Of two points that are one the higher value stays: an optimum must not be lost to rounding.
    """
    if count > 0 and point - points[count - 1] <= CLOSE * (1.0 + abs(point)):
        values[count - 1] = max(value, values[count - 1])
        return count
    if count > 1:
        share = (points[count - 1] - points[count - 2]) / (point - points[count - 2])
        chord = values[count - 2] + (value - values[count - 2]) * share
        if abs(values[count - 1] - chord) <= STRAIGHT * (1.0 + abs(value)):
            count -= 1
    points[count] = point
    values[count] = value
    return count + 1


@nb.njit(cache=True, nogil=True, inline="always")
def _on_segment(points: np.ndarray, values: np.ndarray, segment: int, at: float) -> float:
    """Return the value at ``at`` on the line through points[segment] and points[segment + 1]."""
    left, right = points[segment], points[segment + 1]
    if at >= right:
        return values[segment + 1]
    return values[segment] + (values[segment + 1] - values[segment]) * (at - left) / (right - left)


@nb.njit(cache=True, nogil=True)
def value_at(points: np.ndarray, values: np.ndarray, at: float) -> float:
    """Return the function's value, with the end values beyond the ends."""
    if at <= points[0]:
        return values[0]
    if at >= points[-1]:
        return values[-1]
    return _on_segment(points, values, int(np.searchsorted(points, at, side="right")) - 1, at)


@nb.njit(cache=True, nogil=True)
def sliding_max(points: np.ndarray, values: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """Return max of the function over [s, s + width] for s from points[0] - width to points[-1], exactly.

    Between two events (a point enters at the right, or leaves at the left) it is the largest of the line at the left
    edge, the highest point inside and the line at the right edge.
    """
    if width <= 0.0:
        return points, values
    last = points.size - 1
    out_points, out_values = np.empty(6 * points.size + 6), np.empty(6 * points.size + 6)
    inside = np.empty(points.size, dtype=np.int64)  # monotone queue of points inside the window, highest first
    inside[0] = 0
    first_in, end_in = 0, 1
    entered, left = 1, 0  # points that came in from the right; points that the left edge has passed
    start = points[0] - width
    count = _append(out_points, out_values, 0, start, values[0])
    while left <= last:
        enters = points[entered] - width if entered <= last else np.inf
        end = min(enters, points[left])
        if end > start:
            top = values[inside[first_in]] if end_in > first_in else -np.inf
            at_left = at_left_end = at_right = at_right_end = -np.inf
            if left > 0:
                at_left = _on_segment(points, values, left - 1, start)
                at_left_end = _on_segment(points, values, left - 1, end)
            if entered <= last:
                at_right = _on_segment(points, values, entered - 1, start + width)
                at_right_end = _on_segment(points, values, entered - 1, end + width)
            lines = ((at_left, at_left_end), (top, top), (at_right, at_right_end))
            count = _append_highest(out_points, out_values, count, start, end, lines)
        if enters <= points[left]:
            while end_in > first_in and values[inside[end_in - 1]] <= values[entered]:
                end_in -= 1
            inside[end_in] = entered
            end_in += 1
            entered += 1
        else:
            if end_in > first_in and inside[first_in] == left:
                first_in += 1
            left += 1
        start = max(start, end)
    return out_points[:count], out_values[:count]


@nb.njit(cache=True, nogil=True, inline="always")
def _append_highest(
    points: np.ndarray,
    values: np.ndarray,
    count: int,
    start: float,
    end: float,
    lines: tuple[tuple[float, float], tuple[float, float], tuple[float, float]],
) -> int:
    """Append the corners and the end of the highest of three lines (value at start, value at end; -inf: none)."""
    best = 0
    for line in range(1, 3):
        higher = lines[line][0] - lines[best][0]
        if higher > 0.0 or (higher == 0.0 and lines[line][1] > lines[best][1]):
            best = line
    for _ in range(2):
        share, after = 1.0, best
        for line in range(3):
            if lines[line][0] > -np.inf and lines[line][1] > lines[best][1]:
                above = lines[best][0] - lines[line][0]
                crossing = above / (above + lines[line][1] - lines[best][1])
                if crossing < share:
                    share, after = crossing, line
        if after == best:
            break
        at = lines[best][0] + (lines[best][1] - lines[best][0]) * share
        count = _append(points, values, count, start + (end - start) * share, at)
        best = after
    return _append(points, values, count, end, max(lines[0][1], lines[1][1], lines[2][1]))


@nb.njit(cache=True, nogil=True)
def upper_envelope(
    points_a: np.ndarray, values_a: np.ndarray, points_b: np.ndarray, values_b: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the larger of two functions, of a alone left of b's first point and b alone right of a's last.

    Needs points_a[0] <= points_b[0] <= points_a[-1] <= points_b[-1].
    """
    size = 2 * (points_a.size + points_b.size) + 2
    points, values = np.empty(size), np.empty(size)
    count, i, j = 0, 0, 0
    gap_before, before, a_before = 0.0, points_a[0], values_a[0]
    while i < points_a.size or j < points_b.size:
        at = min(points_a[i] if i < points_a.size else np.inf, points_b[j] if j < points_b.size else np.inf)
        while i < points_a.size and points_a[i] <= at:
            i += 1
        while j < points_b.size and points_b[j] <= at:
            j += 1
        a = _at_event(points_a, values_a, i, at)
        b = _at_event(points_b, values_b, j, at)
        gap = a - b if a > -np.inf and b > -np.inf else 0.0
        if gap_before * gap < 0.0:
            share = gap_before / (gap_before - gap)
            count = _append(points, values, count, before + (at - before) * share, a_before + (a - a_before) * share)
        count = _append(points, values, count, at, max(a, b))
        gap_before, before, a_before = gap, at, a
    return points[:count], values[:count]


@nb.njit(cache=True, nogil=True, inline="always")
def _at_event(points: np.ndarray, values: np.ndarray, passed: int, at: float) -> float:
    """Return the value at ``at``, of which ``passed`` points lie at or left; -inf outside the function."""
    if passed == 0 or at > points[-1]:
        return -np.inf
    if points.size == 1:
        return values[0]
    return _on_segment(points, values, min(passed - 1, points.size - 2), at)


@nb.njit(cache=True, nogil=True)
def restrict(points: np.ndarray, values: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the function on [low, high] only."""
    if points[0] >= low and points[-1] <= high:
        return points, values
    first = np.searchsorted(points, low, side="right") if points[0] < low else 0
    last = np.searchsorted(points, high, side="left") if points[-1] > high else points.size
    out_points, out_values = np.empty(last - first + 2), np.empty(last - first + 2)
    count = 0
    if points[0] < low:
        count = _append(out_points, out_values, count, low, value_at(points, values, low))
    for i in range(first, last):
        count = _append(out_points, out_values, count, points[i], values[i])
    if points[-1] > high:
        count = _append(out_points, out_values, count, high, value_at(points, values, high))
    return out_points[:count], out_values[:count]


@nb.njit(cache=True, nogil=True)
def step_back(
    points: np.ndarray,
    values: np.ndarray,
    charge_slope: float,
    discharge_slope: float,
    charge_room: float,
    discharge_room: float,
    soc_min: float,
    soc_max: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the value function one interval earlier: the better of only charging and only discharging."""
    up_points, up_values = sliding_max(points, values - charge_slope * points, charge_room)
    down_points, down_values = sliding_max(points, values - discharge_slope * points, discharge_room)
    shifted = down_points + max(0.0, discharge_room)
    up_values = up_values + charge_slope * up_points
    down_values = down_values + discharge_slope * shifted
    all_points, all_values = upper_envelope(up_points, up_values, shifted, down_values)
    return restrict(all_points, all_values, soc_min, soc_max)


@nb.njit(cache=True, nogil=True)
def best_step(
    points: np.ndarray,
    values: np.ndarray,
    soc: float,
    charge_slope: float,
    discharge_slope: float,
    charge_room: float,
    discharge_room: float,
) -> float:
    """Return the next SOC that earns most; standing still wins a tie."""
    low, high = max(soc - discharge_room, points[0]), min(soc + charge_room, points[-1])
    best = min(max(soc, points[0]), points[-1])
    best_worth = value_at(points, values, best) - (
        charge_slope * (best - soc) if best >= soc else discharge_slope * (best - soc)
    )
    first = np.searchsorted(points, low, side="right")
    last = np.searchsorted(points, high, side="left")
    for i in range(first - 1, last + 1):
        at = low if i < first else (high if i >= last else points[i])
        worth = value_at(points, values, at) if i < first or i >= last else values[i]
        worth -= charge_slope * (at - soc) if at >= soc else discharge_slope * (at - soc)
        if worth > best_worth:
            best, best_worth = at, worth
    return best


@nb.njit(cache=True, nogil=True)
def exclusive_row(
    sell: np.ndarray,
    buy: np.ndarray,
    hours: np.ndarray,
    share: np.ndarray,
    b: np.ndarray,
    charge_mw: np.ndarray,
    discharge_mw: np.ndarray,
    soc_mwh: np.ndarray,
) -> float:
    """Fill one row's outputs and return its value. Columns of ``b``: see ``fleet.COLUMNS``."""
    intervals = hours.size
    points = np.array([b[9], b[10]]) if b[10] > b[9] else np.array([b[9]])
    values = b[11] * points
    charge_slope, discharge_slope = (buy + b[7]) / b[5], (sell - b[8]) * b[6]
    charge_room, discharge_room = b[0] * b[5] * hours * share, b[1] / b[6] * hours * share
    block_ends = [(points, values)]
    for t in range(intervals - 1, BLOCK - 1, -1):
        points, values = step_back(
            points, values, charge_slope[t], discharge_slope[t], charge_room[t], discharge_room[t], b[2], b[3]
        )
        if t % BLOCK == 0:
            block_ends.append((points, values))
    soc, total = b[4], 0.0
    soc_mwh[0] = soc
    for first in range(0, intervals, BLOCK):
        last = min(first + BLOCK, intervals)
        points, values = block_ends.pop()
        later = [(points, values)]
        for t in range(last - 1, first, -1):
            points, values = step_back(
                points, values, charge_slope[t], discharge_slope[t], charge_room[t], discharge_room[t], b[2], b[3]
            )
            later.append((points, values))
        for t in range(first, last):
            points, values = later.pop()
            target = best_step(
                points, values, soc, charge_slope[t], discharge_slope[t], charge_room[t], discharge_room[t]
            )
            charged, discharged = max(target - soc, 0.0) / b[5], max(soc - target, 0.0) * b[6]
            total += discharged * (sell[t] - b[8]) - charged * (buy[t] + b[7])
            charge_mw[t], discharge_mw[t] = charged / hours[t], discharged / hours[t]
            soc = target
            soc_mwh[t + 1] = soc
    return total + b[11] * soc
