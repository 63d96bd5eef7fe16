"""Looking at bytes before trusting them."""

import io
import zipfile
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from market_platform.errors import StoreError, UnreadablePayload
from market_platform.sources.payload import Payload, unpack
from market_platform.sources.side_by_side import WORTHWHILE_BYTES
from market_platform.store.archive import FolderArchive


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(f"{name}.csv", (2025, 11, 2, 8, 0, 12))
            archive.writestr(info, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (b"<!DOCTYPE html><html><title>Down for maintenance</title>", "maintenance"),
        (zipped(a=b"x" * 1000)[:60], "zip"),
        (b"PK\x05\x06" + bytes(18), "holds no file"),
    ],
)
def test_what_is_no_data_is_named(content, word):
    with pytest.raises(UnreadablePayload, match=word):
        unpack(Payload("a.zip", content))


def test_zips_inside_zips_come_out_with_their_stamp():
    inner = zipped(b=b"2\n")
    files = unpack(Payload("outer.zip", zipped(a=b"1\n")), ZoneInfo("America/New_York"))
    assert [(file.name, file.content, file.published_at.astimezone(UTC)) for file in files] == [
        ("outer.zip!a.csv", b"1\n", datetime(2025, 11, 2, 13, 0, 12, tzinfo=UTC))
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("in.zip", inner)
    assert [file.name for file in unpack(Payload("o.zip", buffer.getvalue()))] == ["o.zip!in.zip!b.csv"]


def test_large_members_come_out_in_order_and_the_first_broken_one_is_named():
    parts = {name: name.encode() * size for name, size in zip("abcde", (9, 1, WORTHWHILE_BYTES, 3, 8), strict=True)}
    whole = zipped(**parts)
    files = unpack(Payload("o.zip", whole))
    assert [(file.base_name, file.content) for file in files] == [
        (f"{name}.csv", content) for name, content in parts.items()
    ]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        sums = [info.CRC.to_bytes(4, "little") for info in archive.infolist()]
    for wrong, named in ((sums[3:], "d"), (sums[1:], "b"), (sums[:1], "a")):
        damaged = whole
        for one in wrong:
            damaged = damaged.replace(one, bytes(4))
        with pytest.raises(UnreadablePayload, match=f"{named}.csv"):
            unpack(Payload("o.zip", damaged))


def test_the_archive_keeps_bytes_once_and_notices_damage(tmp_path):
    archive = FolderArchive(tmp_path)
    digest = archive.keep(b"bytes")
    assert archive.keep(b"bytes") == digest
    assert archive.read(digest) == b"bytes"
    assert len(list(tmp_path.rglob("*"))) == 2
    archive.place(digest).chmod(0o644)
    archive.place(digest).write_bytes(b"other")
    with pytest.raises(StoreError, match="damaged"):
        archive.read(digest)
    with pytest.raises(StoreError, match="no payload"):
        archive.read("0" * 64)
