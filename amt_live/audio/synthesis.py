"""A performance to blocks of sound, through a soundfont: tinysoundfont, or the fluidsynth program.

tinysoundfont is a small library that renders in this process. Its package asks for PyAudio, which
it needs for sound cards only and which has no wheels for Linux and macOS; so the extra ``[audio]``
names it on Windows alone, and elsewhere ``pip install --no-deps tinysoundfont`` gets it.
"""

import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amt_live.audio.messages import Performance
from amt_live.errors import FileError

Sound = NDArray[np.float32]
"""Frames [N, 2] of left and right; 1 is full scale, and louder is possible."""
Progress = Callable[[float], None]
"""Told how many seconds of the performance are done."""

RATE: Final = 44_100
BLOCK: Final = 8_192
TAIL_S: Final = 6.0
"""Longest time that the last notes may ring on."""
SILENCE: Final = 1e-4
VOICES: Final = 512
DRUMS: Final = 9
FRAME_BYTES: Final = 8
GAIN: Final = "0.5"
NO_SYNTHESIZER: Final = (
    "no synthesizer is there: pip install --no-deps tinysoundfont, or install fluidsynth (apt "
    "install fluidsynth, brew install fluid-synth)"
)


def synthesize(performance: Performance, soundfont: Path, progress: Progress) -> Iterator[Sound]:
    """Blocks of sound, with what is there; FileError names the fix where nothing is."""
    try:
        import tinysoundfont
    except ModuleNotFoundError:
        program = shutil.which("fluidsynth")
        if program is None:
            raise FileError(NO_SYNTHESIZER) from None
        return _through_fluidsynth(program, performance, soundfont, progress)
    synth = tinysoundfont.Synth(samplerate=RATE)
    try:
        synth.sfload(str(soundfont), max_voices=VOICES)
    except RuntimeError:
        raise FileError(f"{soundfont} cannot be used; name another with --soundfont") from None
    return _through_library(synth, performance, progress)


def _through_library(synth: Any, performance: Performance, progress: Progress) -> Iterator[Sound]:
    def blocks(frames: int) -> Iterator[Sound]:
        while frames > 0:
            block = min(frames, BLOCK)
            frames -= block
            yield np.frombuffer(synth.generate_simple(block), np.float32).reshape(-1, 2)

    for channel in range(16):
        _take_program(synth, channel, 0)
    done = 0
    for at_s, status, first, second in performance.messages:
        frame = round(at_s * RATE)
        for block in blocks(frame - done):
            done += len(block)
            progress(done / RATE)
            yield block
        _send(synth, status, first, second)
    synth.notes_off()
    for block in blocks(round(TAIL_S * RATE)):
        yield block
        if np.abs(block).max() < SILENCE:
            break


def _send(synth: Any, status: int, first: int, second: int) -> None:
    kind, channel = status & 0xF0, status & 0x0F
    if kind == 0x90 and second:
        synth.noteon(channel, first, second)
    elif kind in (0x80, 0x90):
        synth.noteoff(channel, first)
    elif kind == 0xB0:
        synth.control_change(channel, first, second)
    elif kind == 0xC0:
        _take_program(synth, channel, first)
    elif kind == 0xE0:
        synth.pitchbend(channel, first | second << 7)


def _take_program(synth: Any, channel: int, program: int) -> None:
    # A sound that the soundfont lacks leaves the channel as it was.
    with contextlib.suppress(RuntimeError):
        synth.program_change(channel, program, channel == DRUMS)


def _through_fluidsynth(
    program: str, performance: Performance, soundfont: Path, progress: Progress
) -> Iterator[Sound]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "sound.raw"
        # As floats: what is louder than full scale is turned down later, and not clipped here.
        command = [program, "-ni", "-q", "-g", GAIN, "-r", str(RATE), "-O", "float", "-T", "raw"]
        command += ["-F", str(out), str(soundfont.resolve()), str(performance.path.resolve())]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as process:
            try:
                said = _watch(process, out, progress)
            except BaseException:
                process.kill()
                raise
        if process.returncode or not out.is_file():
            why = (said.decode(errors="replace").strip().splitlines() or ["no reason given"])[-1]
            raise FileError(f"fluidsynth could not render {performance.path}: {why}")
        with out.open("rb") as sound:
            while data := sound.read(BLOCK * FRAME_BYTES):
                whole = len(data) // FRAME_BYTES * FRAME_BYTES
                yield np.frombuffer(data[:whole], np.float32).reshape(-1, 2)


def _watch(process: "subprocess.Popen[bytes]", out: Path, progress: Progress) -> bytes:
    """Wait for the program, telling progress by what it has written; returns what it said."""
    while True:
        try:
            return process.communicate(timeout=0.2)[1]
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                progress(out.stat().st_size / (FRAME_BYTES * RATE))
