"""The band's half of a take log, and the output that it is written through.

Thread: engine. While a take runs, every effect of a command stands here before it happens: what the
plan is now, to which tick the stream went back, how many steps were decoded and what was drawn,
which timeline holds. The player adds when it did each of it (``midi.player_log``). So nothing that
depends on time is decided again when a take is replayed. A log begins with a checkpoint.
"""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amt_live.control.commands import Command, PartField
from amt_live.engine.checkpoint import checkpoint, jump_record
from amt_live.engine.take_words import Record, Writer
from amt_live.midi.beginning import timeline_record
from amt_live.midi.log_file import VERSION
from amt_live.midi.output import Output
from amt_live.music.events import Event
from amt_live.music.timeline import Timeline

if TYPE_CHECKING:
    from amt_live.engine.band import Band
    from amt_live.engine.places import Jump
    from amt_live.engine.plan import Change

EVENTS_AT_ONCE: Final = 32
"""Parsed by the player in a fraction of a millisecond, between two due notes."""

MAX_STEPS: Final = 256
"""Steps that may be decoded before they are written."""


def chunks(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    """Events as they are queued: so many at a time."""
    for at in range(0, len(events), EVENTS_AT_ONCE):
        yield events[at : at + EVENTS_AT_ONCE]


class Tape:
    """An ``Output`` in front of another one."""

    def __init__(self, output: Output, band: "Band") -> None:
        self._output = output
        self._band = band
        self._is_live = False
        self._writer = Writer(self._put)
        self._changes: list[Change] = []
        self._steps = 0

    # What the band tells.

    def write(self, what: str, value: object = None) -> None:
        """Something is about to be done that changes what is played."""
        if self._is_live:
            self.flush()
            self._write_plan()
            self._put({"do": what, "with": value})

    def planned(self) -> None:
        """The plan is new from where nothing is decoded yet: nothing is gone back to."""
        if self._is_live:
            self.flush()
            self._write_plan()

    def begin(self, origin_ticks: int, *, count_in: bool) -> None:
        """The music is about to begin at its beginning; the plan is new already."""
        if self._is_live:
            self.flush()
            self._write_plan()
            values = {"origin": origin_ticks, "count_in": count_in, "seed": self._band.seed}
            self._put({"do": "begin", "with": values})

    def jump(self, jump: "Jump | None") -> None:
        """The stream will go on as elsewhere from a bar line on, or will not any more."""
        if self._is_live:
            self.flush()
            self._write_plan()
            value = None if jump is None else jump_record(jump, self._writer)
            self._put({"do": "jump", "with": value})

    def enter(self, ticks: int) -> None:
        """The notes that the last step gave are played at a tick; they are not queued yet."""
        if self._is_live:
            self._put({"do": "entry", "with": ticks})

    def stepped(self) -> None:
        """The stream has advanced by one step."""
        if self._is_live:
            self._steps += 1
            if self._steps >= MAX_STEPS:
                self.flush()
        else:
            self._band.stream.draws.drawn.clear()

    def flush(self) -> None:
        """Write the steps that were decoded: what they gave is about to be queued."""
        drawn = self._band.stream.draws.drawn
        if self._is_live and self._steps:
            self._put({"do": "steps", "with": [self._steps, drawn]})
        self._steps = 0
        drawn.clear()

    def asked(self, command: Command) -> None:
        """A command took effect; for whoever reads the log."""
        if self._is_live:
            state = self._band.state
            asked = {"command": type(command).__name__, **asdict(command)}
            self._put({"asked": asked, "bar": state.bar, "beat": state.beat})

    def _write_plan(self) -> None:
        changes = self._band.stream.plan.changes
        if changes is not self._changes:
            self._changes = changes
            self._put({"do": "plan", "with": self._writer.changes(changes)})

    def _put(self, record: Record) -> None:
        self._output.log(_line(record))

    def _opening(self) -> Iterator[bytes]:
        """The lines that a log begins with, now."""
        band = self._band
        lines: list[bytes] = []
        writer = Writer(lambda record: lines.append(_line(record)))
        transport = band.transport
        from_ticks = transport.position_ticks if transport.is_running else None
        band.stream.stand_back()
        record = checkpoint(band.stream, band.queued.placer, from_ticks, writer)
        jump = band.stream.jump
        jumps = None if jump is None else jump_record(jump, writer)
        if jump is not None:
            band.stream.go_on_at(jump)
        self._is_live, self._steps = True, 0
        self._writer, self._changes = Writer(self._put, writer), band.stream.plan.changes
        band.stream.draws.drawn.clear()
        sampling = asdict(band.sampling_in_use)
        head = {"amtlog": VERSION, "model": band.model, "sha256": band.model_hash}
        yield _line({**head, "seed": band.seed, "sampling": sampling})
        yield from lines
        yield _line({"checkpoint": record})
        if jumps is not None:
            yield _line({"do": "jump", "with": jumps})
        if band.stream.enters_at is not None:
            yield _line({"do": "enters", "with": band.stream.enters_at})
        if band.stream.most_notes is not None:
            yield _line({"do": "thin", "with": band.stream.most_notes})

    # Output.

    def schedule(self, events: Sequence[Event]) -> None:
        """See ``Output``; a few events at a time."""
        for some in chunks(events):
            self._output.schedule(some)

    def drop_from(self, ticks: int) -> None:
        """See ``Output``."""
        self._output.drop_from(ticks)

    def set_timeline(self, timeline: Timeline | None) -> None:
        """See ``Output``."""
        self.write("timeline", timeline_record(timeline))
        self._output.set_timeline(timeline)

    def set_part(self, index: int, field: PartField, value: int) -> None:
        """See ``Output``."""
        self.write("part", [index, field, value])
        self._output.set_part(index, field, value)

    def set_latency(self, latency_ms: float) -> None:
        """See ``Output``; no part of a take."""
        self._output.set_latency(latency_ms)

    def panic(self) -> None:
        """See ``Output``."""
        self._output.panic()

    def halt(self) -> None:
        """See ``Output``."""
        self.write("halt")
        self._output.halt()

    def take_start(self, path: Path, opening: object = None) -> None:
        """See ``Output``; the log begins with where the band is."""
        del opening
        self._is_live = False
        self._band.begin_take()
        self._output.take_start(path, self._opening)

    def send_clock(self, is_on: bool) -> None:
        """See ``Output``; no part of a take."""
        self._output.send_clock(is_on)

    def log(self, line: bytes) -> None:
        """See ``Output``."""
        self._output.log(line)

    def take_stop(self) -> Path | None:
        """See ``Output``."""
        self._is_live = False
        return self._output.take_stop()

    def take_end(self) -> "Future[Path | None]":
        """See ``Output``."""
        self._is_live = False
        return self._output.take_end()

    def capture(self, path: Path, bars: int) -> "Future[int]":
        """See ``Output``."""
        return self._output.capture(path, bars)

    def close(self) -> None:
        """See ``Output``."""
        self._output.close()


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"
