import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from amt_live.errors import UsageError
from export.wikipedia import Manners, Skipped, Stopped, Wikipedia, retry_after_s
from tests.export.web import PATH, Web, body, page, web

BOSSA = "Bossa nova is a relaxed style of samba."
QUICK = Manners(delay_s=0, timeout_s=0.4, backoff_s=2, most_bytes=20_000)
GOOD = page("Bossa nova", BOSSA)


@pytest.fixture
def server() -> Iterator[Web]:
    with web() as made:
        yield made


class Client:
    """A client that notes its waits instead of waiting."""

    def __init__(self, server: Web, folder: Path, manners: Manners = QUICK) -> None:
        self.waits: list[float] = []
        self.wiki = Wikipedia(folder, server.url, manners, sleep=self.waits.append)


def test_a_page_is_fetched_once_and_kept_for_later_runs(server, tmp_path):
    server.script["Bossa nova"] = [GOOD]
    first = Client(server, tmp_path).wiki.page("Bossa nova")
    again = Client(server, tmp_path).wiki
    assert first == again.page("Bossa nova")
    assert (first.extract, first.revision) == (BOSSA, "1234")
    assert first.url == "https://en.wikipedia.org/wiki/Bossa nova"
    assert server.asked == ["Bossa nova"] and again.requests == 0


def test_it_says_who_asks_and_where_to_complain(server, tmp_path):
    Client(server, tmp_path).wiki.page("Anything")
    (agent,) = server.agents
    assert agent.startswith("amt-live/") and "https://" in agent


def test_a_page_that_does_not_exist_is_remembered(server, tmp_path):
    assert Client(server, tmp_path).wiki.page("Nothing") is None
    assert Client(server, tmp_path).wiki.page("Nothing") is None
    assert server.asked == ["Nothing"]


def test_two_requests_are_a_delay_apart(server, tmp_path):
    client = Client(server, tmp_path, Manners(delay_s=50))
    for title in ("A", "B", "C"):
        client.wiki.page(title)
    assert [49 < wait <= 50 for wait in client.waits] == [True, True]


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_obeyed(server, tmp_path, status):
    server.script["Bossa nova"] = [body(b"", status, Retry_After="7"), GOOD]
    client = Client(server, tmp_path)
    assert client.wiki.page("Bossa nova").extract == BOSSA
    assert client.waits == [7.0]


def test_retry_after_may_be_a_date(server, tmp_path):
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    server.script["Bossa nova"] = [body(b"", 429, Retry_After=at), GOOD]
    client = Client(server, tmp_path)
    client.wiki.page("Bossa nova")
    assert 30 < client.waits[0] <= 60


@pytest.mark.parametrize("text", ["", "soon", "-3", "1e9", "Mon, 99 Foo 2026"])
def test_a_retry_after_that_says_nothing_counts_for_nothing(text):
    assert retry_after_s(text) is None


def test_without_retry_after_waits_grow_and_differ_by_chance(server, tmp_path):
    server.script["Bossa nova"] = [body(b"", 429), body(b"", 429), body(b"", 429), GOOD]
    runs = []
    for name in ("a", "b"):
        server.script["Bossa nova"] = [body(b"", 429)] * 3 + [GOOD]
        client = Client(server, tmp_path / name)
        client.wiki.page("Bossa nova")
        runs.append(client.waits)
        for wait, least in zip(client.waits, (2, 4, 8), strict=True):
            assert least <= wait <= 1.5 * least
    assert runs[0] != runs[1]


@pytest.mark.parametrize(
    ("reply", "why"),
    [(body(b"", 429), "busy"), (body(b"", 429, Retry_After="9999"), "asks to wait 9999 s")],
)
def test_a_server_that_wants_to_be_left_alone_is_left_alone(server, tmp_path, reply, why):
    server.script["Samba"] = [reply]
    client = Client(server, tmp_path)
    with pytest.raises(Stopped, match=why):
        client.wiki.page("Samba")
    asked = len(server.asked)
    with pytest.raises(Stopped, match=why):
        client.wiki.page("Tango")
    assert len(server.asked) == asked and sum(client.waits) < 60


def test_a_failing_server_gets_another_chance(server, tmp_path):
    server.script["Bossa nova"] = [body(b"oops", 500), GOOD]
    assert Client(server, tmp_path).wiki.page("Bossa nova").extract == BOSSA


def _redirect(to: str):
    return body(b"", 302, Location=to)


BROKEN = {
    "failing": (body(b"oops", 500), "status 500"),
    "forbidden": (body(b"", 403), "refused"),
    "cut short": (body(b'{"title": "x"', promised=5000), "broke off"),
    "huge": (body(b" " * 30_000), "larger than 20000 bytes"),
    "no json": (body(b"<html>hello</html>"), "no summary"),
    "a list": (body(b"[1, 2]"), "no summary"),
    "other types": (body(b'{"title": 5, "extract": []}'), "no summary"),
    "deep": (body(b"[" * 9000), "no summary"),
    "odd urls": (body(b'{"title": "a", "extract": "b", "content_urls": 3}'), "no summary"),
    "not utf-8": (body(b"\xff\xfe\xff"), "no summary"),
    "a loop": (_redirect(f"{PATH}Samba"), "redirect"),
    "elsewhere": (_redirect("http://127.0.0.2:1/"), "redirect that is not followed"),
    "a file": (_redirect("file:///etc/passwd"), "redirect that is not followed"),
    "silence": (Web.slow, "slowly"),
    "drops": (Web.dripping, "slowly"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_whatever_is_sent_only_that_page_is_skipped(server, tmp_path, kind):
    reply, why = BROKEN[kind]
    if kind in ("silence", "drops"):
        server.script["Samba"] = [lambda handler: reply(server, handler)]
    else:
        server.script["Samba"] = [reply]
    server.script["Bossa nova"] = [GOOD]
    client = Client(server, tmp_path)
    with pytest.raises(Skipped, match=why):
        client.wiki.page("Samba")
    assert server.asked.count("Samba") <= QUICK.tries + QUICK.redirects
    assert client.wiki.page("Bossa nova").extract == BOSSA
    # It is asked for again in the next run.
    server.script["Samba"] = [page("Samba", "Samba is a dance.")]
    assert Client(server, tmp_path).wiki.page("Samba").extract == "Samba is a dance."


def test_a_redirect_on_the_same_host_is_followed(server, tmp_path):
    server.script["Bossanova"] = [_redirect(f"{PATH}Bossa_nova")]
    server.script["Bossa nova"] = [GOOD]
    assert Client(server, tmp_path).wiki.page("Bossanova").title == "Bossa nova"


def test_without_network_what_was_fetched_is_still_there(server, tmp_path):
    server.script["Bossa nova"] = [GOOD]
    Client(server, tmp_path).wiki.page("Bossa nova")
    server.server.server_close()
    server.server.shutdown()
    wiki = Client(server, tmp_path).wiki
    with pytest.raises(Stopped, match="cannot be reached"):
        wiki.page("Samba")
    assert wiki.page("Bossa nova").extract == BOSSA


@pytest.mark.parametrize("content", ["", '{"page": {"ti', '{"page": {"name": 1}}', "[]"])
def test_a_kept_page_that_was_damaged_is_fetched_again(server, tmp_path, content):
    server.script["Bossa nova"] = [GOOD]
    Client(server, tmp_path).wiki.page("Bossa nova")
    (kept,) = tmp_path.rglob("*.json")
    assert json.loads(kept.read_text())["title"] == "Bossa nova"
    kept.write_text(content)
    assert Client(server, tmp_path).wiki.page("Bossa nova").extract == BOSSA
    assert len(server.asked) == 2


@pytest.mark.parametrize("url", ["", "wikipedia", "file:///etc", "https://user:word@host"])
def test_an_address_that_is_none_is_one_line(tmp_path, url):
    with pytest.raises(UsageError, match="no web address"):
        Wikipedia(tmp_path, url)
