"""A file of somebody else is told to be no file of ERCOT's; nothing that a file may hold stops the import."""

import gzip

import hypothesis
import pytest
from hypothesis import strategies

from market_platform.sources.ercot.feeds import ERCOT
from market_platform.sources.payload import Payload

REPORT = b"DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n11/01/2026,01:00,HB_NORTH,21.5,N\n"


@pytest.mark.parametrize("level", [0, 9])
def test_gzip_is_no_report(level: int) -> None:
    assert ERCOT.recognise(Payload("weather.csv.gz", gzip.compress(REPORT, level, mtime=0))) is None


def test_bytes_with_a_lone_return_are_no_report() -> None:
    assert ERCOT.recognise(Payload("weather.csv.gz", b"\x1f\x8b\x08\x00a\rb,c\n")) is None


def test_a_binary_file_is_told_by_its_name() -> None:
    packed = gzip.compress(REPORT, 0, mtime=0)
    assert ERCOT.recognise(Payload("IntGenbyFuel2026.xls", packed)) == "ercot_fuel_mix_yearly"


@hypothesis.given(strategies.binary(max_size=300))
def test_any_bytes_are_judged(content: bytes) -> None:
    assert ERCOT.recognise(Payload("file", content)) is None


def test_the_report_itself_is_known() -> None:
    assert ERCOT.recognise(Payload("file.csv", REPORT)) == "ercot_dam_spp"
