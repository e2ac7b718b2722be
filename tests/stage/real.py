"""The real parts that the stage commands share: a JACK server, a daemon, an ear, a conversation.

Everything here is a process or a socket of its own. Moments are ``time.perf_counter`` seconds,
which all processes of a machine share.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from amt_live.osc.arguments import Atom
from amt_live.osc.codec import Message, decode, encode
from amt_live.osc.limits import Limits

ROOT: Final = Path(__file__).parents[2]
HOST: Final = "127.0.0.1"
RATE_HZ: Final = 48_000
READY_S: Final = 60.0
_LIMITS: Final = Limits(datagram_bytes=65_536, text_chars=65_536)


@contextmanager
def jack_server(name: str, period: int = 128, *, synchronous: bool = True) -> Iterator[bool]:
    """A private server with the dummy driver; tells whether it runs in real time.

    ``synchronous`` loses no events; a server whose clients are killed stands still with it.
    """
    if shutil.which("jackd") is None:
        raise SystemExit("jackd is not installed (Debian package jackd2)")
    os.environ |= {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1"}
    driver = ["-d", "dummy", "-r", str(RATE_HZ), "-p", str(period)]
    nowhere = subprocess.DEVNULL
    for flags in (["--realtime", "-P", "40"], ["--no-realtime", "--no-mlock"]):
        command = ["jackd", "-n", name, "--silent", *flags]
        command += ["-S", "-t", "5000"] if synchronous else []
        server = subprocess.Popen(
            [*command, *driver], stdout=nowhere, stderr=nowhere, start_new_session=True
        )
        _favour(server.pid)
        try:
            if _answers(server):
                yield flags[0] == "--realtime"
                return
        finally:
            server.terminate()
            try:
                server.wait(5)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
    raise SystemExit("jackd does not start")


def _favour(pid: int) -> None:
    """As sound servers are favoured: what else runs here is not what is measured."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, -10)
        Path(f"/proc/{pid}/autogroup").write_text("-10")


def _answers(server: "subprocess.Popen[bytes]") -> bool:
    until_s = time.monotonic() + 15
    while server.poll() is None and time.monotonic() < until_s:
        if subprocess.run(["jack_lsp"], capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(0.05)
    return False


def free_port() -> int:
    """A UDP port that nobody holds at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


class Daemon:
    """A daemon that keeps everything it writes in a folder of its own."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.folder = folder
        self.port = free_port()
        homes = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("STATE", "DATA")}
        settings = {**os.environ, **homes, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull}
        words = [f"--osc-port={self.port}", f"--takes={folder / 'takes'}", *flags]
        self._errors = (folder / "stderr").open("a+")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "amt_live", "daemon", *words],
            stdout=subprocess.PIPE, stderr=self._errors, text=True, env=settings,
            start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.lines: list[str] = []
        for line in self.process.stdout:
            if line == "ready\n":
                return
            self.lines.append(line.rstrip())
        self.close()
        raise SystemExit((folder / "stderr").read_text("utf-8"))

    def players(self) -> list[int]:
        """The processes that the daemon started: the player, later the one on standby too."""
        pid = self.process.pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            threads = Path(f"/proc/{pid}/task").iterdir()
            found = {int(c) for c in children.split()}
            for thread in threads:
                found.update(map(int, (thread / "children").read_text().split()))
        except OSError:
            return []
        return sorted(found)

    def close(self) -> int:
        """End it; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        if not self._errors.closed:
            self._errors.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


class Talk:
    """A conversation with a daemon over one UDP socket: says, and hears what is pushed."""

    def __init__(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.connect((HOST, port))
        self._begun: list[Message] = []
        self._renewed_s = 0.0
        self.lease()

    def __enter__(self) -> "Talk":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._socket.close()

    def lease(self) -> None:
        """Ask for pushes again, now and then."""
        if time.perf_counter() - self._renewed_s > 20:
            self._renewed_s = time.perf_counter()
            self._socket.send(encode("/amt/notify", 1))

    def say(self, address: str, *atoms: Atom) -> float:
        """Send; the moment just before."""
        data = encode(address, *atoms)
        at_s = time.perf_counter()
        self._socket.send(data)
        return at_s

    def hear(
        self, wanted: Callable[[Message], Any], timeout_s: float = 30.0
    ) -> tuple[Message, float] | None:
        """The first message for which ``wanted`` holds, and when it came; None for none."""
        until_s = time.perf_counter() + timeout_s
        while (left_s := until_s - time.perf_counter()) > 0:
            self._socket.settimeout(left_s)
            try:
                data = self._socket.recv(65_536)
            except (TimeoutError, ConnectionError):
                return None
            at_s = time.perf_counter()
            for item in decode(data, _LIMITS, at_s, time.time()):
                if isinstance(item, Message) and wanted(item):
                    return item, at_s
        return None

    def drain(self) -> None:
        """Forget what has come."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(65_536)
        except OSError:
            pass


def percentile(values: Sequence[float], share: float) -> float:
    """The value at a share of the sorted values; nan without any."""
    ordered = sorted(values)
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values: Sequence[float]) -> dict[str, float]:
    """p50, p90, p99 and the most."""
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1.0}
    return {name: round(percentile(values, share), 1) for name, share in shares.items()}
