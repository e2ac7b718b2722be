"""Reads MIDI files for training: onto the grid, bar by bar, refusing what cannot be used with a
reason.

symusic parses (MIDI files are untrusted: it is a bounds-checked parser); everything after is numpy.
"""

import hashlib
import struct
from collections import Counter
from dataclasses import dataclass
from typing import Final

import numpy as np
import symusic
from numpy.typing import NDArray

from amt_live.analysis.measures import NOTE, key_scores
from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS, PARTS, part_of_program
from amt_live.tokens import vocabulary as v
from amt_live.tokens.encode import snap
from export import drum_kits

MAX_FILE_BYTES: Final = 4 << 20
TOO_BIG: Final = f"larger than {MAX_FILE_BYTES >> 20} MiB"
MAX_NOTES: Final = 100_000
MAX_BARS: Final = 4_000
MAX_METRE_CHANGES: Final = 4_000
MIN_NOTES: Final = 16
MAX_HOURS: Final = 2

_LAST_STEP: Final = MAX_BARS * v.BAR_STEPS[-1] + 1
_BANK: Final = 0


class Refused(Exception):
    """A file that is not used; the text is the reason that the report counts."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One file on the grid: notes sorted by step, bars as (start, length) steps, program of each
    part (-1 where it is silent)."""

    notes: NDArray[np.void]
    bars: NDArray[np.int32]
    programs: tuple[int, ...]
    content: str
    """Hash of the note content, to find duplicates."""
    shape: str
    """The same for any transposition."""
    seconds: float
    """From the start to the end of the last note, by the tempo map."""
    bpm: float
    """Tempo in quarters a minute, weighted by duration."""
    metre: str
    """The metre that most bars have, such as ``3/4``."""
    key: int
    """0-11 major, 12-23 minor; -1 where nothing is pitched."""
    key_fit: float
    """Correlation of the key, 0-1."""
    dropped_drums: int
    """Percussion notes that General MIDI has no sound for."""


def read_piece(data: bytes, *, td11: bool = False) -> Piece:
    """Parse one MIDI file; raises Refused with a short reason."""
    score = _parse(_checked(data))
    notes, programs, dropped = _notes(score, drum_kits.says_xg(data), td11)
    if len(notes) < MIN_NOTES:
        raise Refused(f"fewer than {MIN_NOTES} notes")
    if len(notes) > MAX_NOTES:
        raise Refused(f"more than {MAX_NOTES} notes")
    bars, metre = _bars(score, int(notes["step"].max()))
    notes = _snap_to_bars(notes, bars)
    seconds, bpm = _seconds(score, notes)
    if seconds > MAX_HOURS * 3600:
        raise Refused(f"longer than {MAX_HOURS} hours")
    scores = key_scores(notes)
    pitched = bool((notes["part"] != DRUMS.index).any())
    return Piece(
        notes,
        bars,
        programs,
        _digest(notes),
        _digest(_transposed_down(notes)),
        seconds,
        bpm,
        metre,
        int(scores.argmax()) if pitched else -1,
        round(float(scores.max()), 3) if pitched else 0.0,
        dropped,
    )


def _checked(data: bytes) -> bytes:
    """The bytes of a standard MIDI file that a grid can be laid on, out of its RIFF if need be."""
    if not data:
        raise Refused("empty")
    if len(data) > MAX_FILE_BYTES:
        raise Refused(TOO_BIG)
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        start = data.find(b"MThd", 12, 4096)
        data = data[start:] if start > 0 else data
    if data[:4] != b"MThd" or len(data) < 14:
        raise Refused("not a MIDI file")
    kind, _, division = struct.unpack(">HHH", data[8:14])
    if kind == 2:
        # Patterns that are not played together, nor in an order that the file tells.
        raise Refused("SMF type 2: independent patterns")
    if division & 0x8000:
        raise Refused("SMPTE time division: no beats")
    if division == 0:
        raise Refused("a time division of 0")
    return data


def _parse(data: bytes) -> symusic.Score:
    try:
        return symusic.Score.from_midi(data)
    except Exception as error:  # symusic raises many kinds for corrupt files
        raise Refused("a damaged MIDI file") from error


def _digest(notes: NDArray[np.void]) -> str:
    return hashlib.sha1(notes[["step", "part", "pitch"]].tobytes()).hexdigest()


def _transposed_down(notes: NDArray[np.void]) -> NDArray[np.void]:
    """With the lowest pitched note at 0, so that all transpositions are one."""
    pitched = notes["part"] != DRUMS.index
    if not pitched.any():
        return notes
    moved = notes.copy()
    moved["pitch"][pitched] -= notes["pitch"][pitched].min()
    return moved


def _notes(
    score: symusic.Score, xg: bool, td11: bool
) -> tuple[NDArray[np.void], tuple[int, ...], int]:
    to_steps = STEPS_PER_BEAT / score.ticks_per_quarter
    rows = []
    weight: list[dict[int, int]] = [{} for _ in PARTS]
    dropped = 0
    for track in score.tracks:
        array = track.notes.numpy()
        if not len(array["time"]):
            continue
        bank = _bank(track)
        drums = track.is_drum or bank in (drum_kits.XG_DRUM_BANK, drum_kits.XG_EFFECTS_BANK)
        pitch = np.clip(array["pitch"], 0, 127).astype(np.int16)
        if drums:
            is_xg = xg or bank == drum_kits.XG_DRUM_BANK
            pitch = drum_kits.to_gm(pitch.astype(np.uint8), track.program, xg=is_xg, td11=td11)
            if bank == drum_kits.XG_EFFECTS_BANK:
                pitch[:] = -1
        part = part_of_program(track.program, is_drums=drums)
        heard = (pitch >= 0) & (array["time"] >= 0)
        dropped += int((pitch < 0).sum())
        if not heard.any():
            continue
        weight[part][track.program] = weight[part].get(track.program, 0) + int(heard.sum())
        note = np.zeros(int(heard.sum()), NOTE)
        step = np.round(array["time"][heard] * to_steps)
        if step.max() > _LAST_STEP:
            raise Refused(f"more than {MAX_BARS} bars")
        length = np.round(array["duration"][heard] * to_steps)
        note["step"] = step
        note["duration"] = np.clip(length, 1, v.DURATIONS[-1])
        note["pitch"] = pitch[heard]
        note["velocity"] = np.clip(array["velocity"][heard], 1, 127)
        note["part"] = part
        rows.append(note)
    notes = np.concatenate(rows) if rows else np.zeros(0, NOTE)
    programs = tuple(max(w, key=lambda p: w[p]) if w else -1 for w in weight)
    return notes, programs, dropped


def _bank(track: symusic.Track) -> int:
    """The last bank that a track selects (MSB), -1 if none."""
    controls = track.controls.numpy()
    banks = controls["value"][controls["number"] == _BANK]
    return int(banks[-1]) if len(banks) else -1


def _seconds(score: symusic.Score, notes: NDArray[np.void]) -> tuple[float, float]:
    """Length in seconds, and mean tempo in bpm; without a tempo event 120, as the standard says."""
    last = int((notes["step"] + notes["duration"]).max()) / STEPS_PER_BEAT
    changes = score.tempos.numpy()
    beats = np.concatenate([[0.0], changes["time"] / score.ticks_per_quarter])
    per_beat = np.concatenate([[0.5], changes["mspq"].astype(np.float64) / 1e6])
    beats = np.clip(beats, 0, last)
    seconds = float((np.diff(beats, append=last) * per_beat).sum())
    return round(seconds, 2), round(60 * last / seconds, 1) if seconds > 0 else 120.0


def _bars(score: symusic.Score, last_step: int) -> tuple[NDArray[np.int32], str]:
    to_steps = STEPS_PER_BEAT / score.ticks_per_quarter
    if len(score.time_signatures) > MAX_METRE_CHANGES:
        raise Refused(f"more than {MAX_METRE_CHANGES} metre changes")
    changes = [
        (round(s.time * to_steps), s.numerator, s.denominator) for s in score.time_signatures
    ] or [(0, 4, 4)]
    if changes[0][0] > 0:
        changes.insert(0, (0, 4, 4))
    bars: list[tuple[int, int]] = []
    metres: Counter[str] = Counter()
    for index, (start, numerator, denominator) in enumerate(changes):
        is_last = index + 1 == len(changes)
        end = last_step + 1 if is_last else changes[index + 1][0]
        length = _bar_steps(numerator, denominator)
        while start < min(end, last_step + 1):
            # A metre change inside a bar cuts it short.
            inside = length if is_last else min(length, end - start)
            if inside not in v.BAR_STEPS:
                raise Refused("a metre change off the grid")
            bars.append((start, inside))
            metres[f"{numerator}/{denominator}"] += inside
            start += inside
            if len(bars) > MAX_BARS:
                raise Refused(f"more than {MAX_BARS} bars")
    return np.array(bars, np.int32).reshape(-1, 2), metres.most_common(1)[0][0]


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
    # One number a note: many times faster than sorting records.
    rank = notes["step"].astype(np.int64)
    for name, values in (("part", 16), ("pitch", 128), ("velocity", 128), ("duration", 512)):
        rank = rank * values + notes[name]
    return notes[np.argsort(rank, kind="stable")]
