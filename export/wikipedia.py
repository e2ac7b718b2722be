"""Summaries of Wikipedia pages, fetched politely and kept on disk.

One request at a time, with a pause between two; asked to wait, it waits; what was fetched once is
never fetched again. Nothing that a server sends (errors, endless or broken replies, redirects to
elsewhere) ends in anything but a page, ``None`` for "no such page", or one of two errors:
``Skipped`` (this page; go on) and ``Stopped`` (no network, or the server wants to be left alone).
The standard library serves: what matters here is when not to ask.
"""

import hashlib
import http.client
import json
import os
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import quote, urlsplit

from amt_live import __version__
from amt_live.errors import UsageError

BASE_URL: Final = "https://en.wikipedia.org"
PATH: Final = "/api/rest_v1/page/summary/"
CONTACT: Final = "https://pypi.org/project/amt-live/"
LICENCE: Final = "CC BY-SA 4.0"

_BUSY: Final = (429, 503)
_FAILED: Final = (500, 502, 504)
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Manners:
    """How often, how long and how much is asked for. Times in seconds."""

    delay_s: float = 1.0
    timeout_s: float = 10.0
    tries: int = 4
    backoff_s: float = 2.0
    """Doubled with every try, and up to half as much again by chance."""
    longest_wait_s: float = 120.0
    """Asked to wait longer than this, the run ends; the next one goes on."""
    most_bytes: int = 512_000
    redirects: int = 3


@dataclass(frozen=True, slots=True)
class Page:
    """What a summary says, and what its licence asks to be said of it."""

    title: str
    extract: str
    url: str
    revision: str
    kind: str = "standard"
    language: str = ""
    description: str = ""


class Skipped(Exception):
    """This page cannot be had; the message says why."""


class Stopped(Exception):
    """No page can be had now; the message says why."""


class _Again(Exception):
    """A try failed in a way that may pass; ``wait_s`` as the server wants it."""

    def __init__(self, why: str, wait_s: float | None = None, *, is_busy: bool = False) -> None:
        super().__init__(why)
        self.wait_s = wait_s
        self.is_busy = is_busy


class Wikipedia:
    """Pages by title. ``requests`` counts what went over the network."""

    def __init__(
        self,
        cache: Path,
        base_url: str = BASE_URL,
        manners: Manners | None = None,
        *,
        contact: str = CONTACT,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Nothing is asked for yet; UsageError for a base URL that is none."""
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise UsageError(f"{base_url[:80]!r} is no web address; give one such as {BASE_URL}")
        self._base = base_url.rstrip("/")
        self._manners = manners or Manners()
        self._cache = cache / parts.netloc.replace(":", "_")
        self._sleep = sleep
        self._chance = random.Random()
        self._asked_s: float | None = None
        self.requests = 0
        self.why_stopped = ""
        agent = f"amt-live/{__version__} ({' '.join(contact.split())}) Python-urllib"
        self._headers = {"User-Agent": agent, "Accept": "application/json"}
        self._opener = urllib.request.build_opener(_SameHost(self._manners.redirects))

    def page(self, title: str) -> Page | None:
        """The summary of a page, from disk if it was fetched before; None where there is none.

        Raises Skipped, or Stopped; once stopped, only what is on disk is given.
        """
        path = self._cache / f"{hashlib.sha256(title.encode()).hexdigest()[:32]}.json"
        known = _read(path)
        if known is not None:
            return Page(**known["page"]) if known["page"] else None
        if self.why_stopped:
            raise Stopped(self.why_stopped)
        try:
            page = self._fetch(title)
        except Stopped as stopped:
            self.why_stopped = str(stopped)
            raise
        now = datetime.now(UTC).isoformat(timespec="seconds")
        record = {"title": title, "fetched": now, "page": asdict(page) if page else None}
        write_atomically(path, json.dumps(record, ensure_ascii=False))
        return page

    def _fetch(self, title: str) -> Page | None:
        url = f"{self._base}{PATH}{quote(title.replace(' ', '_'), safe='')}"
        manners = self._manners
        for number in range(1, manners.tries + 1):
            self._pause()
            try:
                return self._ask(url)
            except _Again as again:
                if number == manners.tries:
                    if again.is_busy:
                        raise Stopped(f"{self._host} is busy ({again})") from None
                    raise Skipped(str(again)) from None
                wait_s = again.wait_s
                if wait_s is None:
                    wait_s = manners.backoff_s * 2 ** (number - 1)
                    wait_s *= 1 + self._chance.random() / 2
                if wait_s > manners.longest_wait_s:
                    raise Stopped(f"{self._host} asks to wait {wait_s:.0f} s") from None
                self._sleep(wait_s)
        raise AssertionError("a try either returns or raises")

    @property
    def _host(self) -> str:
        return urlsplit(self._base).netloc

    def _pause(self) -> None:
        """Keep the distance to the request before."""
        if self._asked_s is not None:
            rest_s = self._asked_s + self._manners.delay_s - time.monotonic()
            if rest_s > 0:
                self._sleep(rest_s)
        self._asked_s = time.monotonic()

    def _ask(self, url: str) -> Page | None:
        self.requests += 1
        request = urllib.request.Request(url, headers=self._headers)
        try:
            with self._opener.open(request, timeout=self._manners.timeout_s) as reply:
                body = self._body(reply)
        except urllib.error.HTTPError as error:
            with error:
                return self._refused(error)
        except urllib.error.URLError as error:
            if isinstance(error.reason, TimeoutError):
                raise _Again("it answers too slowly") from None
            raise Stopped(f"{self._host} cannot be reached ({error.reason})") from None
        except TimeoutError:
            raise _Again("it answers too slowly") from None
        except (http.client.HTTPException, OSError) as error:
            raise _Again(f"the reply broke off ({type(error).__name__})") from None
        return _parse(body)

    def _body(self, reply: http.client.HTTPResponse) -> bytes:
        """All of a reply, within its time and its size."""
        end_s = time.monotonic() + self._manners.timeout_s
        body = bytearray()
        while chunk := reply.read1(_CHUNK):
            body += chunk
            if len(body) > self._manners.most_bytes:
                raise Skipped(f"the reply is larger than {self._manners.most_bytes} bytes")
            if time.monotonic() > end_s:
                raise TimeoutError
        promised = reply.headers.get("Content-Length", "")
        if promised.isdecimal() and len(body) < int(promised[:18]):
            raise _Again("the reply broke off")
        return bytes(body)

    def _refused(self, error: urllib.error.HTTPError) -> None:
        if error.code in (404, 410):
            return
        if error.code in _BUSY:
            wait_s = retry_after_s(error.headers.get("Retry-After", ""))
            raise _Again(f"status {error.code}", wait_s, is_busy=True)
        if error.code in _FAILED:
            raise _Again(f"status {error.code}")
        why = "a redirect that is not followed" if 300 <= error.code < 400 else "refused"
        raise Skipped(f"{why} (status {error.code})")


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows a few redirects, to the same host only and never from https to http."""

    def __init__(self, most: int) -> None:
        self.max_redirections = most
        self.max_repeats = 1

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The request that follows, or None for a redirect that is not followed."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.netloc != old.netloc or (new.scheme != old.scheme and new.scheme != "https"):
            return None  # becomes an HTTPError with the redirect's own status
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def retry_after_s(text: str) -> float | None:
    """Seconds that a Retry-After asks for, as a number or as a date; None if it is neither."""
    text = text.strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max((at - datetime.now(UTC)).total_seconds(), 0.0)


def _parse(body: bytes) -> Page:
    try:
        record = json.loads(body)
        urls = record.get("content_urls", {}).get("desktop", {})
        page = Page(
            title=_text(record["title"]),
            extract=_text(record["extract"]),
            url=_text(urls.get("page", "")),
            revision=str(record.get("revision", ""))[:40],
            kind=_text(record.get("type", "standard")),
            language=_text(record.get("lang", "")),
            description=_text(record.get("description", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Again("the reply is no summary") from None
    return page


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return " ".join(value.split())


def _read(path: Path) -> dict[str, Any] | None:
    """What was kept; a file that was cut short or changed counts as not there."""
    try:
        record: dict[str, Any] = json.loads(path.read_text("utf-8"))
        if record["page"] is not None:
            Page(**record["page"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record


def write_atomically(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, "utf-8")
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
