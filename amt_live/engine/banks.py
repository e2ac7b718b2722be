"""Banks: where the music is, under a number, to be gone on from exactly.

A scene keeps what is set; a bank keeps that and the stream itself at a bar line: what the model has
in its context (its keys and values, to the bit), the random state, what the music is held to, and
what is still to come of a glide. Recalled at a bar line, the band plays from there on what followed
when it was stored. A seed or a sampling that was set while the bar line was decoded already acts
later than it, so it is not in what follows. Thread: engine. Banks take up to the size of one cache
each; where they are kept in files (``bank_file``), they outlive the daemon.
"""

import threading
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from amt_live.control.commands import MAX_BANK
from amt_live.control.state import ErrorNotice
from amt_live.control.when import When
from amt_live.engine.meters import boundary, place
from amt_live.engine.moods import Armed, Reading, Step
from amt_live.engine.places import Arrival, Jump, Snapshot
from amt_live.engine.plan import Change, Direction
from amt_live.engine.scenes import Scene, scene_of
from amt_live.errors import UsageError
from amt_live.inference.generator import Generator, Memory
from amt_live.inference.generator import Sampling as Drawing

if TYPE_CHECKING:
    from amt_live.engine.band import Band
    from amt_live.engine.bank_file import BankFiles


@dataclass(frozen=True, slots=True)
class Bank:
    """A moment of the music, at a bar line; ticks and bars are those of that moment."""

    model: str
    model_hash: str
    scene: Scene
    seed: int
    current: Reading
    steps: tuple[Step, ...]
    armed: Armed | None
    """The end of a glide, or what else waited then."""
    changes: tuple[Change, ...]
    here: Snapshot
    bar: int
    is_odd: bool
    spans: tuple[tuple[int, Direction], ...]
    memory: Memory


def at_line(bank: Bank, ticks: int, bar: int, ids: dict[int, int]) -> Bank:
    """The same moment at another bar line; ``ids`` are what its moods are called there."""
    later, bars = ticks - bank.here.ticks, bar - bank.bar

    def directed(direction: Direction) -> Direction:
        number, energy = direction.revision
        return replace(
            direction,
            revision=(ids[number], energy),
            chords_from_bar=direction.chords_from_bar + bars,
        )

    def changed(change: Change) -> Change:
        return Change(change.at_ticks + later, directed(change.direction))

    def stepped(step: Step) -> Step:
        return Step(step.at_ticks + later, read(step.reading))

    def read(reading: Reading) -> Reading:
        return replace(reading, id=ids[reading.id])

    armed = bank.armed
    if armed is not None:
        armed = replace(
            armed,
            reading=read(armed.reading),
            before=read(armed.before),
            at_ticks=armed.at_ticks + later,
            then=tuple(map(stepped, armed.then)),
        )
    here = bank.here
    here = replace(
        here,
        ticks=ticks,
        arrival=Arrival(ticks, None, here.arrival.random),
        change=changed(here.change),
        floor_ticks=here.floor_ticks + later,
    )
    return replace(
        bank,
        current=read(bank.current),
        steps=tuple(map(stepped, bank.steps)),
        armed=armed,
        changes=tuple(map(changed, bank.changes)),
        here=here,
        bar=bar,
        spans=tuple((at, directed(direction)) for at, direction in bank.spans),
    )


def ids_of(bank: Bank) -> set[int]:
    """The ids of all moods in a bank."""
    readings = [bank.current, *(step.reading for step in bank.steps)]
    if bank.armed is not None:
        readings += [bank.armed.reading, bank.armed.before]
        readings += [step.reading for step in bank.armed.then]
    directions = [change.direction for change in (*bank.changes, bank.here.change)]
    directions += [direction for _, direction in bank.spans]
    return {*(r.id for r in readings), *(d.revision[0] for d in directions)}


class BankDesk:
    """The banks there are, those that are to be stored, and the generator that recalls them."""

    def __init__(self, band: "Band") -> None:
        self._band = band
        self._banks: dict[int, Bank] = {}
        self._due: dict[int, int] = {}
        """Banks to be stored, and the ticks of their bar lines."""
        self._generators: list[Generator] = []
        """That plays, and that recalls."""
        self._made: list[tuple[Generator, Generator]] = []
        """Over which generator's model, and what was made beside the music."""
        self._files: BankFiles | None = None
        self.trouble = ""
        """What was wrong with the files, in one line."""

    def keep_in(self, files: "BankFiles") -> None:
        """Have what is kept there, and keep there what is stored from now on.

        Called before the band plays: reading takes a tenth of a second or so.
        """
        band = self._band
        self._files = files
        self._banks, self.trouble = files.load(
            band.model_hash, band.stream.generator, band.moods.mood_of
        )
        band.publish_state()

    def close(self) -> None:
        """Have what is stored written; waits for it. Thread: any, when the engine's has ended."""
        if self._files is not None:
            self._files.close()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The banks in which something is stored."""
        return tuple(sorted(self._banks))

    def line_of(self, number: int) -> int:
        """The tick of the bar line at which a bank was stored; KeyError for an empty one."""
        return self._banks[number].here.ticks

    def store(self, number: int, when: When | None) -> None:
        """Keep the next bar line as it will be played; raises UsageError."""
        _check(number)
        if not self._band.stream.bars and not self._band.transport.is_running:
            raise UsageError("nothing has been played yet; send /amt/transport/play first")
        self._check_call()
        if self._known_idle() is None:
            # Made beside the music, so that recalling takes less time.
            playing = self._band.stream.generator
            threading.Thread(target=self._make, args=(playing,), name="bank", daemon=True).start()
        self._due[number] = self._line(when or When.BAR, self._band.playhead_ticks + 1)

    def clear(self, number: int) -> None:
        """Forget what is stored, or is to be stored; raises UsageError."""
        _check(number)
        if number not in self._banks and number not in self._due:
            raise UsageError(self._none_in(number))
        self._due.pop(number, None)
        self._set(number, None)

    def recall(self, number: int, when: When | None) -> None:
        """Go on from a bank at a bar line; raises UsageError."""
        _check(number)
        band, bank = self._band, self._banks.get(number)
        if bank is None:
            raise UsageError(self._none_in(number))
        if bank.model_hash != band.model_hash:
            raise UsageError(
                f"bank {number} was stored under the model '{bank.model}', and '{band.model}' "
                "plays; send /amt/model first"
            )
        self._check_call()
        band.arming.disarm()
        generator = self._primed(bank)
        # Nothing may enter thinned or in haste here, so there is twice the time that it takes.
        spare_ticks = band.transport.ticks_in(band.health.margin_s)
        at_ticks = self._line(when or band.quantise, band.earliest_ticks() + spare_ticks)
        self._arm(bank, at_ticks, generator)

    def begin_with(self, bank: Bank, at_ticks: int) -> None:
        """The music begins anew, with a bank that was waiting."""
        self._arm(bank, at_ticks, self._primed(bank))

    def _primed(self, bank: Bank) -> Generator:
        generator = self._idle_generator()
        generator.take_up(bank.memory)
        generator.set_sampling(Drawing(**asdict(bank.scene.sampling)))
        return generator

    def _arm(self, bank: Bank, at_ticks: int, generator: Generator) -> None:
        band = self._band
        bar, _ = place(band.stream, at_ticks)
        ids = {number: band.moods.new_id() for number in sorted(ids_of(bank))}
        bank = at_line(bank, at_ticks, bar - 1, ids)
        jump = Jump(at_ticks, generator, bank.memory, bank.here, bank.spans, bank.is_odd)
        band.arming.arm_bank(bank, jump)

    def begin(self, at_ticks: int) -> None:
        """The music begins anew: what is to be stored is stored at its beginning."""
        self._due = dict.fromkeys(self._due, at_ticks)

    def marks(self) -> list[int]:
        """The ticks at which there is something to do."""
        return list(self._due.values())

    def follow(self) -> None:
        """Store what the playhead has come to."""
        playhead = self._band.playhead_ticks
        for number, at_ticks in list(self._due.items()):
            if playhead >= at_ticks:
                del self._due[number]
                self._keep(number, at_ticks)

    def _keep(self, number: int, at_ticks: int) -> None:
        band = self._band
        try:
            self._check_call()
            if band.moods.armed is not None and band.moods.armed.bank is not None:
                raise UsageError("another bank is about to be recalled")
            bank = self._bank_at(at_ticks)
        except (UsageError, ValueError) as error:
            band.publish(ErrorNotice(f"bank {number} was not stored: {error}"))
            return
        if bank is None:  # the music was late at that bar line
            self._due[number] = self._line(When.BAR, band.playhead_ticks + 1)
            return
        self._set(number, bank)

    def _set(self, number: int, bank: Bank | None) -> None:
        if bank is None:
            self._banks.pop(number, None)
        else:
            self._banks[number] = bank
        if self._files is not None:
            self._files.put(number, bank)
        self._band.publish_state()

    def _bank_at(self, at_ticks: int) -> Bank | None:
        band, stream = self._band, self._band.stream
        here = next((s for s in stream.snapshots if s.ticks == at_ticks), None)
        bar = stream.bar_at(at_ticks)
        if here is None or here.arrival.token is not None or bar is None:
            return None
        if bar.start_ticks != at_ticks:
            return None
        memory = stream.generator.remember(here.position)
        first = Change(at_ticks, stream.plan.at(at_ticks).direction)
        later = [change for change in stream.plan.changes if change.at_ticks > at_ticks]
        spans = [s for s in stream.draws.spans(memory.base) if s[0] < here.position]
        return Bank(
            band.model,
            band.model_hash,
            scene_of(band),
            band.seed,
            band.moods.current,
            band.moods.steps,
            band.moods.armed,
            (first, *later),
            here,
            bar.number,
            stream.is_odd != bool(bar.number % 2),
            tuple(spans),
            memory,
        )

    def _make(self, playing: Generator) -> None:
        """Thread: any."""
        generator = playing.fork()
        generator.warm()
        if not self._made:
            self._made.append((playing, generator))

    def _idle_generator(self) -> Generator:
        """A generator over the model that plays, and that nobody plays."""
        if (known := self._known_idle()) is None:
            known = self._band.stream.generator.fork()
            self._generators.append(known)
        return known

    def _known_idle(self) -> Generator | None:
        stream = self._band.stream
        playing = stream.generator
        busy = {id(playing)}
        if stream.left is not None:
            busy.add(id(stream.left.generator))
        if not any(known is playing for known in self._generators):
            self._generators = [playing]  # another model
        while self._made:
            over, made = self._made.pop()
            if over in self._generators:
                self._generators.append(made)
        for known in self._generators:
            if id(known) not in busy:
                return known
        return None

    def _line(self, when: When, earliest_ticks: int) -> int:
        # Nothing finer than a bar: a bank begins where a bar begins.
        return boundary(self._band.stream, when if when.bars else When.BAR, earliest_ticks)

    def _check_call(self) -> None:
        if self._band.calling.state.stage != "idle":
            raise UsageError("a call is under way; /amt/call/cancel ends it")

    def _none_in(self, number: int) -> str:
        numbers = ", ".join(map(str, self.numbers)) or "none"
        return f"nothing is stored in bank {number}; banks that are: {numbers}"


def _check(number: int) -> None:
    if not 1 <= number <= MAX_BANK:
        raise UsageError(f"bank {number} is outside 1-{MAX_BANK}")
