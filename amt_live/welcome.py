"""The first screen of somebody who has read nothing: what appeared, what to connect, what to type.

Shown by ``amt-live`` before its screen: the first time, and whenever nothing could be heard. What
is typed there is the first mood.
"""

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from amt_live.control.moodline import parse_mood
from amt_live.errors import AmtError

SAYS_MORE: Final = ("--mood", "--set", "--rules", "--record")
"""Who gives these has read something."""

_MIDI_LINE: Final = "MIDI "
_SOUND_LINE: Final = "synthesizer: "
_MADE: Final = "amt-live"

_HOW_TO_HEAR: Final = {
    "alsa": "aconnect amt-live NAME, or choose it in the synthesizer or DAW",
    "jack": "jack_connect amt-live:amt-live NAME:PORT, or draw it in qpwgraph",
    "coremidi": "choose it as the MIDI input of a track in GarageBand, Logic or Live",
    "winmm": "let a synthesizer or a DAW listen to that port",
}
_NO_MIDI: Final = {
    "linux": "sudo modprobe snd-seq, or start JACK; then start amt-live again",
    "darwin": "open Audio MIDI Setup once, then start amt-live again",
    "win32": "install loopMIDI, make a port there, then start amt-live again",
}


def welcome(lines: Sequence[str], flags: Sequence[str], host: str, osc_port: int) -> bool:
    """Explain, if that is needed, and send the first mood to the daemon; whether it was needed.

    Blocks until Return. Thread: main.
    """
    is_silent = not any(line.startswith(_MIDI_LINE) for line in lines)
    if any(flag.startswith(SAYS_MORE) for flag in flags) or not (is_silent or is_first()):
        return False
    sys.stdout.write("\n" + "\n".join(screen(lines)) + "\n\n")
    remember()
    with contextlib.suppress(EOFError):
        _begin(input("mood> "), host, osc_port)
    return True


def screen(lines: Sequence[str]) -> list[str]:
    """The screen, at most 24 rows of 80 columns, from what the daemon said when it began."""
    midi = next((line for line in lines if line.startswith(_MIDI_LINE)), "")
    sound = next((line for line in lines if line.startswith(_SOUND_LINE)), "")
    told = ["amt-live: a band that listens to words.", ""]
    api, _, rest = midi.removeprefix(_MIDI_LINE).partition(": ")
    if api == "null":
        told += ["1. The band plays into nothing, as --midi-api null asks for."]
        midi = ""
    elif midi:
        name = rest.partition(";")[0]
        if name.startswith(_MADE):
            name = name.partition(" (")[0]  # how it was chosen
        made = "It made a MIDI port" if name == _MADE else "It plays into the MIDI port"
        told += [f"1. {made}: '{name[:40]}' ({api})."]
    else:
        told += ["1. There is no MIDI system here, so the band plays into nothing. What helps:"]
        told += [f"     {_NO_MIDI.get(sys.platform, _NO_MIDI['linux'])}"]
        told += ["     amt-live --record take.mid          keeps what is played in a file"]
    told += [""]
    if sound:
        told += [f"2. You should hear it: {sound.removeprefix(_SOUND_LINE)}."]
    elif midi:
        how = _HOW_TO_HEAR.get(api, "let a synthesizer or a DAW listen to that port")
        told += ["2. To hear it, connect a synthesizer to that port:", f"     {how}"]
        told += ["   or leave (ctrl+c) and let it bring its own:", "     amt-live --synth"]
    else:
        told += ["2. To hear what it does without any of that, two minutes as a sound file:"]
        told += ["     amt-live demo -o demo.wav"]
    told += [
        "",
        "3. Type a mood and press Return, now or on the screen that follows:",
        "     calm piano ballad",
        "     fast aggressive metal",
        "     a slow waltz in the rain @4bars",
        "   It is armed, and played from the next bar on (or where @ says).",
        "",
        "F1 shows every key; ctrl+q leaves; amt-live doctor looks at this machine.",
    ]
    return told


def is_first() -> bool:
    """Whether this was never shown to this user."""
    return not _mark().exists()


def remember() -> None:
    """It was shown. Where nothing can be written it will be shown again."""
    with contextlib.suppress(OSError):
        _mark().parent.mkdir(parents=True, exist_ok=True)
        _mark().touch()


def _mark() -> Path:
    import platformdirs

    return platformdirs.user_state_path("amt-live", appauthor=False) / "welcomed"


def _begin(mood: str, host: str, osc_port: int) -> None:
    from amt_live.osc.client import send_and_wait

    if not mood.strip():
        return
    try:
        said = parse_mood(mood)
        words = [said.text, *([] if said.when is None else [f"@{said.when}"])]
        reply, _ = send_and_wait(host, osc_port, "/amt/mood", tuple(words))
        if not reply.ok:
            sys.stderr.write(f"amt-live: {reply.why}\n")
    except AmtError as error:
        sys.stderr.write(f"amt-live: {error}\n")
