"""What HTTP requests are answered with: JSON of the tree, or the page to steer by.

Pure functions. A request names an OSC address, never a file. Invariant: whatever it says, the
outcome is an ``Answer``.
"""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from amt_live.discovery.tree import ATTRIBUTES, UNSUPPORTED, Node, Values, described, is_readable

JSON: Final = "application/json"
_PAGE: Final = "page.html"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP status and what comes with it."""

    status: int
    body: bytes = b""
    content_type: str = JSON


def answer_to(
    method: str, target: str, nodes: Mapping[str, Node], values: Values, info: Mapping[str, Any]
) -> Answer:
    """The answer to a request: 200, 204, 400, 404 as the proposal has them, 405 for other methods.

    ``target`` is what stands in the request line, ``info`` the host's description.
    """
    if method not in ("GET", "HEAD"):
        return _refusal(405, "only GET is answered; commands go over OSC or the WebSocket")
    path, _, query = target.partition("#")[0].partition("?")
    if not path.startswith("/"):
        return _refusal(400, "ask for a path that begins with /")
    if query == "HOST_INFO":
        return _json(info)
    node = nodes.get(unquote(path).rstrip("/") or "/")
    if node is None:
        return _refusal(404, "there is no such address; / has them all")
    if query == "HTML":
        return Answer(200, page(), "text/html; charset=utf-8")
    if not query:
        return _json(described(node, values))
    if query in UNSUPPORTED:
        return Answer(204)
    if query not in ATTRIBUTES:
        return _refusal(400, f"attributes are: {' '.join(ATTRIBUTES)} HOST_INFO HTML")
    if query == "VALUE" and not is_readable(node):
        return Answer(204)
    told = described(node, values)
    return _json({query: told[query]} if query in told else {})


def page() -> bytes:
    """The page to steer by: it asks for the tree, and shows what it finds."""
    return files("amt_live.discovery").joinpath(_PAGE).read_bytes()


def is_ours(host: str | None, names: frozenset[str]) -> bool:
    """Whether a Host header names this machine by number, or by a name that is its own.

    A page from elsewhere may lead its own name to this machine; then it names itself here.
    """
    if host is None:
        return True  # HTTP/1.0; browsers always send it
    name = _host_name(f"//{host}")
    return name is not None and (name in names or name.endswith(".local") or _is_number(name))


def is_allowed(origin: str | None, host: str | None) -> bool:
    """Whether a page from ``origin`` may ask: pages of this machine, and our own."""
    if origin is None:
        return True
    name = _host_name(origin)
    if name is None:
        return False
    if name == "localhost" or (_is_number(name) and ipaddress.ip_address(name).is_loopback):
        return True
    return host is not None and urlsplit(origin).netloc.lower() == host.lower()


def _host_name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _json(value: object) -> Answer:
    return Answer(
        200, json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    )


def _refusal(status: int, why: str) -> Answer:
    return Answer(status, json.dumps({"ERROR": why}).encode())
