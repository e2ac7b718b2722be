"""Reads MIDI files for training: onto the grid, bar by bar, refusing what cannot be used with a
reason.

symusic parses (MIDI files are untrusted: it is a bounds-checked parser); everything after is numpy.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import symusic
from numpy.typing import NDArray

from amt_live.analysis.measures import NOTE
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS, PARTS, part_of_program
from amt_live.tokens import vocabulary as v
from amt_live.tokens.encode import snap

MAX_FILE_BYTES = 4 << 20
MAX_NOTES = 100_000
MAX_BARS = 4_000
MIN_NOTES = 16

TD11_TO_GM = {22: 42, 26: 46, 58: 43, 40: 40, 37: 37, 50: 50, 48: 48, 47: 47, 45: 45, 44: 44}
"""Roland TD-11 pads of the groove recordings to General MIDI (edges of hi-hats, rim of the
floor tom)."""


class Refused(Exception):
    """A file that is not used; the text is the reason that the report counts."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file on the grid: notes sorted by step, bars as (start, length) steps, program of
    each part."""

    notes: NDArray[np.void]
    bars: NDArray[np.int32]
    programs: tuple[int, ...]
    content: str
    """Hash of the note content, to find duplicates."""


def read_piece(data: bytes, *, td11: bool = False) -> Piece:
    """Parse one MIDI file; raises Refused with a short reason."""
    if not data or len(data) > MAX_FILE_BYTES:
        raise Refused("empty, or larger than 4 MiB")
    try:
        score = symusic.Score.from_midi(data)
    except Exception as error:  # symusic raises many kinds for corrupt files
        raise Refused("not a readable MIDI file") from error
    if score.ticks_per_quarter <= 0:
        raise Refused("SMPTE time division")
    notes, programs = _notes(score, td11)
    if len(notes) < MIN_NOTES:
        raise Refused(f"fewer than {MIN_NOTES} notes")
    if len(notes) > MAX_NOTES:
        raise Refused(f"more than {MAX_NOTES} notes")
    bars = _bars(score, int(notes["step"].max()))
    notes = _snap_to_bars(notes, bars)
    content = hashlib.sha1(notes[["step", "part", "pitch"]].tobytes()).hexdigest()
    return Piece(notes, bars, programs, content)


def _notes(score: symusic.Score, td11: bool) -> tuple[NDArray[np.void], tuple[int, ...]]:
    to_steps = STEPS_PER_BEAT / score.ticks_per_quarter
    rows = []
    weight: list[dict[int, int]] = [{} for _ in PARTS]
    for track in score.tracks:
        part = part_of_program(track.program, is_drums=track.is_drum)
        array = track.notes.numpy()
        if not len(array["time"]):
            continue
        weight[part][track.program] = weight[part].get(track.program, 0) + len(array["time"])
        note = np.zeros(len(array["time"]), NOTE)
        note["step"] = np.round(array["time"] * to_steps)
        note["duration"] = np.clip(np.round(array["duration"] * to_steps), 1, v.DURATIONS[-1])
        note["pitch"] = np.clip(array["pitch"], 0, 127)
        note["velocity"] = np.clip(array["velocity"], 1, 127)
        note["part"] = part
        if part == DRUMS.index and td11:
            for source, target in TD11_TO_GM.items():
                note["pitch"][array["pitch"] == source] = target
        rows.append(note)
    notes = np.concatenate(rows) if rows else np.zeros(0, NOTE)
    programs = tuple(max(w, key=lambda p: w[p]) if w else -1 for w in weight)
    return notes[notes["step"] >= 0], programs


def _bars(score: symusic.Score, last_step: int) -> NDArray[np.int32]:
    to_steps = STEPS_PER_BEAT / score.ticks_per_quarter
    changes = [
        (round(s.time * to_steps), s.numerator, s.denominator) for s in score.time_signatures
    ] or [(0, 4, 4)]
    if changes[0][0] > 0:
        changes.insert(0, (0, 4, 4))
    bars: list[tuple[int, int]] = []
    for index, (start, numerator, denominator) in enumerate(changes):
        end = changes[index + 1][0] if index + 1 < len(changes) else last_step + 1
        length = _bar_steps(numerator, denominator)
        while start < min(end, last_step + 1):
            # A metre change inside a bar cuts it short.
            inside = min(length, end - start) if index + 1 < len(changes) else length
            if inside not in v.BAR_STEPS:
                raise Refused("a metre change off the grid")
            bars.append((start, inside))
            start += inside
            if len(bars) > MAX_BARS:
                raise Refused(f"more than {MAX_BARS} bars")
    return np.array(bars, np.int32).reshape(-1, 2)


def _bar_steps(numerator: int, denominator: int) -> int:
    if numerator <= 0 or denominator <= 0:
        raise Refused("a time signature of 0")
    steps, rest = divmod(numerator * 4 * STEPS_PER_BEAT, denominator)
    if steps > v.BAR_STEPS[-1] and steps % 48 == 0:
        steps = 48  # 4/2 and the like: written as bars of four quarters
    if rest or steps not in v.BAR_STEPS:
        raise Refused(f"metre {numerator}/{denominator}")
    return steps


_SNAP = np.array([snap(step) for step in range(v.BAR_STEPS[-1] + 1)], np.int32)


def _snap_to_bars(notes: NDArray[np.void], bars: NDArray[np.int32]) -> NDArray[np.void]:
    starts = bars[:, 0]
    index = np.searchsorted(starts, notes["step"], side="right") - 1
    notes, index = notes[index >= 0], index[index >= 0]
    inside = np.minimum(notes["step"] - starts[index], bars[index, 1])
    step = np.minimum(_SNAP[inside], bars[index, 1])
    notes["step"] = starts[index] + step
    end = bars[-1].sum()
    notes = notes[notes["step"] < end]
    return np.sort(notes, order=["step", "part", "pitch"])
