"""``amt-live demo``: plays the demo where it can be heard, and renders it where it cannot.

Live it is a daemon of its own that follows the set list, and a listener that tells each line when
its bar comes. Thread: the main one.
"""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from amt_live import paths
from amt_live.audio.files import check_target
from amt_live.audio.soundfonts import find_soundfont
from amt_live.config import Config
from amt_live.demo.script import Script, Teller, demo_path, read_script
from amt_live.errors import AmtError, FileError, NetworkError
from amt_live.launch import ChildBand, leave_on_signals
from amt_live.osc.arguments import Atom
from amt_live.osc.client import OscClient
from amt_live.synth.program import ANY, find_instrument

SEED: Final = 1
"""A demo is the same each time, unless it is asked to differ."""

FILE: Final = "amt-live-demo"
SILENT_S: Final = 30.0
"""So long without a beat, and the band is gone."""

Say = Callable[[str], None]


def demo(config: Config, say: Say, *, out: str | None = None, file: str | None = None) -> int:
    """Play or render the set list that came with the program, or ``file``; the exit code.

    Raises AmtError.
    """
    path = demo_path() if file is None else Path(file).expanduser()
    script = read_script(path)
    if out is not None:
        return _render(config, script, Path(out).expanduser(), say)
    left_by: list[int] = []
    leave_on_signals(left_by)
    why = _play(config, path, script, say)
    if not why:
        return 0
    say(f"nothing can be heard here ({why}): into a file instead")
    return _render(config, script, _default_file(config), say)


def _default_file(config: Config) -> Path:
    """A sound file where one can be made, else MIDI."""
    try:
        find_soundfont(_named(config.synth))
        check_target(Path(f"{FILE}.wav"))
    except FileError:
        return Path(f"{FILE}.mid")
    return Path(f"{FILE}.wav")


def _named(synth: str | None) -> str | None:
    return None if synth == ANY else synth


def _render(config: Config, script: Script, out: Path, say: Say) -> int:
    from amt_live.demo.rendering import render_demo
    from amt_live.midi.places import check_place

    is_midi = out.suffix.lower() in (".mid", ".midi")
    if is_midi:
        check_place(out)
    else:
        check_target(out)
        find_soundfont(_named(config.synth))
    folder = paths.find_model(config.model)
    seed = SEED if config.seed is None else config.seed
    midi = render_demo(folder, script, seed, out, say)
    if is_midi:
        return 0
    from amt_live.render_audio import render_audio

    return render_audio(str(midi), str(out), say, soundfont=_named(config.synth))


def _play(config: Config, path: Path, script: Script, say: Say) -> str:
    """Play it through the port or the synthesizer; why nothing would be heard, or nothing."""
    flags = ["--osc-port=0", f"--set={path}", "--discovery=off", f"--model={config.model}"]
    flags += [f"--seed={SEED if config.seed is None else config.seed}"]
    flags += [f"--midi-api={config.midi_api}"]
    if config.port is not None:
        flags.append(f"--port={config.port}")
    synth = config.synth
    if synth is None and config.port is None and shutil.which("fluidsynth"):
        try:
            find_instrument(ANY)
            synth = ANY
        except AmtError:
            synth = None
    if synth is not None:
        flags.append(f"--synth={synth}")
    if synth is None and config.port is None:
        return "no FluidSynth with a soundfont, and no --port"
    band = ChildBand(flags, ends_with_us=True)
    try:
        midi = next((line for line in band.lines if line.startswith("MIDI ")), "")
        sound = next((line for line in band.lines if line.startswith("synthesizer: ")), "")
        if config.port is None and not (midi and sound):
            return "no MIDI system" if not midi else "no sound system"
        say(f"{sound or midi}; ctrl+c ends it")
        asyncio.run(_tell(band, script, say))
    finally:
        band.stop()
    return ""


async def _tell(band: ChildBand, script: Script, say: Say) -> None:
    """Tell each line at its bar, until the band stops."""
    heard: asyncio.Queue[tuple[str, tuple[Atom, ...]]] = asyncio.Queue()
    client = OscClient(band.host, band.osc_port)
    client.subscribe(lambda address, atoms: heard.put_nowait((address, atoms)))
    teller = Teller(script)
    await client.connect()
    try:
        await client.listen()
        for line in teller.reach(1):
            say(line)
        while True:
            async with asyncio.timeout(SILENT_S):
                address, atoms = await heard.get()
            if address == "/amt/beat" and len(atoms) == 2:
                for line in teller.reach(int(atoms[0])):
                    say(line)
            elif address == "/amt/transport/state" and atoms[:1] == ("stopped",):
                return
    except TimeoutError:
        why = (band.complaints or ["no reason given"])[-1].removeprefix("amt-live: ")
        raise NetworkError(f"the band plays no more: {why}") from None
    finally:
        await client.close()
