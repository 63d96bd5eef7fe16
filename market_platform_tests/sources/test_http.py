"""The client: patience, pace and typed errors."""

from datetime import UTC, date, datetime

import httpx
import pytest

from market_platform.errors import Gone, NotPublishedYet, Rejected, Throttled, Unavailable
from market_platform.sources.http import Client
from market_platform.sources.payload import Request

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
DAY = (date(2026, 11, 2),)


class Time:
    """A clock that only moves when somebody sleeps."""

    def __init__(self):
        self.seconds = 0.0
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.seconds += seconds

    def monotonic(self):
        return self.seconds


def client(handler, time=None, pace=None):
    time = time or Time()
    return Client(
        pace or {},
        transport=httpx.MockTransport(handler),
        clock=lambda: NOW,
        sleep=time.sleep,
        monotonic=time.monotonic,
    )


def ask(handler, time=None, **request):
    return client(handler, time).fetch(Request("https://host.example/a.csv", "a.csv", DAY, **request))


def test_the_publishers_stamp_comes_with_the_bytes():
    stamp = "Sun, 01 Nov 2026 12:00:00 GMT"
    payload = ask(lambda _: httpx.Response(200, content=b"x,y\n", headers={"Last-Modified": stamp}))
    assert payload.content == b"x,y\n"
    assert payload.published_at == datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_a_404_means_not_yet_or_gone():
    with pytest.raises(NotPublishedYet, match=r"a\.csv"):
        ask(lambda _: httpx.Response(404))
    with pytest.raises(Gone, match="no longer kept"):
        ask(lambda _: httpx.Response(404), archived=True)


def test_a_refusal_is_not_tried_again():
    calls = []
    with pytest.raises(Rejected, match="403"):
        ask(lambda request: calls.append(request) or httpx.Response(403))
    assert len(calls) == 1


@pytest.mark.parametrize("retry_after", ["7", "Mon, 02 Nov 2026 06:30:07 GMT"])
def test_retry_after_is_honoured_in_both_its_forms(retry_after):
    answers = [httpx.Response(429, headers={"Retry-After": retry_after}), httpx.Response(200, content=b"a\n")]
    time = Time()
    assert ask(lambda _: answers.pop(0), time).content == b"a\n"
    assert time.slept == [7.0]


def test_a_throttle_page_with_status_200_is_told_from_data():
    with pytest.raises(Throttled):
        ask(lambda _: httpx.Response(200, text="<html>Too Many Requests</html>"))
    assert ask(lambda _: httpx.Response(200, text="notice\nrate limit of line 4\n")).content.startswith(b"notice")


def test_a_failing_server_is_tried_again_with_growing_pauses_and_then_named():
    time = Time()
    with pytest.raises(Unavailable, match="503"):
        ask(lambda _: httpx.Response(503), time)
    assert len(time.slept) == 4
    assert time.slept == sorted(time.slept)


def test_a_time_out_is_unavailable():
    def handler(request):
        raise httpx.ReadTimeout("slow", request=request)

    with pytest.raises(Unavailable, match="ReadTimeout"):
        ask(handler)


def test_two_requests_to_a_host_keep_their_distance_and_two_hosts_do_not_wait_for_each_other():
    time = Time()
    paced = client(lambda _: httpx.Response(200, content=b"a\n"), time, {"host.example": 5.0})
    for _ in range(3):
        paced.fetch(Request("https://host.example/a.csv", "a.csv", DAY))
    paced.fetch(Request("https://other.example/a.csv", "a.csv", DAY))
    assert time.slept == [5.0, 5.0]


def test_secrets_reach_neither_payload_nor_error():
    secret = {"url": "https://host.example/a?api_key=s3cret", "file_name": "a", "days": DAY, "secrets": ("s3cret",)}
    echo = client(lambda request: httpx.Response(200, text=f'{{"asked": "{request.url}"}}'))
    assert b"s3cret" not in echo.fetch(Request(**secret)).content
    for status in (404, 403):
        with pytest.raises((NotPublishedYet, Rejected)) as caught:
            client(lambda _, status=status: httpx.Response(status)).fetch(Request(**secret))
        assert "s3cret" not in str(caught.value)
