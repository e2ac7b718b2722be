"""Where the notes can go, and what can make them sound: MIDI systems, JACK, soundfont, synthesizer.

Called by the doctor. Opens no port.
"""

import shutil
import sys
from collections.abc import Sequence
from typing import Final

from amt_live.audio.soundfonts import find_soundfont
from amt_live.config import Config
from amt_live.doctor.finding import Finding
from amt_live.doctor.machine import has
from amt_live.errors import FileError
from amt_live.midi.ports import MidiSystem

START_MIDI: Final = {
    "linux": "sudo modprobe snd-seq, or start JACK (jackd -d dummy needs no sound card)",
    "darwin": "open Audio MIDI Setup once",
    "win32": "install loopMIDI and make a port in it",
}
SHOWN_PORTS: Final = 4


def look_at_midi(config: Config, systems: Sequence[MidiSystem]) -> Finding:
    """Whether there is what the settings ask for."""
    says = "; ".join(_told(system) for system in systems) or "no MIDI system is known here"
    if config.midi_api == "null":
        return Finding("midi", True, f"the settings say null: nothing is sent ({says})")
    wanted = [s for s in systems if not s.why and config.midi_api in ("auto", s.api)]
    if not wanted:
        fix = START_MIDI.get(sys.platform, START_MIDI["linux"])
        fix += "; amt-live daemon --record FILE.mid plays without one"
        return Finding("midi", False, says, fix, is_vital=True)
    if config.port is not None:
        named = config.port.lower()
        if not any(named in port.lower() for system in wanted for port in system.ports):
            why = f"no port is called '{config.port}': {says}"
            fix = "start what owns it, or choose another with --port"
            return Finding("midi", False, why, fix, is_vital=True)
    return Finding("midi", True, says)


def _told(system: MidiSystem) -> str:
    if system.why:
        return system.why
    names = ", ".join(system.ports[:SHOWN_PORTS])
    more = len(system.ports) - SHOWN_PORTS
    return f"{system.api}: {names or 'no ports yet'}{f' and {more} more' if more > 0 else ''}"


def look_at_audio(systems: Sequence[MidiSystem]) -> Finding:
    """What ``amt-live render`` and a performer without a synthesizer can use."""
    program = shutil.which("fluidsynth")
    synth = "fluidsynth" if program else "tinysoundfont" if has("tinysoundfont") else ""
    jack = "no JACK server"
    if any(system.api == "jack" and not system.why for system in systems):
        jack = "JACK runs"
    try:
        font = find_soundfont()
    except FileError as error:
        return Finding("audio", False, f"no soundfont; {jack}", str(error).partition(": ")[2])
    if not synth:
        fix = "apt install fluidsynth, brew install fluid-synth, or pip install 'amt-live[audio]'"
        return Finding("audio", False, f"no synthesizer for {font.name}; {jack}", fix)
    return Finding("audio", True, f"{synth} with {font}; {jack}")
