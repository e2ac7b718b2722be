"""Sound into files: WAV with the standard library, FLAC, Ogg and MP3 with the extra ``[audio]``.

Blocks come once and their loudest moment is known last, so they wait in a temporary file; what
would clip is then turned down as a whole.
"""

import os
import tempfile
import wave
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from amt_live.audio.synthesis import BLOCK, RATE, Sound
from amt_live.errors import FileError, UsageError
from amt_live.midi.places import check_place

FORMATS: Final = {
    ".wav": None,
    ".flac": ("FLAC", "PCM_16"),
    ".ogg": ("OGG", "VORBIS"),
    ".mp3": ("MP3", "MPEG_LAYER_III"),
}
"""By ending: format and coding for soundfile; None is written without it."""
LOUDEST: Final = 0.97
_FRAME_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Written:
    """What a sound file holds; ``peak`` and ``rms`` of full scale."""

    duration_s: float
    peak: float
    rms: float


def check_target(path: Path) -> None:
    """Say before any work what would go wrong after it. Raises UsageError or FileError."""
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise UsageError(f"-o: {path.name} ends in none of {', '.join(FORMATS)}")
    check_place(path)
    if FORMATS[ending] is not None:
        try:
            import soundfile  # noqa: F401 - is it there?
        except (ImportError, OSError):
            raise FileError(
                f"{ending} needs soundfile: pip install 'amt-live[audio]' (.wav goes without it)"
            ) from None


def write_sound(path: Path, blocks: Iterable[Sound]) -> Written:
    """Write a file, whole or not at all. Raises FileError."""
    partial = path.with_name(path.name + ".partial")
    try:
        with tempfile.TemporaryFile() as spool:
            frames, peak, power = 0, 0.0, 0.0
            for block in blocks:
                spool.write(block.tobytes())
                frames += len(block)
                peak = max(peak, float(np.abs(block).max(initial=0.0)))
                power += float(np.square(block, dtype=np.float64).sum())
            gain = min(1.0, LOUDEST / peak) if peak else 1.0
            spool.seek(0)
            with _writer(partial, path.suffix.lower()) as write:
                while data := spool.read(BLOCK * _FRAME_BYTES):
                    write(np.frombuffer(data, np.float32).reshape(-1, 2) * np.float32(gain))
        os.replace(partial, path)
    except (OSError, RuntimeError) as error:  # soundfile's own error is a RuntimeError
        raise FileError(f"cannot write {path}: {error}; choose another place") from None
    finally:
        partial.unlink(missing_ok=True)
    rms = gain * float(np.sqrt(power / max(2 * frames, 1)))
    return Written(frames / RATE, gain * peak, rms)


@contextmanager
def _writer(path: Path, ending: str) -> Iterator[Callable[[Sound], None]]:
    kind = FORMATS[ending]
    if kind is None:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(RATE)
            yield lambda block: file.writeframesraw(_to_16_bit(block))
        return
    import soundfile

    form, coding = kind
    with soundfile.SoundFile(str(path), "w", RATE, 2, coding, format=form) as sound:
        yield sound.write


def _to_16_bit(block: Sound) -> bytes:
    return np.round(np.clip(block, -1, 1) * 32_767).astype("<i2").tobytes()
