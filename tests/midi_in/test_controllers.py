"""Controllers and what they are bound to; the file they are kept in; pipes, floods, loops."""

import json
import random
import time
from concurrent.futures import Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.control import commands as c
from amt_live.control.hands import HandsState, Learn, PlayedNote, SetThru, Unlearn
from amt_live.control.state import BandState, PartState
from amt_live.control.when import When
from amt_live.errors import AmtError, FileError
from amt_live.midi_in.controller_file import ControllerFile
from amt_live.midi_in.controllers import (
    Controller,
    Movement,
    command_for,
    controller_of,
    movement_of,
    target_of,
)
from amt_live.midi_in.desk import LOOP, HandsDesk
from amt_live.midi_in.loops import LoopGuard
from amt_live.midi_in.pipe import Heard, Opened, Trouble, decode, encode
from amt_live.music.parts import PARTS

STATE = BandState(parts=tuple(PartState(p.name, p.channel + 1, p.program) for p in PARTS))
FADER, PAD = Controller("cc", 0, 74), Controller("note", 9, 36)


def moved(text, value, before=0.0, controller=FADER, state=STATE):
    return command_for(target_of(text), Movement(controller, value), before, state)


@pytest.mark.parametrize(
    ("text", "value", "command"),
    [
        ("/amt/density", 0.5, c.SetKnob("density", 0.5)),
        ("/amt/density 0.2 0.4", 1.0, c.SetKnob("density", 0.4)),
        ("/amt/tempo", 0.0, c.SetTempo(20.0)),
        ("/amt/tempo 160 80", 1.0, c.SetTempo(80.0)),
        ("/amt/part/piano/level", 1.0, c.SetPart("piano", "level", 127)),
        ("/amt/part/*/octave", 0.0, c.SetPart("*", "octave", -3)),
        ("/amt/part/bass/mute", 0.4, c.SetPart("bass", "mute", 0)),
        ("/amt/part/bass/mute", 0.6, c.SetPart("bass", "mute", 1)),
        ("/amt/quantise", 0.0, c.SetQuantise(When.NOW)),
        ("/amt/late", 1.0, c.SetLate("hold")),
        ("/amt/mood dark waltz @beat", 0.9, c.SetMood("dark waltz", When.BEAT)),
        ("/amt/tempo 90", 0.9, c.SetTempo(90.0)),
        ("/amt/panic", 1.0, c.Panic()),
        ("/amt/call 8 thin", 1.0, c.StartCall(8, "thin")),
        ("/amt/key D minor", 1.0, c.SetKey("D minor")),
        ("/amt/thru 1", 1.0, SetThru(True)),
    ],
)
def test_a_movement_makes_the_command_of_its_address(text, value, command):
    assert moved(text, value) == command


def test_a_whole_command_is_carried_out_once_when_it_is_pressed():
    text = "/amt/mood dark waltz"
    assert moved(text, 0.9, before=0.7) is None
    assert moved(text, 0.3, before=0.7) is None
    assert moved(text, 0.2, controller=PAD) is not None  # a key, however softly
    assert moved(text, 0.0, before=0.2, controller=PAD) is None


def test_a_key_turns_a_switch_over():
    muted = BandState(parts=tuple(PartState(p.name, 1, 0, mute=True) for p in PARTS))
    on = moved("/amt/part/bass/mute", 0.5, controller=PAD)
    assert on == c.SetPart("bass", "mute", 1)
    off = moved("/amt/part/bass/mute", 0.5, controller=PAD, state=muted)
    assert off == c.SetPart("bass", "mute", 0)


@pytest.mark.parametrize(
    "text",
    [
        "/amt/nothing", "/amt/part/kazoo/mute", "/amt/health", "/amt/note", "/amt/ping",
        "/amt/mood", "/amt/tempo 10 90", "/amt/tempo x", "/amt/key", "/amt/learn", "/amt/call 99",
        "/amt/mood a @someday",
    ],
)  # fmt: skip
def test_what_cannot_be_bound_is_refused_in_one_line(text):
    with pytest.raises(AmtError) as caught:
        target_of(text)
    assert "\n" not in str(caught.value)


@given(st.binary(min_size=1, max_size=6))
def test_controllers_spell_themselves_and_any_bytes_are_survived(data):
    line = encode(Heard(((1.5, data),)))
    report = decode(line)
    if report is None:
        return
    movement = movement_of(report.messages[0][1])
    if movement is not None:
        assert 0.0 <= movement.value <= 1.0
        assert controller_of(str(movement.controller)) == movement.controller


@given(st.binary(max_size=200))
def test_no_line_of_the_pipe_raises(line):
    decode(line)


def test_reports_travel_whole():
    for report in (Heard(((1.25, b"\x90\x3c\x40"),)), Opened("in"), Trouble("why", True)):
        assert decode(encode(report)) == report


# The file


def test_what_is_bound_is_read_back(tmp_path):
    file = ControllerFile(tmp_path / "deep" / "controllers.json")
    bound = {FADER: target_of("/amt/density 0.1 0.9"), PAD: target_of("/amt/mood dark waltz")}
    file.save(bound)
    again, why = ControllerFile(tmp_path / "deep" / "controllers.json").load()
    assert (again, why) == (bound, "")


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{", '{"version": 2}', '{"version": 1, "controllers": []}',
        '{"version": 1, "controllers": {"cc 74 on 1": "/amt/nothing"}}',
        '{"version": 1, "controllers": {"cc 740 on 1": "/amt/density"}}',
        '{"version": 1, "controllers": {"cc 74 on 17": "/amt/density"}}',
        '{"version": 1, "controllers": {"cc 74 on 1": 5}}',
        '{"version": 1, "controllers": {"cc 74 on 1": "/amt/mood a\\u0007b"}}',
        "[" * 100_000, "\udcff", "x" * 300_000,
    ],
)  # fmt: skip
def test_a_bad_file_is_one_line_and_is_set_aside_before_another_is_written(tmp_path, text):
    path = tmp_path / "controllers.json"
    path.write_text(text, errors="surrogateescape")
    file = ControllerFile(path)
    bindings, why = file.load()
    assert bindings == {} and "set aside" in why and "\n" not in why and len(why) < 600
    file.save({FADER: target_of("/amt/density")})
    assert json.loads(path.read_text())["controllers"] == {"cc 74 on 1": "/amt/density 0 1"}
    assert path.with_name("controllers.json.broken").read_text(errors="surrogateescape") == text


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="--controllers"):
        ControllerFile(tmp_path / "file" / "controllers.json").save({})


# The desk


class Band:
    """Takes what the desk leads to it."""

    def __init__(self, thru=False, file=None):
        self.done, self.played, self.sent, self.complaints, self.started = [], [], [], [], 0
        self.desk = HandsDesk(
            self._submit,
            self.played.extend,
            self.sent.append,
            lambda: STATE,
            self.complaints.append,
            file,
            thru=thru,
        )
        self.desk.attach(self, is_wanted=False)

    def start(self):
        self.started += 1

    def _submit(self, command):
        future = Future()
        if isinstance(command, c.CancelMood):
            future.set_exception(AmtError("no mood is armed"))
        else:
            future.set_result(None)
        self.done.append(command)
        return future

    def hear(self, *messages, at_s=1.0):
        self.desk.take_in(Heard(tuple((at_s, data) for data in messages)))


def test_nothing_is_opened_before_it_is_wanted(tmp_path):
    band = Band()
    assert band.started == 0 and not band.desk.execute(c.SetTempo(90.0))
    assert band.desk.execute(Learn("/amt/density")) and band.started == 1
    file = ControllerFile(tmp_path / "c.json")
    file.save({FADER: target_of("/amt/density")})
    assert Band(file=file).started == 1
    assert Band(thru=True).started == 1


def test_what_is_learned_is_a_command_and_neither_sent_on_nor_played():
    band = Band(thru=True)
    band.desk.execute(Learn("/amt/density"))
    band.hear(b"\x80\x3c\x40")  # letting go of a key binds nothing
    assert band.desk.state.learning == "/amt/density"
    band.hear(b"\xb0\x4a\x20", b"\xb0\x4a\x40", b"\xb0\x4a\x40", b"\xb0\x4a\x7f")
    assert band.desk.state == HandsState("", "", ("cc 74 on 1 = /amt/density 0 1",), True)
    assert band.done == [c.SetKnob("density", 64 / 127), c.SetKnob("density", 1.0)]
    band.hear(b"\x90\x3c\x40", b"\xe0\x00\x40")
    assert band.sent == [b"\x80\x3c\x40", b"\x90\x3c\x40", b"\xe0\x00\x40"]
    assert band.played[-1] == PlayedNote(1.0, 0, 60, 64)


def test_what_the_band_refuses_is_told_and_not_again_and_again():
    band = Band()
    band.desk.execute(Learn("/amt/mood/cancel"))
    band.hear(b"\x90\x3c\x40", b"\x80\x3c\x00")
    for _ in range(5):
        band.hear(b"\x90\x3c\x40", b"\x80\x3c\x00")
    assert len(band.done) == 5
    assert band.complaints == ["note 60 on 1: no mood is armed"]


def test_unlearning_and_its_refusals():
    band = Band()
    for number in (74, 75):
        band.desk.execute(Learn("/amt/density"))
        band.hear(bytes((0xB0, number, 1)))
    with pytest.raises(AmtError, match="no controller is bound"):
        band.desk.execute(Unlearn("/amt/tempo"))
    band.desk.execute(Unlearn("cc 74 on 1"))
    assert band.desk.state.bindings == ("cc 75 on 1 = /amt/density 0 1",)
    band.desk.execute(Unlearn("*"))
    assert band.desk.state.bindings == ()


def test_keys_that_were_sent_on_are_let_go_when_nothing_is_heard_any_more():
    band = Band(thru=True)
    band.hear(b"\x91\x3c\x40")
    band.desk.take_in(Trouble("the port went away", is_deaf=True))
    assert band.sent == [b"\x91\x3c\x40", b"\x81\x3c\x40"]


def test_a_loop_through_other_programs_is_told_and_not_listened_to():
    band = Band(thru=True)
    band.desk.take_in(Opened("in"))
    for number in range(40):
        pitch = 40 + number % 30
        band.hear(bytes((0x92, pitch, 71)))  # before or after the player tells of it
        band.desk.sent([(2, pitch, 71)])
    assert band.complaints == [LOOP]
    count = len(band.sent)
    band.hear(b"\x92\x28\x47")
    assert len(band.sent) == count < 20
    ons = {data[1] for data in band.sent if data[0] == 0x92}
    assert ons == {data[1] for data in band.sent if data[0] == 0x82}  # nothing hangs


def test_a_key_that_is_repeated_is_sent_on_each_time():
    band = Band(thru=True)
    for _ in range(30):
        band.hear(b"\x90\x3c\x40", b"\x80\x3c\x40")
        time.sleep(0.05)
    assert band.complaints == [] and len(band.sent) == 60


def test_what_is_sent_on_and_comes_back_is_a_loop():
    band = Band(thru=True)
    band.hear(b"\x90\x3c\x40")
    for _ in range(60):
        if band.sent:
            band.hear(band.sent[-1])
    assert band.complaints == [LOOP]


@given(st.integers(0, 2**32))
def test_a_performer_beside_the_band_is_no_loop(seed):
    draw, guard = random.Random(seed), LoopGuard()
    for number in range(400):
        at_s = number * draw.uniform(0.02, 0.1)
        key = (draw.randrange(2), draw.randrange(48, 72), draw.randrange(40, 110))
        (guard.heard if draw.random() < 0.4 else guard.sent)(key, at_s)
    assert not guard.is_loop


def test_a_loop_that_was_taken_away_is_over():
    guard = LoopGuard()
    for number in range(20):
        guard.sent((0, 60 + number, 80), number * 0.1)
        guard.heard((0, 60 + number, 80), number * 0.1 + 0.01)
    assert guard.is_loop
    guard.heard((0, 50, 70), 10.0)
    assert not guard.is_loop
