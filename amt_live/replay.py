"""A take again: the same MIDI bytes from its log, or another way from a bar of it.

Called by ``amt-live replay``. The log says what was decoded (``engine.tape``) and when the player
did what (``midi.player_log``); the model decodes all of it again.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from amt_live import paths
from amt_live.engine.model import Model, model_hash, open_model
from amt_live.engine.take_words import Record
from amt_live.errors import AmtError, FileError, ModelError, UsageError
from amt_live.manifest import load_manifest
from amt_live.midi.fields import within
from amt_live.midi.log_file import MAX_LOG_BYTES, VERSION, log_of, read_log
from amt_live.midi.smf import notes_of, write
from amt_live.midi.take import song_of
from amt_live.replaying import FORGET_EVERY, OpenModel, ReplayedBand, ReplayedPlayer

Progress = Callable[[int, int], None]
"""Records done, records there are."""

_DAMAGE: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Branch:
    """Another way: from bar ``bar`` (from 1) of the take on, under another mood or seed."""

    bar: int
    mood: str | None = None
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it. ``is_same``: the bytes are those of the take; None for a branch."""

    notes: int
    bars: int
    differing: int
    """Draws that the model made otherwise than the log says; the log's were taken."""
    is_same: bool | None


def replay(
    take: Path, out: Path, *, opened: OpenModel, branch: Branch | None, progress: Progress
) -> Replayed:
    """Play a take again into ``out``; raises AmtError. ``opened``: see ``model_finder``."""
    records = list(read_log(take))
    if not records or not isinstance(records[-1].get("take"), dict):
        raise FileError(f"{log_of(take)} has no end; it cannot be replayed")
    try:
        return _replay(take, out, records, opened, branch, progress)
    except AmtError:
        raise
    except _DAMAGE as error:
        why = f"{log_of(take)} is damaged ({type(error).__name__}); it cannot be replayed"
        raise FileError(why) from error


def _replay(
    take: Path,
    out: Path,
    records: list[Record],
    opened: OpenModel,
    branch: Branch | None,
    progress: Progress,
) -> Replayed:
    end = records.pop()["take"]
    count = within(end["rows"], 0, MAX_LOG_BYTES)
    band, player = _perform(records, opened, progress)
    player.advance_to_rows(count)
    del player.rows[count:]
    if branch is not None:
        last_ticks = int(player.rows[-1][0]) if player.rows else 0
        lines = player.bars
        at = _line(lines, branch.bar, take)
        length_ticks = max(last_ticks - lines[at][1], 1)
        band, player = _perform(records, opened, progress, until_s=lines[at][0])
        _branch(band, player, branch, lines[at][2], length_ticks)
    song = song_of(player.rows)
    write(song, out)
    is_same = None
    if branch is None:
        is_same = hashlib.sha256(out.read_bytes()).hexdigest() == end["sha256"]
    differing = band.stream.draws.differing
    return Replayed(len(notes_of(song)), len(player.bars), differing, is_same)


def _perform(
    records: list[Record], opened: OpenModel, progress: Progress, until_s: float | None = None
) -> tuple[ReplayedBand, ReplayedPlayer]:
    """Do what the records say, up to a moment."""
    beginning, head, *rest = _in_order(records)
    if beginning.get("p") != "begin" or head.get("amtlog") != VERSION:
        version = head.get("amtlog")
        raise FileError(
            f"the log is of version {version}, this amt-live reads {VERSION}; replay it with the "
            "amt-live that wrote it"
        )
    band, player = ReplayedBand(head, opened), ReplayedPlayer()
    for number, record in enumerate(rest):
        if "p" in record:
            if until_s is not None and record["t"] >= until_s:
                break
            player.do(record, band.asked)
        else:
            band.take_in(record)
            if "checkpoint" in record:
                player.begin(beginning, band.waiting)
        if number % FORGET_EVERY == FORGET_EVERY - 1:
            band.forget_before(player.playhead_ticks())
            progress(number, len(rest))
    progress(len(rest), len(rest))
    return band, player


def _in_order(records: list[Record]) -> Iterator[Record]:
    """The records without what only readers want."""
    return (record for record in records if "asked" not in record)


def _line(lines: list[tuple[float, int, int]], bar: int, take: Path) -> int:
    if not 1 <= bar <= len(lines):
        raise UsageError(f"{take} has bars 1 to {len(lines)}; there is no bar {bar} to branch at")
    return bar - 1


def _branch(
    band: ReplayedBand,
    player: ReplayedPlayer,
    branch: Branch,
    from_ticks: int,
    length_ticks: int,
) -> None:
    """Go another way for as long as the take was."""
    mood = None if branch.mood is None else band.read(branch.mood)
    band.turn(from_ticks, mood, branch.seed)
    end_ticks = from_ticks + length_ticks
    band.decode_to(end_ticks)
    band.drop_from(end_ticks)
    while band.asked:
        band.asked.popleft()[1](player.performer)
    player.end_at(end_ticks)


def model_finder(named: str | None) -> OpenModel:
    """Opens the models of a log: those in the folder ``named``, or wherever they are here."""
    opened: dict[str, Path] = {}

    def find(name: str, wanted: str) -> Model:
        if wanted not in opened:
            opened[wanted] = _find(named, name, wanted)
        return open_model(opened[wanted])

    return find


def _find(named: str | None, name: str, wanted: str) -> Path:
    if named is not None:
        folder = paths.find_model(named)
        if model_hash(load_manifest(folder, verify=False)) != wanted:
            raise ModelError(
                f"{folder} is not the model '{name}' ({wanted[:12]}) that played this take; "
                "name that one with --model"
            )
        return folder
    found = paths.found_models()
    for folder in found.values():
        try:
            if model_hash(load_manifest(folder, verify=False)) == wanted:
                return folder
        except ModelError:
            continue
    here = ", ".join(found) or "none"
    raise ModelError(
        f"the model '{name}' ({wanted[:12]}) that played this take is not here (models here: "
        f"{here}); name its folder with --model"
    )
