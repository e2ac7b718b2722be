"""Lines wait for their boundary: beats go in, messages come out, without a clock."""

import pytest

from amt_live.livecode.pieces import LineError
from amt_live.livecode.runner import MAX_TYPED, Runner
from amt_live.livecode.setlist import SetList
from amt_live.livecode.statements import Command
from amt_live.livecode.syntax import parse
from amt_live.osc.arguments import Atom


class Stage:
    """A runner with a band that only remembers."""

    def __init__(self, *, playing: bool = True) -> None:
        self.sent: list[tuple[object, ...]] = []
        self.runner = Runner(self._send)
        self.set_list = SetList(self.runner, "set")
        if playing:
            self.runner.hear("/amt/transport/state", ("playing",))

    def _send(self, address: str, atoms: tuple[Atom, ...], command: Command) -> None:
        self.sent.append((address.removeprefix("/amt/"), *atoms))

    def taken(self) -> list[tuple[object, ...]]:
        sent, self.sent = self.sent, []
        return sent

    def say(self, line: str) -> list[tuple[object, ...]]:
        statement = parse(line)
        assert statement is not None
        self.runner.say(statement)
        return self.taken()

    def beat(self, bar: int, beat: int) -> list[tuple[object, ...]]:
        self.runner.hear("/amt/beat", (bar, beat))
        return self.taken()

    def save(self, *lines: str) -> list[tuple[object, ...]]:
        self.set_list.save("\n".join(lines))
        return self.taken()


def test_typed_lines_act_at_once_and_moods_name_their_boundary() -> None:
    stage = Stage()
    assert stage.say("tempo 140 ~8") == [("tempo", "140", "8")]
    assert stage.say("dark waltz") == [("mood", "dark waltz")]
    assert stage.say("dark waltz @4bars") == [("mood", "dark waltz", "@4bars")]
    assert stage.say("key D minor @bar") == [("key", "D minor")]


def test_what_acts_at_once_is_held_for_the_boundary_it_names() -> None:
    stage = Stage()
    stage.beat(2, 3)
    assert stage.say("tempo 140 @bar") == []
    assert stage.say("mute drums @4bars") == []
    assert stage.say("level bass 90 @beat") == []
    assert stage.beat(2, 4) == [("part/bass/level", "90")]
    assert stage.beat(3, 1) == [("tempo", "140")]
    assert stage.beat(4, 1) == []
    assert stage.beat(5, 1) == [("part/drums/mute", 1)]


def test_what_waits_for_bars_is_sent_in_the_bar_before() -> None:
    stage = Stage()
    stage.beat(2, 3)
    assert stage.say("density .3 @4bars") == []
    assert stage.beat(3, 1) == []
    assert stage.beat(4, 1) == [("density", ".3")]  # the band itself waits for bar 5
    assert stage.say("chords C | G @4bars") == [("chords", "C | G")]


def test_a_later_line_replaces_one_that_is_held() -> None:
    stage = Stage()
    stage.beat(2, 3)
    stage.say("tempo 140 @bar")
    stage.say("tempo 90 @bar")
    assert stage.beat(3, 1) == [("tempo", "90")]
    stage.say("tempo 140 @bar")
    assert stage.say("tempo 100") == [("tempo", "100")]
    assert stage.beat(4, 1) == []


def test_every_and_at_are_exact_where_the_band_waits_itself() -> None:
    stage = Stage()
    stage.beat(1, 1)
    assert stage.say("every 4 mood [calm, storm]") == []
    assert stage.say("at 5 tempo 90") == []
    assert stage.beat(4, 1) == [("mood", "storm", "@bar")]
    assert stage.beat(4, 2) == []
    assert stage.beat(5, 1) == [("tempo", "90")]
    assert stage.beat(5, 2) == []
    assert stage.beat(8, 3) == [("mood", "calm", "@bar")]  # the beats before were lost
    assert stage.beat(13, 2) == [("mood", "storm", "@now")]  # so was the whole bar 12
    stage.say("clear")
    assert stage.beat(16, 1) == []


def test_a_new_start_begins_to_count_again() -> None:
    stage = Stage()
    stage.say("at 3 storm")
    assert stage.beat(2, 1) == [("mood", "storm", "@bar")]
    stage.beat(3, 1)
    stage.runner.hear("/amt/transport/state", ("stopped",))
    stage.runner.hear("/amt/transport/state", ("playing",))
    assert stage.beat(1, 1) == []
    assert stage.beat(2, 1) == [("mood", "storm", "@bar")]


def test_nothing_waits_while_nothing_plays() -> None:
    stage = Stage(playing=False)
    first = stage.save(
        "dark waltz", "tempo 140", "at 1 density .5", "every 8 [mute bass, isolate bass]"
    )
    assert first == [
        ("mood", "dark waltz"), ("tempo", "140"), ("density", ".5"), ("part/bass/mute", 1)
    ]  # fmt: skip
    stage.runner.hear("/amt/transport/state", ("playing",))
    assert stage.beat(1, 1) == []
    assert stage.beat(9, 1) == [("part/bass/solo", 1)]
    stage.say("tempo 99 @8bars")
    stage.runner.hear("/amt/transport/state", ("stopped",))
    assert stage.taken() == [("tempo", "99")]


def test_a_save_says_only_what_changed_at_the_next_bar() -> None:
    stage = Stage()
    stage.beat(1, 2)
    assert stage.save("dark waltz", "tempo 140", "density .3") == [
        ("mood", "dark waltz"), ("density", ".3")
    ]  # fmt: skip
    assert stage.beat(2, 1) == [("tempo", "140")]
    assert stage.save("# new", "tempo 140", "dark waltz", "density .3") == []
    assert stage.save("tempo 140 ~8 @beat", "dark waltz", "density .3") == []
    assert stage.beat(2, 2) == [("tempo", "140", "8")]


def test_a_deleted_line_is_taken_back() -> None:
    stage = Stage()
    stage.save("dark waltz", "tempo 140", "density .3", "mute drums, bass", "octave lead 1")
    stage.beat(2, 1)
    stage.taken()
    assert stage.save("mute bass") == [("density", "free")]
    assert stage.beat(3, 1) == [("part/drums/mute", 0), ("part/lead/octave", 0)]
    stage.save("mute all", "mute bass")
    assert stage.beat(4, 1) == [("part/*/mute", 1), ("part/bass/mute", 1)]
    stage.save("mute bass")
    assert stage.beat(5, 1) == [("part/*/mute", 0), ("part/bass/mute", 1)]


def test_an_error_anywhere_changes_nothing() -> None:
    stage = Stage()
    stage.save("dark waltz", "every 2 tempo [90, 120]")
    stage.taken()
    for broken in (["storm", "tempo x"], ["tempo 99", "clear"], ["calm", "storm"]):
        with pytest.raises(LineError):
            stage.save(*broken)
    assert stage.taken() == []
    assert stage.beat(3, 1) == [("tempo", "120")]
    assert stage.save("dark waltz", "every 2 tempo [90, 120]") == []
    assert stage.save("storm") == [("mood", "storm")]
    assert stage.beat(5, 1) == []


def test_what_only_does_something_is_done_when_it_appears() -> None:
    stage = Stage()
    stage.save("capture 16", "dark waltz")
    assert stage.beat(2, 1) == [("capture", "16")]
    stage.save("capture 16", "storm")
    assert ("capture", "16") not in stage.beat(3, 1)
    stage.save("storm")
    stage.save("storm", "capture 16")
    assert ("capture", "16") in stage.beat(4, 1)


def test_lines_that_repeat_are_limited() -> None:
    stage = Stage()
    for number in range(MAX_TYPED):
        stage.say(f"every 8 mood {number}")
    with pytest.raises(LineError, match="clear"):
        stage.say("every 8 storm")
    stage.say("clear")
    stage.say("every 8 storm")
