"""The door to the MIDI system: what is found, what is said if nothing is, and panic."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from amt_live.errors import PortError
from amt_live.midi.ports import list_ports, open_output, panic_everywhere

sys.path.insert(0, str(Path(__file__).parent))
from listener import Listener

ROOT = Path(__file__).resolve().parents[2]


def test_the_null_port_takes_everything_and_is_never_lost():
    port = open_output("null")
    port.send(b"\x90\x3c\x50")
    assert port.lost() is None
    assert not port.server_gone()
    port.close()


def test_an_unknown_system_gets_one_line_with_the_known_ones():
    with pytest.raises(
        PortError, match="no MIDI system is called 'oss'; use one of auto alsa jack"
    ):
        open_output("oss")


def run(code):
    """Run a program where no MIDI system answers."""
    environment = {**os.environ, "JACK_DEFAULT_SERVER": "amt-none", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", "from amt_live.midi.ports import *\n" + code],
        capture_output=True,
        text=True,
        env=environment,
        timeout=20,
    )


@pytest.mark.skipif(
    sys.platform != "linux" or Path("/dev/snd/seq").exists(), reason="needs Linux without ALSA"
)
def test_without_any_midi_system_nothing_is_printed_and_auto_plays_to_nothing():
    done = run("port = open_output()\nprint(port.api, '|', port.note)")
    assert done.stdout == (
        "null | playing to nothing: alsa: no ALSA sequencer here; jack: no JACK server is running\n"
    )
    assert done.stderr == ""


@pytest.mark.skipif(
    sys.platform != "linux" or Path("/dev/snd/seq").exists(), reason="needs Linux without ALSA"
)
def test_without_any_midi_system_a_named_port_and_panic_get_one_line():
    code = """
for attempt in (lambda: open_output(name="synth"), lambda: panic_everywhere()):
    try:
        attempt()
    except PortError as error:
        print(error)
print([(system.api, system.ports, system.why) for system in list_ports()])
"""
    done = run(code)
    why = "alsa: no ALSA sequencer here; jack: no JACK server is running"
    assert done.stdout.splitlines() == [
        f"no MIDI port is called 'synth' ({why}); `amt-live ports` lists them",
        why,
        "[('alsa', (), 'alsa: no ALSA sequencer here'), "
        "('jack', (), 'jack: no JACK server is running')]",
    ]
    assert done.stderr == ""


def test_ports_are_listed_by_system(jack_server):
    synth = Listener("amt-listed")
    try:
        (jack,) = [system for system in list_ports() if system.api == "jack"]
        assert any("amt-listed" in port for port in jack.ports)
        assert jack.why == ""
    finally:
        synth.close()


def test_panic_silences_every_channel_of_every_port_without_a_band(jack_server):
    synths = [Listener(f"amt-loud-{number}") for number in range(2)]
    try:
        reached = panic_everywhere("jack")
        assert sum("amt-loud" in port for port in reached) == 2
        wanted = {bytes((0xB0 | c, n, 0)) for c in range(16) for n in (120, 123)}
        for synth in synths:
            synth.wait(lambda heard: set(heard) == wanted)
    finally:
        for synth in synths:
            synth.close()
