"""A real keyboard on a real JACK server, a real daemon: controllers, thru, loops, what is kept."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import jack
import pytest

from amt_live.errors import PortError
from amt_live.midi.jack_port import JackPort
from amt_live.midi.smf import notes_of, read
from amt_live.osc.client import send_and_wait
from tests.midi.listener import Listener, is_off, is_on
from tests.stage.real import ROOT, Daemon, Talk

TIMEOUT_S = 30.0


def until(condition: Callable[[], bool], prompt: Callable[[], object] = lambda: None) -> None:
    deadline_s = time.perf_counter() + TIMEOUT_S
    while not condition():
        assert time.perf_counter() < deadline_s, "it never came to pass"
        prompt()
        time.sleep(0.05)


class Stage:
    """A daemon on a JACK server, and a keyboard that is connected to it."""

    def __init__(self, folder: Path, *flags: str) -> None:
        words = ["--midi-api=jack", "--model=tiny", "--tempo=240", "--mood=calm piano"]
        self.controllers = folder / "controllers.json"
        self.daemon = Daemon(folder, *words, f"--controllers={self.controllers}", *flags)

    def ask(self, address: str, *atoms: str | float) -> tuple[object, ...]:
        reply, _ = send_and_wait("127.0.0.1", self.daemon.port, address, atoms)
        assert reply.ok, reply
        return reply.values

    def close(self) -> None:
        assert self.daemon.close() == 0


@pytest.fixture
def start(jack_server, tmp_path):
    running = []

    def start(*flags: str) -> Stage:
        running.append(Stage(tmp_path, *flags))
        return running[-1]

    yield start
    for stage in running:
        stage.close()


@pytest.fixture
def keys(jack_server):
    """``keys()``: a keyboard, connected to the band's input."""
    opened = []

    def is_open() -> bool:
        try:
            opened.append(JackPort("amt-test-keys", "amt-live-in"))
        except PortError:  # the band's input is not there yet
            return False
        return True

    def open_keys() -> JackPort:
        until(is_open)
        return opened[-1]

    yield open_keys
    for port in opened:
        port.close()


def test_a_controller_is_learned_moves_its_address_and_is_known_again_after_a_restart(
    start, keys, tmp_path
):
    stage = start()
    assert stage.ask("/amt/midi/in") == ("",)  # nothing is opened before it is wanted
    stage.ask("/amt/learn", "/amt/density")
    until(lambda: stage.ask("/amt/midi/in") == ("amt-live-in:in",))
    assert stage.ask("/amt/learn") == ("/amt/density",)
    keyboard = keys()
    # Until the connection carries messages.
    until(
        lambda: stage.ask("/amt/learn/list") == ("cc 74 on 3 = /amt/density 0 1",),
        lambda: keyboard.send(b"\xb2\x4a\x10"),
    )
    assert stage.ask("/amt/learn") == ("",)
    keyboard.send(b"\xb2\x4a\x7f")
    until(lambda: stage.ask("/amt/density") == (1.0,))
    stage.ask("/amt/learn", "/amt/tempo", 200, 100)
    keyboard.send(b"\xb2\x4b\x10")
    until(lambda: len(stage.ask("/amt/learn/list")) == 2)
    keyboard.send(b"\xb2\x4b\x7f")
    until(lambda: stage.ask("/amt/tempo") == (100.0,))
    stage.ask("/amt/learn", "/amt/part/bass/mute")
    keyboard.send(b"\x90\x24\x50")  # a key: each press turns it over
    until(lambda: len(stage.ask("/amt/learn/list")) == 3)
    keyboard.send(b"\x90\x24\x50")
    until(lambda: stage.ask("/amt/part/bass/mute") == (1,))
    keyboard.send(b"\x80\x24\x00")
    keyboard.send(b"\x90\x24\x50")
    until(lambda: stage.ask("/amt/part/bass/mute") == (0,))
    stage.ask("/amt/learn", "/amt/density")
    stage.ask("/amt/learn", "cancel")
    assert stage.ask("/amt/learn") == ("",)
    stage.ask("/amt/unlearn", "/amt/tempo")
    kept = json.loads(stage.controllers.read_text())["controllers"]
    assert kept == {"cc 74 on 3": "/amt/density 0 1", "note 36 on 1": "/amt/part/bass/mute 0 1"}
    keyboard.close()
    assert stage.daemon.close() == 0

    again = start()
    until(lambda: again.ask("/amt/midi/in") == ("amt-live-in:in",))
    assert again.ask("/amt/density") == ("free",)
    keyboard = keys()
    until(lambda: again.ask("/amt/density") != ("free",), lambda: keyboard.send(b"\xb2\x4a\x20"))


def test_what_hands_play_is_sent_on_and_is_part_of_a_take_that_replays(start, keys, tmp_path):
    take = tmp_path / "take.mid"
    stage = start("--midi-in=new", "--thru=on", f"--record={take}", "--seed=3")
    stage.ask("/amt/part/*/mute", 1)
    keyboard = keys()
    ear = Listener("amt-hands-ear", "amt-live:amt-live")
    try:
        key = (b"\x95\x3c\x63", b"\x85\x3c\x40")  # channel 6, nobody else's velocity
        until(
            lambda: key[0] in ear.messages,
            lambda: [keyboard.send(data) for data in (*key, b"\xe5\x00\x50")],
        )
        until(lambda: key[1] in ear.messages and b"\xe5\x00\x50" in ear.messages)
        keyboard.send(b"\x95\x40\x61")
        until(lambda: b"\x95\x40\x61" in ear.messages)
        stage.ask("/amt/thru", 0)  # a key that is held is let go
        until(lambda: any(is_off(data) and data[1] == 0x40 for data in ear.messages))
        keyboard.send(b"\x95\x41\x61")
        stage.ask("/amt/sync")
        assert not any(is_on(data) and data[1] == 0x41 for data in ear.messages)
    finally:
        ear.close()
    stage.ask("/amt/take/stop")
    until(take.with_suffix(".amtlog").exists)
    assert (0x3C, 0x63) in {(note.pitch, note.velocity) for note in notes_of(read(take))}
    command = [sys.executable, "-m", "amt_live", "replay", str(take), "-o", str(tmp_path / "b.mid")]
    done = subprocess.run(
        [*command, "--model=tiny"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "b.mid").read_bytes() == take.read_bytes()


def test_the_bands_own_port_is_refused_and_a_bad_file_is_one_line(start, tmp_path, jack_server):
    (tmp_path / "controllers.json").write_text('{"version": 1, "controllers": {"cc 5": 3}}')
    stage = start("--midi-in=new")
    errors = (tmp_path / "stderr").read_text().splitlines()
    assert len([line for line in errors if "cannot be used as a file of controllers" in line]) == 1
    until(lambda: stage.ask("/amt/midi/in") == ("amt-live-in:in",))
    client = jack.Client("amt-test-patchbay", no_start_server=True)
    with Talk(stage.daemon.port) as talk:
        client.connect("amt-live:amt-live", "amt-live-in:in")
        told = talk.hear(lambda m: m.address == "/amt/error" and "own port" in m.atoms[0])
        assert told is not None
        until(lambda: client.get_all_connections("amt-live-in:in") == [])
    client.close()
    assert stage.ask("/amt/transport/state") == ("playing",)


def test_a_call_through_the_port_is_listened_to_and_answered(start, keys):
    stage = start("--midi-in=new", "--seed=5")
    keyboard = keys()
    with Talk(stage.daemon.port) as talk:

        def comes(name: str) -> tuple[object, ...]:
            found = talk.hear(
                lambda m: m.address == "/amt/call/state" and m.atoms[0] == name, TIMEOUT_S
            )
            assert found is not None, name
            return found[0].atoms

        stage.ask("/amt/call", 2, "silent", "@bar")
        comes("listening")
        begun_s, stopped = time.perf_counter(), threading.Event()

        def play() -> None:
            for number in range(64):
                at_s = begun_s + number * 0.0625
                if stopped.wait(max(at_s - time.perf_counter() - 0.1, 0)):
                    return
                pitch = 57 + (0, 3, 7, 12, 5, 8, 7, 3)[number % 8]
                keyboard.send(bytes((0x90, pitch, 80)), at_s)
                keyboard.send(bytes((0x80, pitch, 64)), at_s + 0.05)

        hands = threading.Thread(target=play)
        hands.start()
        try:
            heard = comes("answering")
        finally:
            stopped.set()
            hands.join()
        assert heard[2] == 2 and heard[3] > 8
        assert heard[4] in ("A minor", "C major")
        assert talk.hear(lambda m: m.address == "/amt/note") is not None
        comes("idle")
