"""The daemon as a process: started, steered over OSC, and stopped in every way there is."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amt_live.errors import NetworkError
from amt_live.midi.smf import notes_of, read
from amt_live.osc.client import OscClient, send_and_wait

sys.path.insert(0, str(Path(__file__).parent / "midi"))
from listener import Listener, is_off, is_on

ROOT = Path(__file__).parents[1]
START_LIMIT_S = 20.0


class Daemon:
    """A running daemon; ``lines`` is what it printed up to ready."""

    def __init__(self, port: int, *flags: str, env: dict[str, str] | None = None) -> None:
        self.port = port
        settings = {**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull}
        command = [sys.executable, "-m", "amt_live", "daemon", f"--osc-port={port}"]
        self.started_s = time.perf_counter()
        self.process = subprocess.Popen(
            [*command, "--model", "tiny", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**settings, **(env or {})},
        )
        self.lines: list[str] = []
        assert self.process.stdout is not None and self.process.stderr is not None
        for line in self.process.stdout:
            if line == "ready\n":
                return
            self.lines.append(line.rstrip())
        raise AssertionError(f"not ready: {self.process.stderr.read()}")

    def ask(self, address: str, *atoms: str | float) -> tuple[object, ...]:
        reply, _ = send_and_wait("127.0.0.1", self.port, address, atoms)
        assert reply.ok, reply
        return reply.values

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(START_LIMIT_S)
        assert self.process.stderr is not None
        assert "Traceback" not in self.process.stderr.read()
        return code

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def start(free_udp_port: int) -> Iterator[Callable[..., Daemon]]:
    running: list[Daemon] = []

    def start_one(*flags: str, env: dict[str, str] | None = None) -> Daemon:
        running.append(Daemon(free_udp_port, *flags, env=env))
        return running[-1]

    yield start_one
    for daemon in running:
        daemon.close()


async def test_a_mood_over_osc_is_done_armed_applied_and_recorded(
    start: Callable[..., Daemon], tmp_path: Path
) -> None:
    take = tmp_path / "take.mid"
    daemon = start(
        "--midi-api=null", "--mood=calm piano ballad", "--tempo=180", f"--record={take}", "--seed=3"
    )
    assert any(line.startswith("model tiny runs on CPU") for line in daemon.lines)
    assert f"OSC at 127.0.0.1:{daemon.port}" in daemon.lines
    client = OscClient("127.0.0.1", daemon.port)
    heard: asyncio.Queue[tuple[str, tuple[object, ...]]] = asyncio.Queue()
    client.subscribe(lambda address, atoms: heard.put_nowait((address, atoms)))
    await client.connect()
    await client.listen()
    # Before the first beat sounds the new mood would simply take the place of the first one.
    while await _next(heard, "/amt/beat") < (1, 2):
        pass
    assert (await client.request("/amt/mood", "fast aggressive metal", "@beat")).ok
    armed = await _next(heard, "/amt/mood/armed")
    applied = await _next(heard, "/amt/mood/applied")
    assert armed[:4] == applied[:4] and armed[1] == "fast aggressive metal"
    await _next(heard, "/amt/note")
    await _next(heard, "/amt/health")
    failed = await client.request("/amt/tempo", 5)
    assert not failed.ok
    await client.close()
    assert daemon.stop() == 0
    song = read(take)
    assert len(notes_of(song)) > 0
    assert armed[2:4] >= (1, 2)
    assert [marker.text for marker in song.markers] == ["calm piano ballad", armed[1]]
    assert song.markers[1].at_ticks % 480 == 0


async def _next(
    heard: "asyncio.Queue[tuple[str, tuple[object, ...]]]", wanted: str
) -> tuple[object, ...]:
    async with asyncio.timeout(15):
        while True:
            address, atoms = await heard.get()
            if address == wanted:
                return atoms


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_notes_and_finishes_the_take(
    start: Callable[..., Daemon], tmp_path: Path, number: int
) -> None:
    take = tmp_path / "take.mid"
    daemon = start("--midi-api=null", "--mood=calm", "--tempo=240", f"--record={take}")
    _wait_until(lambda: _journal(take).exists() and b'"on"' in _journal(take).read_bytes())
    assert daemon.stop(number) == 0
    assert len(notes_of(read(take))) > 0


@pytest.mark.skipif(sys.platform != "linux", reason="finds the player in /proc")
def test_takes_cut_short_by_a_crash_are_recovered_at_the_next_start(
    start: Callable[..., Daemon], tmp_path: Path
) -> None:
    record, takes = tmp_path / "whole evening.mid", tmp_path / "takes"
    flags = ("--midi-api=null", "--tempo=300", f"--record={record}", f"--takes={takes}")
    first = start(*flags, "--mood=calm")
    _wait_until(lambda: _journal(record).exists() and b'"on"' in _journal(record).read_bytes())
    # All at once, so that no player can finish what the daemon leaves.
    children = [int(child) for child in _children(first.process.pid)]
    for child in children:
        os.kill(child, signal.SIGSTOP)
    first.process.kill()
    for child in children:
        os.kill(child, signal.SIGKILL)
    first.close()
    takes.mkdir()
    _journal(takes / "solo.mid").write_bytes(_journal(record).read_bytes())
    _wait_until(lambda: not any(Path(f"/proc/{child}").exists() for child in children))
    second = start(*flags)
    saved = [takes / "solo.mid", tmp_path / "whole evening-recovered.mid"]

    def told() -> list[str]:
        return [line for line in second.lines if line.startswith("recovered")]

    _wait_until(lambda: len(told()) == len(saved))
    assert told() == [f"recovered a take that was cut short: {path}" for path in saved]
    assert all(len(notes_of(read(path))) > 0 for path in saved)
    assert second.stop() == 0
    assert record.exists()
    assert not list(tmp_path.glob("**/*.journal"))


def _journal(take: Path) -> Path:
    return take.with_name(take.name + ".journal")


def _children(pid: int) -> list[str]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [child for task in tasks for child in task.read_text().split()]


def test_it_takes_hold_of_its_port_and_names_who_has_it(start: Callable[..., Daemon]) -> None:
    daemon = start("--midi-api=null")
    done = subprocess.run(
        [sys.executable, "-m", "amt_live", "daemon", f"--osc-port={daemon.port}", "--model=tiny"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull},
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert str(daemon.port) in line
    if sys.platform == "linux":
        assert str(daemon.process.pid) in line


def test_a_port_that_does_not_exist_is_one_line(free_udp_port: int) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "amt_live", "daemon", f"--osc-port={free_udp_port}"),
            *("--model=tiny", "--port=no such synth"),
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull},
        check=False,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "no such synth" in line and "amt-live ports" in line


def test_without_a_midi_system_it_offers_ways_to_play(
    start: Callable[..., Daemon], free_udp_port: int, tmp_path: Path
) -> None:
    env = {"JACK_DEFAULT_SERVER": "nobody-has-this-name", "JACK_NO_START_SERVER": "1"}
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull, **env}
    done = subprocess.run(
        [sys.executable, "-m", "amt_live", "daemon", f"--osc-port={free_udp_port}", "--model=tiny"],
        capture_output=True,
        text=True,
        env=settings,
        timeout=3 if _has_midi() else 60,
        check=False,
    )
    if _has_midi():
        pytest.skip("this machine has a MIDI system")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert "--record FILE.mid" in line and "--midi-api null" in line
    daemon = start(f"--record={tmp_path / 'a.mid'}", env=env)
    assert any("playing into nothing" in line for line in daemon.lines)


def _has_midi() -> bool:
    return Path("/dev/snd/seq").exists() or sys.platform != "linux"


def test_jack_gets_what_the_take_holds(
    start: Callable[..., Daemon], jack_server: object, tmp_path: Path
) -> None:
    daemon = start("--midi-api=jack", "--mood=calm", "--tempo=240", f"--takes={tmp_path}")
    assert any(line.startswith("MIDI jack: amt-live") for line in daemon.lines)
    listener = Listener("amt-take", "amt-live")
    try:
        listener.wait_connected(lambda: daemon.ask("/amt/panic"))
        assert daemon.ask("/amt/transport/state") == ("stopped",)
        daemon.ask("/amt/take/start", "both")
        daemon.ask("/amt/transport/play")
        _wait_until(lambda: daemon.ask("/amt/beat") >= (3, 1))
        daemon.ask("/amt/transport/stop")
        daemon.ask("/amt/take/stop")
        assert daemon.ask("/amt/health")[3:5] == (0, 0)
        taken = sorted(
            (n.channel, n.pitch, n.velocity) for n in notes_of(read(tmp_path / "both.mid"))
        )
        listener.wait(lambda heard: len(ons(heard)) >= len(taken))
        assert ons(listener.messages) == taken
        assert len(taken) > 10
    finally:
        listener.close()


def test_jack_gets_what_a_capture_holds(
    start: Callable[..., Daemon], jack_server: object, tmp_path: Path
) -> None:
    flags = ("--mood=calm", "--tempo=300", "--seed=5", f"--takes={tmp_path / 'new'}")
    daemon = start("--midi-api=jack", *flags)
    listener = Listener("amt-capture", "amt-live")
    try:
        listener.wait_connected(lambda: daemon.ask("/amt/panic"))
        daemon.ask("/amt/transport/play")
        _wait_until(lambda: daemon.ask("/amt/beat") >= (7, 1))
        daemon.ask("/amt/capture", 2, "while it plays")
        daemon.ask("/amt/transport/stop")
        daemon.ask("/amt/capture", 512, "all of it")
        daemon.ask("/amt/capture", 2, "all of it")
        takes = {path.stem: notes_of(read(path)) for path in (tmp_path / "new").iterdir()}
        assert set(takes) == {"while it plays", "all of it", "all of it-2"}
        whole = [(n.channel, n.pitch, n.velocity) for n in takes["all of it"]]
        daemon.ask("/amt/panic")
        listener.wait(lambda messages: bytes((0xBF, 120, 0)) in messages)
        heard = ons(listener.messages)
        # Before the first panic it played too; the listening began there.
        assert len(heard) > 10 and heard == sorted(whole[-len(heard) :])
        last = [(n.channel, n.pitch, n.velocity) for n in takes["all of it-2"]]
        assert 0 < len(last) < len(whole) and last == whole[-len(last) :]
        for atoms in ((0,), (513,), (4, "../evil"), (4, "a/b"), ("many",)):
            reply, _ = send_and_wait("127.0.0.1", daemon.port, "/amt/capture", atoms)
            assert not reply.ok and reply.why.count("\n") == 0
    finally:
        listener.close()


def test_recording_under_an_old_name_keeps_the_old_take(
    start: Callable[..., Daemon], tmp_path: Path
) -> None:
    take = tmp_path / "take.mid"
    take.write_bytes(b"an evening that cannot be played again")
    daemon = start("--midi-api=null", "--mood=calm", "--tempo=240", f"--record={take}")
    _wait_until(lambda: daemon.ask("/amt/beat") >= (8, 1))  # random weights leave bars empty
    daemon.process.terminate()
    assert daemon.process.wait(20) == 0
    assert (tmp_path / "take-2.mid").read_bytes() == b"an evening that cannot be played again"
    assert notes_of(read(take))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_a_daemon_that_is_killed_leaves_no_note_sounding(
    start: Callable[..., Daemon], killing_jack: object
) -> None:
    daemon = start("--midi-api=jack", "--mood=calm", "--tempo=100")
    listener = Listener("amt-killed", "amt-live")
    try:
        listener.wait(lambda heard: len(sounding(heard)) > 0)
        daemon.process.kill()
        listener.wait(lambda heard: not sounding(heard) and bytes((0xB0, 123, 0)) in heard)
    finally:
        listener.close()


def ons(heard: list[bytes]) -> list[tuple[int, int, int]]:
    return sorted((data[0] & 15, data[1], data[2]) for data in heard if is_on(data))


def sounding(heard: list[bytes]) -> set[tuple[int, int]]:
    notes: set[tuple[int, int]] = set()
    for data in heard:
        if is_on(data):
            notes.add((data[0] & 15, data[1]))
        elif is_off(data):
            notes.discard((data[0] & 15, data[1]))
        elif data[0] & 0xF0 == 0xB0 and data[1] == 120:
            notes = {note for note in notes if note[0] != data[0] & 15}
    return notes


def test_play_shows_a_playing_screen_and_stops_what_it_started(
    require_external: Callable[[str], str], free_udp_port: int, tmp_path: Path
) -> None:
    tmux = [require_external("tmux"), "-S", str(tmp_path / "tmux")]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "AMT_LIVE_CONFIG": os.devnull}
    # The first screen of all waits for a first mood; one that is named is enough.
    told = f"--midi-api null --model tiny --mood calm --osc-port {free_udp_port}"
    band = f"{sys.executable} -m amt_live {told}"

    def shown() -> str:
        screen = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True)
        return screen.stdout

    session = ["new-session", "-d", "-x", "110", "-y", "30", f"{band}; echo CODE $?; sleep 60"]
    subprocess.run([*tmux, *session], env=env, check=True)
    try:
        _wait_until(lambda: "PLAYING" in shown() and "tiny" in shown(), 60)
        subprocess.run([*tmux, "send-keys", "C-q"], check=True)
        _wait_until(lambda: "Leave the band playing?" in shown(), 30)
        subprocess.run([*tmux, "send-keys", "n"], check=True)
        _wait_until(lambda: "CODE 0" in shown(), 30)
        with pytest.raises(NetworkError):
            send_and_wait("127.0.0.1", free_udp_port, "/amt/ping", (), 0.5)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


def _wait_until(holds: Callable[[], bool], timeout_s: float = 15) -> None:
    until_s = time.perf_counter() + timeout_s
    while not holds():
        assert time.perf_counter() < until_s, "it did not come to pass"
        time.sleep(0.05)
