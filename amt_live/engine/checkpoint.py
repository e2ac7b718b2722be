"""Where a stream is, as JSON: what a take log begins with, so that a take may begin at any time.

Thread: engine. ``checkpoint`` takes a millisecond or two; ``go_on_from`` fills the model's context
again. What may still be gone back to is part of it, and so is what waits to be played.
"""

from collections.abc import Sequence
from typing import Any, cast

from amt_live.engine.colouring import SILENCE as NO_COLOUR
from amt_live.engine.colouring import Colour
from amt_live.engine.conducting import SILENCE, Heard
from amt_live.engine.grooving import MOST_PLACE, Groove, Repeats
from amt_live.engine.grooving import SILENCE as NO_GROOVE
from amt_live.engine.hearing import heard_of, heard_record
from amt_live.engine.holding import Held
from amt_live.engine.places import Arrival, Jump, Snapshot
from amt_live.engine.plan import Change, Direction
from amt_live.engine.stream import Stream
from amt_live.engine.swing import Placer
from amt_live.engine.take_words import Reader, Record, Writer, whole
from amt_live.inference.generator import Memory
from amt_live.inference.sampler import RandomState
from amt_live.midi.fields import event_of, number_of, row_of, within
from amt_live.music.events import Bar, Event, Note
from amt_live.music.parts import PARTS
from amt_live.text.conditioning import Mood
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v

KEPT_BARS = 16
"""Bar lines behind the last one: enough to know where the playhead is."""


def checkpoint(stream: Stream, placer: Placer, waiting_from: int | None, writer: Writer) -> Record:
    """All that going on from here takes. ``writer`` writes moods and controls first.

    What was placed from a tick on waits to be played or was played; None: nothing waits.
    """
    generator = stream.generator
    known = generator.snapshot()
    base = generator.position - len(known.ids)
    spans = stream.draws.spans(base)
    return {
        "plan": writer.changes(stream.plan.changes),
        "ids": list(known.ids),
        "marks": list(known.marks),
        "spans": [[at - base, *writer.direction(direction)] for at, direction in spans],
        "random": list(known.random),
        "bars": [row_of(bar) for bar in stream.bars[-KEPT_BARS:]],
        "horizon": stream.horizon_ticks,
        "pinned": sorted(stream.pinned_programs.items()),
        "stream": snapshot_record(stream.here(), base, writer),
        "back": [snapshot_record(s, base, writer) for s in stream.snapshots],
        "group": [row_of(note) for note in stream.group],
        "forced": [list(f) if isinstance(f, tuple) else f for f in stream.forced],
        "next_bar": stream.next_bar,
        "heard": heard_record(stream.heard_bars),
        "odd": stream.is_odd,
        "swing": placer.amount,
        "waiting_from": waiting_from,
        "queued": [[row_of(event), row_of(placed)] for event, placed in placer.queued],
    }


def go_on_from(record: Record, stream: Stream, placer: Placer, reader: Reader) -> None:
    """Bring a stream and its placer to where a checkpoint was.

    Raises ValueError, TypeError, KeyError or IndexError for a record that is none.
    """
    stream.plan = reader.plan(record["plan"])
    stream.pinned_programs = {
        within(part, 0, len(PARTS) - 1): within(program, 0, 127)
        for part, program in record["pinned"]
    }
    _fill_context(record, stream, reader)
    stream.bars = [cast(Bar, event_of(row)) for row in record["bars"]]
    stream.horizon_ticks = whole(record["horizon"])
    stream.be_at(
        snapshot_of(record["stream"], reader),
        [snapshot_of(row, reader) for row in record["back"]],
        [cast(Note, event_of(row)) for row in record["group"]],
        [_forced_of(item) for item in record["forced"]],
        None if record["next_bar"] is None else whole(record["next_bar"]),
    )
    stream.heard_bars = heard_of(record.get("heard", ()))
    stream.is_odd = record.get("odd") is True
    placer.amount = None if record["swing"] is None else number_of(record["swing"])
    placer.queued.clear()
    placer.queued.extend((event_of(event), event_of(placed)) for event, placed in record["queued"])


def waiting(record: Record) -> list[Event]:
    """What waited to be played, and perhaps what was played already."""
    from_ticks = record["waiting_from"]
    if from_ticks is None:
        return []
    placed = [event_of(row) for _, row in record["queued"]]
    return [event for event in placed if event.start_ticks >= whole(from_ticks)]


def _fill_context(record: Record, stream: Stream, reader: Reader) -> None:
    ids, spans, moods = _context_of(record, reader)
    stream.generator.prime(ids, moods, [within(mark, 0, len(ids)) for mark in record["marks"]])
    stream.generator.sampler.state = _random_of(record["random"])
    stream.draws.begin_as(spans)


def _context_of(
    record: Record, reader: Reader
) -> tuple[list[int], list[tuple[int, Direction]], list[Mood]]:
    """Ids, the directions that they were heard under, and the mood of each id."""
    ids = [within(token, 0, v.SIZE - 1) for token in record["ids"]]
    spans = [(whole(at), reader.direction(rest)) for at, *rest in record["spans"]]
    moods: list[Mood] = []
    for index, (at, direction) in enumerate(spans):
        end = spans[index + 1][0] if index + 1 < len(spans) else len(ids)
        moods += [direction.mood] * (min(end, len(ids)) - at)
    if len(moods) != len(ids):
        raise ValueError("moods and ids do not match")
    return ids, spans, moods


def jump_record(jump: Jump, writer: Writer) -> Record:
    """A jump as JSON: what the generator heard, and where it stands."""
    heard = memory_record(jump.memory, jump.spans, jump.here, writer)
    return {"at": jump.at_ticks, **heard, "odd": jump.is_odd}


def jump_of(record: Record, stream: Stream, reader: Reader) -> Jump:
    """A jump that was written; it takes a prefill. Raises as ``go_on_from``."""
    memory, spans, here = memory_of(record, reader)
    generator = stream.generator.fork()
    generator.take_up(memory)
    return Jump(whole(record["at"]), generator, memory, here, spans, record["odd"] is True)


def memory_record(
    memory: Memory, spans: Sequence[tuple[int, Direction]], here: Snapshot, writer: Writer
) -> Record:
    """What a generator had in mind at a place, but for its cache."""
    base = memory.base
    return {
        "ids": list(memory.ids),
        "marks": [mark - base for mark in memory.marks],
        "spans": [[max(at - base, 0), *writer.direction(d)] for at, d in spans],
        "here": snapshot_record(here, base, writer),
    }


def memory_of(
    record: Record, reader: Reader
) -> tuple[Memory, tuple[tuple[int, Direction], ...], Snapshot]:
    """Such a memory, its positions counted from its first id; raises as ``go_on_from``."""
    ids, spans, moods = _context_of(record, reader)
    marks = tuple(within(mark, 0, len(ids)) for mark in record["marks"])
    here = snapshot_of(record["here"], reader)
    if here.position != len(ids):
        raise ValueError("the place is not where the ids end")
    return Memory(0, tuple(ids), tuple(moods), marks), tuple(spans), here


def snapshot_record(snapshot: Snapshot, base: int, writer: Writer) -> list[Any]:
    """A place in the stream, its position counted from ``base``."""
    arrival = snapshot.arrival
    return [
        snapshot.ticks,
        [arrival.ticks, arrival.token, list(arrival.random)],
        snapshot.position - base,
        list(snapshot.state),
        [snapshot.change.at_ticks, *writer.direction(snapshot.change.direction)],
        snapshot.floor_ticks,
        list(snapshot.programs),
        snapshot.key,
        [None if chord is None else list(chord) for chord in snapshot.chords],
        [list(x) if isinstance(x, tuple) else x for x in snapshot.held.heard],
        *_groove_record(snapshot.held.groove),
        [list(x) if isinstance(x, tuple) else x for x in snapshot.held.colour],
    ]


def snapshot_of(row: Any, reader: Reader) -> Snapshot:
    """Such a place again; raises as ``go_on_from``."""
    ticks, arrival, position, state, change, floor_ticks, programs, key, chords, heard = row[:10]
    at_ticks, *direction = change
    return Snapshot(
        whole(ticks),
        Arrival(
            whole(arrival[0]),
            None if arrival[1] is None else within(arrival[1], 0, v.SIZE - 1),
            _random_of(arrival[2]),
        ),
        whole(position),
        _state_of(state),
        Change(whole(at_ticks), reader.direction(direction)),
        whole(floor_ticks),
        tuple(within(program, -1, 127) for program in programs),
        None if key is None else within(key, 0, 23),
        tuple(None if chord is None else (whole(chord[0]), whole(chord[1])) for chord in chords),
        Held(
            _heard_of(heard),
            _groove_of(row[10:13]),
            NO_COLOUR if len(row) < 14 else _colour_of(row[13]),
        ),
    )


def _state_of(row: Any) -> grammar.State:
    """Raises as ``go_on_from``."""
    state = grammar.State(grammar.Phase(row[0]), *(_integer(value) for value in row[1:]))
    if state.bar_steps not in (0, *v.BAR_STEPS) or max(state._replace(used=0)) > v.SIZE:
        raise ValueError("no such place in a bar")
    return state


def _heard_of(row: Any) -> Heard:
    """Raises as ``go_on_from``."""
    values = (
        tuple(number_of(value) for value in item) if isinstance(item, list) else number_of(item)
        for item in row
    )
    heard = Heard(*values)  # type: ignore[arg-type]
    for value, pattern in zip(heard, SILENCE, strict=True):
        if isinstance(pattern, tuple) and (
            not isinstance(value, tuple) or len(value) != len(pattern)
        ):
            raise ValueError("not what was heard")
    return heard._replace(step=whole(row[0]))


def _groove_record(groove: Groove) -> list[Any]:
    repeats = [
        [list(some.before), list(some.now), some.likeness, some.urge]
        for some in (groove.beat, groove.rhythm)
    ]
    return [*repeats, list(groove.kit)]


def _groove_of(row: list[Any]) -> Groove:
    """Raises as ``go_on_from``; takes of before know no groove."""
    if not row:
        return NO_GROOVE
    *repeats, kit = row
    beat, rhythm = (
        Repeats(
            tuple(within(place, 0, MOST_PLACE) for place in before),
            tuple(within(place, 0, MOST_PLACE) for place in now),
            number_of(likeness),
            number_of(urge),
        )
        for before, now, likeness, urge in repeats
    )
    if len(kit) != len(NO_GROOVE.kit):
        raise ValueError("not what was heard")
    return Groove(beat, rhythm, tuple(number_of(share) for share in kit))


def _colour_of(row: Any) -> Colour:
    """Raises as ``go_on_from``."""
    classes, *rest = row
    if len(classes) != len(NO_COLOUR.classes):
        raise ValueError("not what was heard")
    return Colour(tuple(number_of(count) for count in classes), *map(number_of, rest))


def _forced_of(item: Any) -> int | tuple[int, int]:
    if isinstance(item, list):
        first, end = item
        return within(first, 0, v.SIZE - 1), within(end, 1, v.SIZE)
    return within(item, 0, v.SIZE - 1)


def _random_of(value: Any) -> RandomState:
    state, increment = value
    return RandomState(_integer(state), _integer(increment))


def _integer(value: Any) -> int:
    """A whole number of up to 128 bits: random states and sets of pitches are that large."""
    if type(value) is not int or not -1 <= value < 1 << 128:
        raise ValueError("not such a number")
    return value
