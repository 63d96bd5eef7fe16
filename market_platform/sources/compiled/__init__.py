"""The compiled loops over bytes behind the readers of CSV and JSON."""

from market_platform.sources.compiled.halves import take_over
from market_platform.sources.compiled.laying import lay_codes, lay_texts, length_laid
from market_platform.sources.compiled.lines import read_lines
from market_platform.sources.compiled.marks import ALONE, DONE, LABEL, MISFIT, MORE, NUMBER, PASSED, WORDY
from market_platform.sources.compiled.moments import read_moments
from market_platform.sources.compiled.objects import read_objects
from market_platform.sources.compiled.vocabularies import lay_out

__all__ = [
    "ALONE",
    "DONE",
    "LABEL",
    "MISFIT",
    "MORE",
    "NUMBER",
    "PASSED",
    "WORDY",
    "lay_codes",
    "lay_out",
    "lay_texts",
    "length_laid",
    "read_lines",
    "read_moments",
    "read_objects",
    "take_over",
]
