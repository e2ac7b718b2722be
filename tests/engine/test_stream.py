"""The stream goes back and on without a trace: its notes depend on the plan alone."""

from dataclasses import replace

import pytest

from amt_live.engine.moods import MoodDesk
from amt_live.engine.plan import Direction, Plan
from amt_live.engine.stream import BEAT_TICKS, Stream
from amt_live.music.events import Bar, Event, Mark, Note, ProgramChange
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v

from .scripted import ScriptedDecoder, ScriptedReader, make_generator, part_of

BAR = 4 * BEAT_TICKS


def direction(text: str, number: int = 1) -> Direction:
    desk = MoodDesk(ScriptedReader(), text)
    return replace(desk.direction(), revision=(number, None))


class Band:
    """A stream with what it gave out so far."""

    def __init__(self, context: int = 1024, text: str = "calm", seed: int = 1) -> None:
        self.decoder = ScriptedDecoder(context)
        self.generator = make_generator(self.decoder, seed)
        self.stream = Stream(self.generator, Plan(direction(text)))
        self.events: list[Event] = []

    def play_to(self, ticks: int) -> None:
        for _ in range(200_000):
            if self.stream.horizon_ticks >= ticks:
                return
            self.events += self.stream.advance()
        raise AssertionError("the stream does not get on")

    def go_back(self, ticks: int) -> None:
        self.stream.rewind(ticks)
        self.events = [event for event in self.events if event.start_ticks < ticks]

    def turn(self, ticks: int, text: str, number: int = 2) -> None:
        reading = direction(text, number)
        self.stream.plan.revise(ticks, lambda old: replace(reading, key=old.key))
        self.go_back(ticks)

    def until(self, ticks: int) -> list[Event]:
        self.play_to(ticks)
        return [event for event in self.events if event.start_ticks < ticks]


def test_notes_come_in_bars_that_follow_each_other() -> None:
    band = Band()
    events = band.until(6 * BAR)
    bars = [event for event in events if isinstance(event, Bar)]
    assert [bar.start_ticks for bar in bars] == [i * BAR for i in range(6)]
    assert [bar.number for bar in bars] == list(range(6))
    notes = [event for event in events if isinstance(event, Note)]
    assert len(notes) > 30
    starts = [note.start_ticks for note in notes]
    assert starts == sorted(starts)
    assert all(start % 40 == 0 for start in starts)


def test_going_back_and_on_gives_the_same_notes() -> None:
    straight = Band().until(8 * BAR)
    band = Band()
    for far, back in ((3, BAR), (5, 2 * BAR + 700), (7, 7 * BAR - 1), (8, 0)):
        band.play_to(far * BAR)
        band.go_back(back)
    assert band.until(8 * BAR) == straight


@pytest.mark.parametrize("at_ticks", [4 * BAR, 4 * BAR + 480, 4 * BAR + 1040, 4 * BAR + 1880])
def test_a_mood_gives_the_same_notes_known_early_or_late(at_ticks: int) -> None:
    early = Band()
    early.turn(at_ticks, "wild")
    late = Band()
    late.play_to(7 * BAR)
    late.turn(at_ticks, "wild")
    just = Band()
    just.play_to(at_ticks)
    just.turn(at_ticks, "wild")
    wanted = early.until(8 * BAR)
    assert late.until(8 * BAR) == wanted
    assert just.until(8 * BAR) == wanted
    marks = [event for event in wanted if isinstance(event, Mark)]
    assert marks == [Mark(0, "calm"), Mark(at_ticks, "wild")]


def test_a_mood_changes_nothing_before_its_boundary_and_the_part_after_it() -> None:
    at_ticks = 2 * BAR + 960
    plain, band = Band().until(5 * BAR), Band()
    band.play_to(5 * BAR)
    band.turn(at_ticks, "wild")
    events = band.until(5 * BAR)
    assert [e for e in events if e.start_ticks < at_ticks] == [
        e for e in plain if e.start_ticks < at_ticks
    ]
    after = [e.part for e in events if isinstance(e, Note) and e.start_ticks >= at_ticks]
    before = [e.part for e in events if isinstance(e, Note) and e.start_ticks < at_ticks]
    assert max(after, key=after.count) == part_of("wild")
    assert max(before, key=before.count) == part_of("calm")


def test_a_mood_taken_back_leaves_the_music_as_if_it_had_never_been() -> None:
    straight = Band().until(6 * BAR)
    for at_ticks in (3 * BAR, 3 * BAR + 480, 3 * BAR + 1900):
        band = Band()
        band.turn(at_ticks, "wild")
        band.play_to(5 * BAR)
        band.turn(at_ticks, "calm", number=1)
        assert band.until(6 * BAR) == straight


def test_a_waltz_begins_at_the_bar_and_keeps_its_length() -> None:
    band = Band()
    band.play_to(4 * BAR)
    band.turn(2 * BAR, "waltz 3")
    bars = [event for event in band.until(4 * BAR) if isinstance(event, Bar)]
    assert [bar.duration_ticks // BEAT_TICKS for bar in bars[:5]] == [4, 4, 3, 3, 3]
    assert bars[3].start_ticks == 2 * BAR + 3 * BEAT_TICKS


def test_a_context_is_left_many_times_without_a_trace_of_time() -> None:
    straight = Band(512)
    wanted = straight.until(28 * BAR)
    assert straight.generator.position > 2 * 512
    band = Band(512)
    for step in range(1, 28):
        band.play_to(step * BAR)
        band.go_back(step * BAR - 1700)
        band.stream.forget_before(step * BAR - 1700)
    assert band.until(28 * BAR) == wanted


def test_every_token_keeps_the_grammar_across_changes() -> None:
    band = Band()
    band.play_to(3 * BAR)
    band.turn(BAR + 480, "wild")
    band.play_to(3 * BAR)
    band.turn(2 * BAR, "waltz 3", 3)
    band.play_to(5 * BAR)
    state = grammar.START
    for token in band.generator.snapshot().ids:
        state = grammar.advance(state, token)


def test_skipping_writes_nothing_before_the_place() -> None:
    band = Band()
    band.play_to(BAR)
    band.stream.skip_to(2 * BAR + 500)
    events = [event for event in band.until(5 * BAR) if isinstance(event, Note)]
    assert not [e for e in events if BAR < e.start_ticks < 2 * BAR + 500]
    assert [e for e in events if 2 * BAR + 500 <= e.start_ticks < 3 * BAR]
    assert [bar.start_ticks for bar in band.stream.bars[:5]] == [i * BAR for i in range(5)]
    assert [bar.number for bar in band.stream.bars[:5]] == list(range(5))


def test_controls_stand_in_the_head_of_every_bar() -> None:
    band = Band()
    chords = (((2, 4), None), ((7, 2),))
    band.stream.plan.revise(
        2 * BAR, lambda d: replace(d, key=14, density=5, chords=chords, chords_from_bar=2)
    )
    band.play_to(5 * BAR)
    ids = list(band.generator.snapshot().ids)
    heads = [i for i, token in enumerate(ids) if v.BAR_FIRST <= token < v.POSITION_FIRST]
    control = [v.KEY_FIRST + 14, v.density_id(5)]
    first, second = heads[2], heads[3]
    assert ids[first + 2 : first + 7] == [*control, *v.chord_ids(2, 4), v.NO_CHORD]
    assert ids[second + 2 : second + 6] == [*control, *v.chord_ids(7, 2)]


def test_a_strange_mood_changes_sounds_at_its_boundary_and_gives_them_back() -> None:
    band = Band()
    part = part_of("strange")
    band.turn(BAR, "strange")
    band.turn(2 * BAR, "wild", 3)
    changes = [e for e in band.until(3 * BAR) if isinstance(e, ProgramChange) and e.start_ticks]
    assert next((c.start_ticks, c.part, c.program) for c in changes) == (BAR, part, 7)
    assert changes[1].start_ticks == 2 * BAR and changes[1].part == part
    band = Band()
    band.stream.pinned_programs = {part: 99}
    band.turn(BAR, "strange")
    changes = [e for e in band.until(3 * BAR) if isinstance(e, ProgramChange)]
    assert part not in {change.part for change in changes}


def test_after_an_error_the_stream_goes_on_as_if_nothing_had_been() -> None:
    straight = Band().until(4 * BAR)
    band = Band()
    band.play_to(2 * BAR)
    band.decoder.fails = 1
    with pytest.raises(RuntimeError):
        band.play_to(3 * BAR)
    band.stream.recover()
    band.go_back(band.stream.horizon_ticks)
    assert band.until(4 * BAR) == straight
