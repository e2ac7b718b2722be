"""The engine's line: what is passed over changes nothing, and words are read beside the band."""

import contextlib
import threading
from concurrent.futures import Future
from threading import Condition
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from amt_live.control import commands as c
from amt_live.control.when import When
from amt_live.engine.line import Hearing, Job, Line, words_of
from amt_live.errors import AmtError

from .stage import Stage

MOODS = ("calm", "wild", "strange", "waltz 3")
BYTE = st.integers(0, 127)
knob = st.none() | st.floats(0, 1)
COMMANDS = st.one_of(
    st.builds(c.SetMood, st.sampled_from(MOODS), st.none() | st.sampled_from(list(When))),
    st.builds(c.GlideMood, st.sampled_from(MOODS), st.integers(1, 4)),
    st.builds(c.SetTempo, st.floats(60, 200), st.sampled_from([0.0, 4.0])),
    st.builds(c.SetPart, st.sampled_from(("piano", "bass", "*")), st.just("level"), BYTE),
    st.builds(c.SetPart, st.sampled_from(("piano", "*")), st.just("program"), BYTE),
    st.builds(c.SetKnob, st.sampled_from(("swing", "density", "energy")), knob),
    st.builds(c.SetKey, st.sampled_from((None, "D minor"))),
    st.builds(c.SetSampling, st.just("temperature"), st.floats(0.1, 2)),
    st.builds(c.SetQuantise, st.sampled_from(list(When))),
    st.builds(c.SetSeed, st.integers(0, 9)),
    st.just(c.CancelMood()),
    st.builds(c.SaveScene, st.just("verse")),
)  # fmt: skip


def told(stage: Stage) -> tuple[Any, ...]:
    """What a performer would see of the band."""
    state = stage.band.state
    armed = None if state.armed is None else (state.armed.text, state.armed.bar, state.armed.beat)
    return (
        state.tempo_bpm, state.parts, state.knobs, state.key, state.chords, state.seed,
        state.sampling, state.quantise, armed, state.scenes,
    )  # fmt: skip


def playing() -> Stage:
    stage = Stage()
    stage.play()
    stage.run(1.0)
    return stage


def attempt(stage: Stage, command: c.Command) -> None:
    with contextlib.suppress(AmtError):
        stage.do(command)


@settings(max_examples=40, deadline=None)
@given(st.lists(COMMANDS, max_size=12))
def test_a_line_that_passes_over_ends_where_each_in_turn_would(waiting: list[c.Command]) -> None:
    one_by_one, together = playing(), playing()
    done: list[c.Command] = []
    with (wake := Condition()):
        line = Line(wake)
        for command in waiting:
            attempt(one_by_one, command)

            def work(command: c.Command = command) -> None:
                done.append(command)
                attempt(together, command)

            line.put(Job(work, lambda: None, command))
        while line:
            job = line.pop()
            if not job.is_void:
                job.work()
    assert told(together) == told(one_by_one)
    rest = iter(waiting)
    assert all(command in rest for command in done)  # in their order


def test_of_a_flood_of_moods_the_newest_is_carried_out_and_all_are_answered() -> None:
    with (wake := Condition()):
        line = Line(wake)
        outcomes: list[str] = []
        for number in range(100):
            line.put(
                Job(
                    lambda n=number: outcomes.append(f"done {n}"),  # type: ignore[misc]
                    lambda n=number: outcomes.append(f"passed over {n}"),  # type: ignore[misc]
                    c.SetMood(f"mood {number}"),
                )
            )
        line.put(Job(lambda: outcomes.append("panic"), command=c.Panic()), is_urgent=True)
        while line:
            job = line.pop()
            (job.skip if job.is_void and job.skip else job.work)()
    assert outcomes[0] == "panic"
    assert outcomes[1:] == [*(f"passed over {n}" for n in range(99)), "done 99"]


def test_what_would_have_been_seen_is_not_passed_over() -> None:
    with (wake := Condition()):
        line = Line(wake)
        commands: list[c.Command] = [c.SetTempo(90), c.SaveScene("a"), c.SetTempo(120)]
        for command in commands:
            line.put(Job(lambda: None, lambda: None, command))
        assert not any(line.pop().is_void for _ in commands)


class SlowEars:
    """Knows a text once it has been told that it may."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        self.may = threading.Event()
        self.fails = False

    def knows(self, text: str) -> bool:
        return text in self.known

    def hear(self, text: str) -> None:
        self.may.wait(10)
        if self.fails:
            raise RuntimeError("the encoder fell over")
        self.known.add(text)


def test_words_are_read_beside_and_once_they_are_known_cost_no_waiting() -> None:
    ears, heard = SlowEars(), Future[None]()
    hearing = Hearing(lambda: heard.set_result(None))
    words = words_of(c.BlendMood((("calm", 1.0), ("wild", 1.0))))
    assert not hearing.is_ready(ears, words)
    assert not hearing.is_ready(ears, words)  # and nothing is started twice
    ears.may.set()
    heard.result(10)
    assert hearing.is_ready(ears, words) and ears.known == {"calm", "wild"}
    assert hearing.is_ready(object(), ("unheard",))  # a reader without ears reads in its turn
    hearing.close()


def test_words_that_cannot_be_read_hold_nobody_up() -> None:
    ears, heard = SlowEars(), Future[None]()
    ears.fails = True
    ears.may.set()
    hearing = Hearing(lambda: heard.set_result(None))
    assert not hearing.is_ready(ears, ("calm",))
    heard.result(10)
    assert hearing.is_ready(ears, ("calm",))
    hearing.close()
