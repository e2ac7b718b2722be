"""A real web server on this machine whose every reply is scripted; remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Reply = Callable[[BaseHTTPRequestHandler], None]
PATH = "/api/rest_v1/page/summary/"


def page(title: str, extract: str, **more: Any) -> Reply:
    """A summary as Wikipedia sends it."""
    record = {
        "type": "standard",
        "title": title,
        "lang": "en",
        "revision": "1234",
        "description": "Music genre",
        "content_urls": {"desktop": {"page": f"https://en.wikipedia.org/wiki/{title}"}},
        "extract": extract,
        **more,
    }
    return body(json.dumps(record).encode())


def body(content: bytes, status: int = 200, promised: int | None = None, **headers: str) -> Reply:
    """Any reply; ``promised`` is the length that is announced."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        length = len(content) if promised is None else promised
        handler.send_header("Content-Length", str(length))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return reply


class Web:
    """The server: ``script`` maps a title to its replies, the last one for ever."""

    def __init__(self) -> None:
        self.script: dict[str, list[Reply]] = {}
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.release = threading.Event()
        """Slow replies wait for it."""
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                title = unquote(self.path.removeprefix(PATH)).replace("_", " ")
                web.asked.append(title)
                web.agents.append(self.headers["User-Agent"])
                replies = web.script.get(title, [body(b"{}", 404)])
                try:
                    (replies.pop(0) if len(replies) > 1 else replies[0])(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client has heard enough

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def slow(self, handler: BaseHTTPRequestHandler) -> None:
        """Nothing, until the test is over."""
        self.release.wait(20)

    def dripping(self, handler: BaseHTTPRequestHandler) -> None:
        """A byte now and then, never done."""
        handler.send_response(200)
        handler.end_headers()
        while not self.release.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()


@contextmanager
def web() -> Iterator[Web]:
    made = Web()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        made.release.set()
        made.server.shutdown()
        made.server.server_close()
        thread.join()
