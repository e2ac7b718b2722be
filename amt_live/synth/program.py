"""The ``fluidsynth`` program: is it there, which drivers has it, how is it called.

The program and not a binding: it brings every sound system that its package was built for, and what
crashes in it (drivers, soundfonts) takes nothing else along.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amt_live.audio.soundfonts import find_soundfont
from amt_live.errors import FileError, PortError

ANY: Final = "auto"
"""The soundfont of ``--synth`` alone: the best one that is found."""

GAIN: Final = 0.5
USUAL_OSC_PORT: Final = 9740
HOW: Final = (
    "--synth needs FluidSynth: apt install fluidsynth, or brew install fluid-synth; without it "
    "connect any synthesizer to the port"
)
NO_MIDI: Final = "FluidSynth would need a MIDI system; amt-live demo -o FILE.wav needs none"
_MIDI_DRIVERS: Final = {
    "alsa": "alsa_seq",
    "jack": "jack",
    "jack-rtmidi": "jack",
    "coremidi": "coremidi",
}
_AUDIO_DRIVERS: Final = ("jack", "pipewire", "pulseaudio", "coreaudio", "alsa", "oss")
"""In the order in which they are tried: who runs a JACK server wants to be heard there."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """What is to be played: the program, its soundfont, and its name among JACK's clients."""

    program: str
    soundfont: Path
    name: str

    @property
    def jack_port(self) -> str:
        """The JACK port that it listens at."""
        return f"{self.name}:midi_00"


def find_instrument(soundfont: str, osc_port: int = USUAL_OSC_PORT) -> Instrument:
    """What ``--synth SOUNDFONT`` names; raises FileError or PortError with the fix."""
    if sys.platform == "win32":
        raise PortError(
            "--synth is for Linux and macOS; here let a synthesizer listen to the loopMIDI port"
        )
    program = shutil.which("fluidsynth")
    if program is None:
        raise FileError(HOW)
    font = find_soundfont(None if soundfont == ANY else soundfont)
    # One name a band, so that two of them do not play into one synthesizer.
    name = "amt-synth" if osc_port == USUAL_OSC_PORT else f"amt-synth-{osc_port}"
    return Instrument(program, font.resolve(), name)


def midi_driver(api: str) -> str | None:
    """FluidSynth's name of one of our MIDI systems; None where it cannot listen."""
    return _MIDI_DRIVERS.get(api)


def audio_drivers(program: str) -> tuple[str, ...]:
    """The sound systems that this FluidSynth was built for, in the order to try them. Blocks."""
    try:
        asked = subprocess.run(
            [program, "-a", "help"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    known = set(re.findall(r"'(\w+)'", asked.stdout + asked.stderr))
    return tuple(name for name in _AUDIO_DRIVERS if name in known)


def command(
    program: str, soundfont: str, name: str, *, audio: str, midi: str, autoconnect: bool
) -> list[str]:
    """How it is called. It reads commands from stdin and ends with it: so never ``-i``."""
    # Only what these drivers know: a setting that this build lacks is an error to it.
    settings: dict[str, str | int] = {f"midi.{midi}.id": name, "midi.autoconnect": int(autoconnect)}
    if audio == "jack":
        settings |= {"audio.jack.id": name, "audio.jack.autoconnect": 1}
    words = [program, "-q", "-g", str(GAIN), "-a", audio, "-m", midi]
    for key, value in settings.items():
        words += ["-o", f"{key}={value}"]
    return [*words, soundfont]


def last_error(lines: Sequence[str]) -> str:
    """The most telling line of what it printed."""
    told = [line.removeprefix("fluidsynth: ") for line in lines if "error" in line.lower()]
    plain = [line for line in told if "ALSA lib" not in line] or list(lines)
    return plain[-1].removeprefix("error: ").strip()[:160] if plain else "no reason given"
