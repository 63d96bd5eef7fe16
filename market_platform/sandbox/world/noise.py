"""Counter-based noise: the only source of chance in the world.

A draw is a hash of (stream, index), where a stream names a seed, a market and a quantity and an index counts hours,
days or knots since 1970. Nothing is drawn in sequence, so any moment gives the same value whatever was asked before,
and a smooth series has no seam at midnight because its knots know nothing of days.
"""

import hashlib
from collections.abc import Iterable

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LANE = np.uint64(0xFFFF)


def stream(*parts: object) -> np.ndarray:
    """Return the stream named by ``parts`` as an array of one unsigned 64-bit number."""
    digest = hashlib.blake2b("/".join(map(str, parts)).encode(), digest_size=8).digest()
    return np.frombuffer(digest, dtype="<u8")


def streams(names: Iterable[object], *parts: object) -> np.ndarray:
    """Return one stream for each name, shape (names,)."""
    return np.concatenate([stream(*parts, name) for name in names])


def uniform(keys: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return numbers in [0, 1), one for each pair of broadcast ``keys`` and integer ``index``."""
    return (_hash(keys, index) >> np.uint64(11)).astype(float) * 2.0**-53


def normal(keys: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return near-normal numbers of unit variance, never beyond 3.47 in size (the sum of four 16-bit uniforms)."""
    bits = _hash(keys, index)
    lanes = sum(((bits >> np.uint64(shift)) & _LANE).astype(float) for shift in (0, 16, 32, 48))
    return (lanes / 65536.0 - 2.0) * np.sqrt(3.0)


def smooth(keys: np.ndarray, hours_per_knot: float, hours: np.ndarray) -> np.ndarray:
    """Return smooth noise of zero mean and unit variance, shape (keys, times).

    ``hours`` counts from 1970 UTC, shape (times,) or, each key at its own times, (keys, times). Between knots it is a
    Catmull-Rom curve whose weights are scaled so that the variance is one everywhere, not only at the knots.
    """
    position = np.atleast_2d(hours) / hours_per_knot
    knot = np.floor(position).astype(np.int64)
    first = knot.min() - 1
    values = normal(keys[:, None], np.arange(first, knot.max() + 3)[None, :])
    offset = knot - first - 1
    weights = _catmull_rom(position - knot)
    if len(offset) == 1:
        return sum(weight * values[:, offset[0] + step] for step, weight in enumerate(weights))
    row = np.arange(len(keys))[:, None] if len(keys) > 1 else np.zeros((1, 1), dtype=np.int64)
    return sum(weight * values[row, offset + step] for step, weight in enumerate(weights))


def _catmull_rom(part: np.ndarray) -> list[np.ndarray]:
    square, cube = part**2, part**3
    weights = [
        (-cube + 2 * square - part) / 2,
        (3 * cube - 5 * square + 2) / 2,
        (-3 * cube + 4 * square + part) / 2,
        (cube - square) / 2,
    ]
    norm = np.sqrt(sum(weight**2 for weight in weights))
    return [weight / norm for weight in weights]


def _hash(keys: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return the splitmix64 finaliser of key + index (Steele, Lea and Flood 2014); it wraps on purpose."""
    bits = np.asarray(keys) + np.atleast_1d(index).astype(np.uint64) * _GOLDEN
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return bits ^ (bits >> np.uint64(31))
