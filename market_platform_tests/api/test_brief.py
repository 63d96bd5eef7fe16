"""The briefs that were written, over HTTP: page or PDF by what the client asks for, and nothing outside their folder."""

import pytest

from market_platform.defs.marts.brief_files import brief_file

DAY = "2026-11-19"
PAGE = b"<!doctype html><title>Market brief 2026-11-19</title>"
PAPER = b"%PDF-1.4 a brief"


@pytest.fixture(scope="module", autouse=True)
def written(served):
    page, paper = (brief_file(served.platform, DAY, form) for form in ("html", "pdf"))
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(PAGE)
    paper.write_bytes(PAPER)


@pytest.mark.parametrize(
    ("name", "accept", "body", "media"),
    [
        (DAY, "*/*", PAGE, "text/html; charset=utf-8"),
        (DAY, "text/html,application/xhtml+xml,*/*;q=0.8", PAGE, "text/html; charset=utf-8"),
        (DAY, "text/html;q=0.5, application/pdf", PAPER, "application/pdf"),
        (f"{DAY}.pdf", "text/html", PAPER, "application/pdf"),
        (f"{DAY}.html", "application/pdf", PAGE, "text/html; charset=utf-8"),
    ],
)
def test_a_day_comes_as_page_or_pdf(client, name, accept, body, media):
    answer = client.get(f"/v1/brief/{name}", headers={"Accept": accept})
    assert answer.status_code == 200
    assert (answer.content, answer.headers["content-type"]) == (body, media)
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("name", "accept", "status"),
    [
        ("2026-11-18", "*/*", 404),
        ("2026-13-99", "*/*", 404),
        (DAY, "application/json", 406),
        ("yesterday", "*/*", 422),
        (f"{DAY}.txt", "*/*", 422),
        (f"..%2F..%2Fledger.db%00{DAY}", "*/*", 404),
        (f"%2e%2e%2f{DAY}", "*/*", 404),
    ],
)
def test_what_there_is_not_is_told(client, name, accept, status):
    answer = client.get(f"/v1/brief/{name}", headers={"Accept": accept})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_list_leads_to_page_and_pdf(client, served):
    (row,) = client.get("/v1/brief").json()["rows"]
    assert row["market_day"] == DAY
    assert client.get(row["page"]).content == PAGE
    assert client.get(row["pdf"]).content == PAPER
    with served.client(None) as stranger:
        assert {stranger.get(path).status_code for path in ("/v1/brief", row["page"], row["pdf"])} == {401}
