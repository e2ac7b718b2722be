"""Mood augmentation: a real passage changed by known rules of musical expression.

Calmer music is softer, thinner, longer, lower and slower; more aroused music is louder, busier,
shorter, higher and faster; minor is darker than major. So mood words get examples with every kind
of instrumentation, and mean something that can be measured. The rules and their directions:

- Gabrielsson and Lindstroem (2010), "The role of structure in the musical expression of emotions":
  tempo, mode, loudness, register, articulation, density against arousal and valence.
- Juslin and Laukka (2004), "Expression, perception, and induction of musical emotions": level,
  variability and articulation of performances.
- Bresin and Friberg (2011), "Emotion rendering in music": how far performers really go.
- Eerola, Friberg and Bresin (2013), "Emotional expression in music": mode first for valence, then
  tempo, register, dynamics, articulation; effects add up almost linearly.

Each rule is a function from notes to changed notes; all chance comes from the generator that is
handed in. Captions and attributes are made from what is measured afterwards.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from amt_live.music.beats import STEPS_PER_BEAT
from amt_live.music.parts import DRUMS

Notes = NDArray[np.void]

BASS: Final = 1
LOWEST, HIGHEST = 28, 100
"""What an octave shift may reach, as MIDI pitches."""
RULES: Final = ("dynamics", "contrast", "articulation", "density", "register", "tempo")
_ON_GRID: Final = np.array([s in (0, 3, 4, 6, 8, 9) for s in range(STEPS_PER_BEAT)])
_HATS: Final = (42, 44, 46, 51)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done to a passage: ``arousal`` -1..1 (0 untouched), and its kind."""

    arousal: float = 0.0
    swap_mode: bool = False
    thinned: bool = False
    """Parts were removed: the genre label no longer describes it fully."""
    rule: str | None = None
    """One rule alone, so that words for it do not always mean the others too."""
    tempo: float = 1.0
    """0.5 half-time feel, 2 double-time feel."""


def draw_change(rng: np.random.Generator) -> Change:
    """Half of the passages are changed in arousal (a quarter of these by one rule alone), a third
    in mode."""
    arousal = 0.0
    if rng.random() < 0.5:
        arousal = float(rng.uniform(0.25, 1.0) * rng.choice((-1, 1)))
    thinned = arousal < 0 and rng.random() < 0.45
    swap = bool(rng.random() < 0.33)
    rule, tempo = None, 1.0
    if arousal and rng.random() < 0.25:
        rule = RULES[int(rng.integers(len(RULES)))]
    if arousal and (rule == "tempo" or (rule is None and rng.random() < 0.12)):
        tempo = 2.0 if arousal > 0 else 0.5
    return Change(arousal, swap, bool(thinned and rule is None), rule, tempo)


def at_tempo(notes: Notes, change: Change, start: int, end: int) -> tuple[Notes, float]:
    """Half or double time for the passage from ``start`` to ``end`` in steps, where it fits the
    grid; and the factor that was used."""
    changed = tempo_feel(notes, change.tempo, start)
    inside = (changed["step"] >= start) & (changed["step"] < end)
    if change.tempo == 1.0 or inside.sum() < 2:
        return notes, 1.0
    if changed["step"][inside].max() - start < 0.7 * (end - start):
        # The piece ends too soon for double time: half of the passage would be empty.
        return notes, 1.0
    return changed, change.tempo


def apply(
    notes: Notes,
    change: Change,
    key_scores: NDArray[np.float32],
    rng: np.random.Generator,
) -> tuple[Notes, bool]:
    """The changed passage, and whether the mode really was swapped (only where the key is
    plain). Tempo is ``at_tempo``'s."""
    notes = notes.copy()
    swapped = False
    if change.swap_mode and key_scores.max() > 0.6:
        notes = swap_mode(notes, int(key_scores.argmax()))
        swapped = True
    if change.rule is not None:
        notes = _alone(notes, change.rule, change.arousal, rng)
    elif change.arousal < 0:
        notes = _calm(notes, -change.arousal, change.thinned, rng)
    elif change.arousal > 0:
        notes = _arouse(notes, change.arousal, rng)
    return notes, swapped


def swap_mode(notes: Notes, key: int) -> Notes:
    """Parallel major or minor of ``key`` (0-11 major, 12-23 minor from C on): third, sixth and
    seventh moved by a semitone.

    To minor, the leading tone stays where the beat is a dominant, as harmonic minor has it.
    """
    minor, tonic = divmod(key, 12)
    degree = (notes["pitch"].astype(np.int16) - tonic) % 12
    pitched = notes["part"] != DRUMS.index
    if minor:
        shift = np.isin(degree, (3, 8, 10)).astype(np.int16)
    else:
        leading = (degree == 11) & _on_dominant(notes["step"], degree, pitched)
        shift = -(np.isin(degree, (4, 9, 11)) & ~leading).astype(np.int16)
    out = notes.copy()
    out["pitch"] = np.where(pitched, np.clip(notes["pitch"] + shift, 0, 127), notes["pitch"])
    return out


def _on_dominant(
    steps: NDArray[np.int32], degree: NDArray[np.int16], pitched: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Whether the beat of each note holds more of the dominant than of the tonic chord."""
    if not len(steps):
        return np.zeros(0, bool)
    beat = (steps - steps.min()) // STEPS_PER_BEAT
    weight = np.zeros((int(beat.max()) + 1, 12), np.int32)
    np.add.at(weight, (beat[pitched], degree[pitched]), 1)
    dominant = weight[:, 7] + weight[:, 2] + weight[:, 5] > 2 * (weight[:, 0] + weight[:, 4])
    found: NDArray[np.bool_] = dominant[beat]
    return found


def tempo_feel(notes: Notes, factor: float, start: int) -> Notes:
    """Everything from ``start`` on at ``factor`` times the speed; what leaves the grid is left
    out. Drums keep their pattern: half-time and double-time feel."""
    if factor == 1.0:
        return notes
    out = notes.copy()
    moved = (notes["step"] - start) / factor
    out["step"] = start + moved.astype(np.int32)
    out["duration"] = np.clip(notes["duration"] / factor, 2, 288)
    fits = (moved == np.floor(moved)) & _ON_GRID[(out["step"] - start) % STEPS_PER_BEAT]
    return out[fits & (notes["step"] >= start)]


def level_dynamics(notes: Notes, offset: float) -> Notes:
    """Louder or softer by ``offset`` of velocity."""
    out = notes.copy()
    out["velocity"] = np.clip(notes["velocity"] + np.int16(offset), 12, 127)
    return out


def contrast(notes: Notes, factor: float) -> Notes:
    """Accents larger (``factor`` above 1) or levelled out, around the mean of each part."""
    out = notes.copy()
    for part in np.unique(notes["part"]):
        some = notes["part"] == part
        velocity = notes["velocity"][some].astype(np.float32)
        if factor > 1 and velocity.std() < 2:
            # Flat playing has nothing to enlarge: the beat carries the accents.
            velocity += np.where(notes["step"][some] % STEPS_PER_BEAT == 0, 5.0, -5.0)
        out["velocity"][some] = np.clip(
            velocity.mean() + (velocity - velocity.mean()) * factor, 12, 127
        )
    return out


def articulate(notes: Notes, factor: float) -> Notes:
    """Notes longer (legato) or shorter (staccato) by ``factor``; drums have no length to change."""
    out = notes.copy()
    pitched = notes["part"] != DRUMS.index
    longest = np.maximum(notes["duration"], 96 if factor > 1 else 288)
    changed = np.clip(notes["duration"] * factor, 2, longest)
    out["duration"] = np.where(pitched, changed, notes["duration"])
    return out


def thin(notes: Notes, strength: float, rng: np.random.Generator) -> Notes:
    """Weak positions go first: sixteenths, then off-beats; chords go or stay whole. Never less than
    two notes."""
    inside = notes["step"] % STEPS_PER_BEAT
    chance = strength * np.where(np.isin(inside, (3, 9)), 0.9, 0.6)
    draw = rng.random(int(notes["step"].max(initial=0)) + 1)
    keep = (inside == 0) | (draw[notes["step"]] >= chance)
    return notes[keep] if keep.sum() >= 2 else notes


def drop_parts(notes: Notes, strength: float, rng: np.random.Generator) -> Notes:
    """Some parts fall silent, drums more often than others; one always stays."""
    parts = np.unique(notes["part"])
    gone = parts[rng.random(len(parts)) < 0.25 + 0.35 * strength]
    if rng.random() < 0.6:
        gone = np.union1d(gone, [DRUMS.index])
    keep = ~np.isin(notes["part"], gone)
    return notes[keep] if keep.sum() >= 2 else notes


def pulses(notes: Notes, pulse: int) -> Notes:
    """Notes of a beat and more on the eighth grid become repeated pulses (up to a bar's worth)."""
    drums = notes["part"] == DRUMS.index
    long = ~drums & (notes["duration"] >= 2 * pulse) & (notes["step"] % pulse == 0)
    long &= notes["duration"] >= STEPS_PER_BEAT
    count = np.where(long, np.minimum(notes["duration"] // pulse, 8), 1).astype(np.intp)
    index = np.repeat(np.arange(len(notes)), count)
    order = np.arange(len(index)) - np.repeat(np.cumsum(count) - count, count)
    out = notes[index]
    is_split = long[index]
    out["step"] += np.where(is_split, order * pulse, 0)
    out["duration"] = np.where(is_split, pulse, out["duration"])
    quieter = (order > 0) & is_split
    softer = np.maximum(out["velocity"].astype(np.int16) - 8, 1)
    out["velocity"] = np.where(quieter, softer, out["velocity"])
    return np.sort(out, order="step", kind="stable")


def busier_hats(notes: Notes) -> Notes:
    """Hi-hats and rides on the beat are answered on the off-beat where nothing is there yet."""
    hats = (notes["part"] == DRUMS.index) & np.isin(notes["pitch"], _HATS)
    on_beat = hats & (notes["step"] % STEPS_PER_BEAT == 0)
    added = notes[on_beat].copy()
    added["step"] += STEPS_PER_BEAT // 2
    added = added[~np.isin(added["step"], notes["step"][hats])]
    added["velocity"] = np.maximum(added["velocity"].astype(np.int16) - 10, 12)
    return np.sort(np.concatenate([notes, added]), order="step", kind="stable")


def shift_register(notes: Notes, semitones: int) -> Notes:
    """Whole parts by octaves, drums and bass left out; a part that would leave the range, or would
    come to lie below the bass, stays."""
    out = notes.copy()
    bass = notes["part"] == BASS
    floor = float(notes["pitch"][bass].mean()) + 5 if bass.any() else 0.0
    for part in np.unique(notes["part"]):
        if part in (DRUMS.index, BASS):
            continue
        some = notes["part"] == part
        moved = notes["pitch"][some].astype(np.int16) + semitones
        if moved.min() >= LOWEST and moved.max() <= HIGHEST and moved.mean() > floor:
            out["pitch"][some] = moved
    return out


def _calm(notes: Notes, strength: float, thinned: bool, rng: np.random.Generator) -> Notes:
    notes = level_dynamics(notes, -(8 + 37 * strength * rng.uniform(0.6, 1)))
    if thinned:
        notes = drop_parts(notes, strength, rng)
    if rng.random() < 0.8:
        notes = thin(notes, strength, rng)
    if rng.random() < 0.7:
        notes = articulate(notes, 1 + strength * rng.uniform(0.3, 1.2))
    if rng.random() < 0.2:
        notes = contrast(notes, 1 - 0.6 * strength)
    if rng.random() < 0.5 * strength + 0.15:
        notes = shift_register(notes, -12)
    return notes


def _arouse(notes: Notes, strength: float, rng: np.random.Generator) -> Notes:
    notes = level_dynamics(notes, 8 + 28 * strength * rng.uniform(0.6, 1))
    if rng.random() < 0.75:
        sixteenths = strength >= 0.6 and rng.random() >= 0.6
        notes = pulses(notes, STEPS_PER_BEAT // (4 if sixteenths else 2))
    if rng.random() < 0.25:
        notes = busier_hats(notes)
    if rng.random() < 0.6:
        notes = articulate(notes, 1 - 0.5 * strength)
    if rng.random() < 0.2:
        notes = contrast(notes, 1 + 0.5 * strength)
    if rng.random() < 0.5 * strength:
        notes = shift_register(notes, 12)
    return notes


def _alone(notes: Notes, rule: str, arousal: float, rng: np.random.Generator) -> Notes:
    """One rule in the direction of ``arousal``, strong enough to be heard alone."""
    strength, up = abs(arousal), arousal > 0
    match rule:
        case "dynamics":
            return level_dynamics(notes, (12 + 28 * strength) * (1 if up else -1))
        case "contrast":
            return contrast(notes, 1 + strength if up else 1 - 0.8 * strength)
        case "articulation":
            return articulate(notes, 1 - 0.6 * strength if up else 1 + 1.5 * strength)
        case "density":
            return busier_hats(pulses(notes, 6)) if up else thin(notes, strength, rng)
        case "register":
            # Register is no matter of arousal alone: low may be wild, high may be calm.
            return shift_register(notes, int(rng.choice((-12, 12))))
    return notes
