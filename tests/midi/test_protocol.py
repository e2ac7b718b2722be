"""The pipe: what goes in comes out, and nothing else gets through."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.midi import protocol
from amt_live.midi.mixer import RANGES
from amt_live.midi.output import (
    NotesSent,
    PlayerGone,
    PlayerTrouble,
    PortLost,
    PortOpened,
    TakeWritten,
    Timing,
)
from amt_live.music.events import Bar, Mark, Note, ProgramChange
from amt_live.music.timeline import Timeline

TICKS = st.integers(-1000, 1 << 30)
COUNT = st.integers(1, 1 << 20)
PARTS = st.integers(0, 15)
BYTE = st.integers(0, 127)
TEXT = st.text(max_size=40)
NOTES = st.builds(Note, TICKS, PARTS, BYTE, st.integers(1, 127), COUNT)
EVENTS = st.one_of(
    NOTES,
    st.builds(ProgramChange, TICKS, PARTS, BYTE),
    st.builds(Bar, TICKS, COUNT, COUNT),
    st.builds(Mark, TICKS, TEXT),
)
TIMELINES = st.builds(Timeline, st.floats(20, 300), TICKS, st.floats(-1e9, 1e9))
FIELDS = st.sampled_from(sorted(RANGES)).flatmap(
    lambda field: st.builds(
        protocol.SetPartField, PARTS, st.just(field), st.sampled_from(list(RANGES[field]))
    )
)
PATHS = st.text(st.characters(min_codepoint=33, max_codepoint=300), min_size=1, max_size=20).map(
    Path
)
COMMANDS = st.one_of(
    st.builds(protocol.Schedule, st.lists(EVENTS, max_size=5).map(tuple)),
    st.builds(protocol.DropFrom, TICKS),
    st.builds(protocol.SetTimeline, st.one_of(st.none(), TIMELINES)),
    FIELDS,
    st.builds(protocol.TakeStart, PATHS),
    st.builds(protocol.TakeStop, PATHS),
    st.builds(protocol.Capture, PATHS, st.integers(1, 512)),
    st.sampled_from([protocol.PanicNow(), protocol.Halt(), protocol.Quit()]),
)
TIMES = st.floats(0, 1e6)
REPORTS = st.one_of(
    st.builds(PortOpened, TEXT, TEXT, TEXT, TEXT),
    st.builds(PortLost, TEXT),
    st.builds(NotesSent, st.lists(NOTES, max_size=5).map(tuple)),
    st.builds(Timing, TIMES, TIMES, TIMES, COUNT, COUNT),
    st.builds(TakeWritten, PATHS, COUNT),
    st.builds(PlayerTrouble, TEXT),
    st.builds(PlayerGone, TEXT),
    st.builds(protocol.NoTake, PATHS),
    st.builds(protocol.CaptureKept, PATHS),
    st.builds(protocol.CaptureFailed, PATHS, TEXT, st.booleans()),
)


@given(COMMANDS)
def test_commands_survive_the_pipe(command):
    line = protocol.encode_command(command)
    assert line.count(b"\n") == 1
    assert protocol.decode_command(line) == command


@given(REPORTS)
def test_reports_survive_the_pipe(report):
    assert protocol.decode_report(protocol.encode_report(report)) == report


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "[]",
        "{}",
        "3",
        '["schedule"]',
        '["unknown",1]',
        '["schedule",[["n",0,16,60,80,1]]]',
        '["schedule",[["n",0,0,128,80,1]]]',
        '["schedule",[["n",0,0,60,0,1]]]',
        '["schedule",[["n",0,0,60,80,0]]]',
        '["schedule",[["n",0.5,0,60,80,1]]]',
        '["schedule",[["n",true,0,60,80,1]]]',
        '["schedule",[["x",0,0]]]',
        '["timeline",[10,0,0]]',
        '["timeline",[NaN,0,0]]',
        '["timeline",[120,0,Infinity]]',
        '["part",[0,"channel",0]]',
        '["part",[0,"colour",0]]',
        '["part",[0,[],0]]',
        '["take_start",7]',
        "[" * 5000,
    ],
)
def test_a_wrong_line_is_one_error(line):
    with pytest.raises(protocol.ProtocolError):
        protocol.decode_command(line.encode())


@given(st.binary(max_size=80))
def test_no_bytes_raise_anything_else(line):
    for decode in (protocol.decode_command, protocol.decode_report):
        with pytest.raises(protocol.ProtocolError):
            decode(line)
