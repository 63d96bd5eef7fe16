"""The slope merge: exact price-taker dispatch from the slopes of the value function.

``V_t(soc)``, the worth of stored energy, is concave and piecewise linear. Going back one interval adds one piece of
slope (price + cost)/charge efficiency and one of slope (price - cost) x discharge efficiency, sorts both in, and cuts
the result to the SOC limits. Where the two are sorted in is the whole policy: below ``fill_to`` charge, above
``draw_to`` discharge. Numba only; the public function is in ``optimal.py``.
"""

import numba as nb
import numpy as np

U1 = np.uint64(1)  # unsigned indices spare numba the test for negative ones, and the loops vectorise


@nb.njit(cache=True, nogil=True, inline="always")
def _count_above(slopes: np.ndarray, first: np.uint64, last: np.uint64, limit: float) -> np.uint64:
    """Return the index of the first slope <= ``limit`` in slopes[first:last], which falls from left to right."""
    low, high = first, last
    while low < high:
        middle = (low + high) >> U1
        if slopes[middle] > limit:
            low = middle + U1
        else:
            high = middle
    return low


@nb.njit(cache=True, nogil=True, inline="always")
def _count_at_least(slopes: np.ndarray, first: np.uint64, last: np.uint64, limit: float) -> np.uint64:
    """Return the index of the first slope < ``limit`` in slopes[first:last], which falls from left to right."""
    low, high = first, last
    while low < high:
        middle = (low + high) >> U1
        if slopes[middle] >= limit:
            low = middle + U1
        else:
            high = middle
    return low


@nb.njit(cache=True, nogil=True)
def merge_interval(
    points: np.ndarray,
    slopes: np.ndarray,
    head: np.uint64,
    tail: np.uint64,
    charge_slope: float,
    discharge_slope: float,
    charge_room: float,
    discharge_room: float,
    soc_min: float,
    soc_max: float,
) -> tuple[np.uint64, np.uint64, float, float]:
    """Go back one interval in place: V over points[head..tail] with slopes[head..tail-1].

    Returns the new head and tail and, in the coordinates of the *later* value function, the SOC up to which charging
    pays (``fill_to``) and the SOC down to which discharging pays (``draw_to``). The arrays need one free slot at
    both ends. Rooms are stored MWh that fit in one interval.
    """
    filled = _count_above(slopes, head, tail, charge_slope)
    drawn = _count_at_least(slopes, head, tail, discharge_slope)
    fill_to, draw_to = points[filled], points[drawn]
    if charge_slope >= discharge_slope:
        first, second, steeper, flatter, middle_shift = filled, drawn, charge_slope, discharge_slope, 0.0
    else:  # below zero it pays to charge and discharge at once: the plain LP does
        first, second, steeper, flatter = drawn, filled, discharge_slope, charge_slope
        middle_shift = discharge_room - charge_room
    while head < first and points[head + U1] - charge_room <= soc_min:
        head += U1
    while tail > second and points[tail - U1] + discharge_room >= soc_max:
        tail -= U1
    j = tail
    points[j + U1] = points[j] + discharge_room
    while j > second:
        j -= U1
        points[j + U1] = points[j] + discharge_room
        slopes[j + U1] = slopes[j]
    slopes[second] = flatter
    j = head
    points[j - U1] = points[j] - charge_room
    while j < first:
        slopes[j - U1] = slopes[j]
        points[j] = points[j + U1] - charge_room
        j += U1
    slopes[first - U1] = steeper
    if middle_shift != 0.0:
        j = first
        while j <= second:
            points[j] += middle_shift
            j += U1
    head, tail = head - U1, tail + U1
    while head + U1 < tail and points[head + U1] <= soc_min:
        head += U1
    while tail - U1 > head and points[tail - U1] >= soc_max:
        tail -= U1
    points[head] = max(points[head], soc_min)
    points[tail] = min(points[tail], soc_max)
    return head, tail, fill_to, draw_to


@nb.njit(cache=True, nogil=True, inline="always")
def next_soc(
    soc: float, fill_to: float, draw_to: float, charge_room: float, discharge_room: float, both_pay: bool
) -> tuple[float, float, float]:
    """Follow the policy of one interval: return next SOC, stored MWh put in, stored MWh taken out."""
    if not both_pay:
        if soc < fill_to:
            target = min(fill_to, soc + charge_room)
            return target, target - soc, 0.0
        if soc > draw_to:
            target = max(draw_to, soc - discharge_room)
            return target, 0.0, soc - target
        return soc, 0.0, 0.0
    both = soc + charge_room - discharge_room
    if fill_to < both:
        target = max(fill_to, soc - discharge_room)
        return target, target - soc + discharge_room, discharge_room
    if draw_to > both:
        target = min(draw_to, soc + charge_room)
        return target, charge_room, soc + charge_room - target
    return both, charge_room, discharge_room


@nb.njit(cache=True, nogil=True, error_model="numpy")
def dispatch_rows(
    sell_prices: np.ndarray,
    buy_prices: np.ndarray,
    hours: np.ndarray,
    availability: np.ndarray,
    battery: np.ndarray,
    first_row: int,
    last_row: int,
    charge_mw: np.ndarray,
    discharge_mw: np.ndarray,
    soc_mwh: np.ndarray,
    value_usd: np.ndarray,
) -> None:
    """Fill the outputs of rows first_row..last_row-1; an infeasible row gets the value NaN.

    Prices and availability have one row for all batteries or one each. Columns of ``battery``: see ``fleet.COLUMNS``.
    """
    intervals = hours.size
    points = np.empty(4 * intervals + 8)
    slopes = np.empty(4 * intervals + 8)
    fill_to = np.empty(intervals)
    draw_to = np.empty(intervals)
    for row in range(first_row, last_row):
        sell = sell_prices[row if sell_prices.shape[0] > 1 else 0]
        buy = buy_prices[row if buy_prices.shape[0] > 1 else 0]
        share = availability[row if availability.shape[0] > 1 else 0]
        b = battery[row if battery.shape[0] > 1 else 0]
        soc_min, soc_max = b[2], b[3]
        head = np.uint64(2 * intervals + 3)
        tail = head + U1
        points[head], points[tail], slopes[head] = b[9], b[10], b[11]
        for t in range(intervals - 1, -1, -1):
            room = hours[t] * share[t]
            head, tail, fill_to[t], draw_to[t] = merge_interval(
                points, slopes, head, tail,
                (buy[t] + b[7]) / b[5], (sell[t] - b[8]) * b[6], b[0] * b[5] * room, b[1] / b[6] * room,
                soc_min, soc_max,
            )  # fmt: skip
        soc = b[4]
        if not points[head] - 1e-9 <= soc <= points[tail] + 1e-9:
            value_usd[row] = np.nan
            continue
        total = 0.0
        soc_mwh[row, 0] = soc
        for t in range(intervals):
            room = hours[t] * share[t]
            both_pay = (buy[t] + b[7]) / b[5] < (sell[t] - b[8]) * b[6]
            soc, put_in, taken_out = next_soc(
                soc, fill_to[t], draw_to[t], b[0] * b[5] * room, b[1] / b[6] * room, both_pay
            )
            charged, discharged = put_in / b[5], taken_out * b[6]
            total += discharged * (sell[t] - b[8]) - charged * (buy[t] + b[7])
            charge_mw[row, t] = charged / hours[t]
            discharge_mw[row, t] = discharged / hours[t]
            soc_mwh[row, t + 1] = soc
        value_usd[row] = total + b[11] * soc
