"""What somebody sees who has read nothing: one screen, right for what is there."""

import sys
from pathlib import Path

import pytest

from amt_live import welcome

JACK = "MIDI jack: amt-live; SCHED_FIFO, fine timers"
OSC = "OSC at 127.0.0.1:9740"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([JACK, OSC], ["made a MIDI port: 'amt-live' (jack)", "jack_connect amt-live", "--synth"]),
        (
            [JACK, "synthesizer: FluidSynth through jack with default-GM.sf2"],
            ["You should hear it: FluidSynth through jack"],
        ),
        (["MIDI alsa: FLUID Synth (1234):0; fine timers"], ["plays into the MIDI port: 'FLUID"]),
        (["MIDI null: null", OSC], ["as --midi-api null asks", "amt-live demo -o demo.wav"]),
        (
            ["no MIDI system found (x): playing into nothing; --record FILE.mid keeps it"],
            ["no MIDI system", "--record take.mid", "amt-live demo -o demo.wav"],
        ),
    ],
)
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_one_screen_says_what_appeared_what_to_connect_and_what_to_type(
    lines: list[str], says: list[str], platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    screen = welcome.screen(lines)
    text = "\n".join(screen)
    assert [word for word in says if word not in text] == []
    assert len(screen) <= 21 and max(map(len, screen)) <= 80
    assert "calm piano ballad" in text and "Return" in text


def test_it_is_shown_once_unless_nothing_can_be_heard_and_not_to_who_says_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(welcome, "_mark", lambda: tmp_path / "app" / "welcomed")
    monkeypatch.setattr("builtins.input", lambda asked: "")
    where = ("127.0.0.1", 1)
    assert not welcome.welcome([JACK], ["--mood=calm"], *where)
    assert welcome.welcome([JACK], ["--tempo=90"], *where)
    assert "made a MIDI port" in capsys.readouterr().out
    assert not welcome.welcome([JACK], [], *where)
    assert welcome.welcome(["no MIDI system found (x): playing into nothing"], [], *where)
    assert not welcome.welcome(["no MIDI system found (x)"], ["--record=a.mid"], *where)
