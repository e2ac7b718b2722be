"""Large letters, rows, parts, history: the pure pieces of the screen."""

from dataclasses import replace

import pytest

from amt_live.music.parts import PARTS
from amt_live.tui import bigtext
from amt_live.tui.bigtext import Size
from amt_live.tui.help import help_lines, paint_help
from amt_live.tui.history import MoodHistory
from amt_live.tui.keys import KEYS, Mode, footer_keys, key_name
from amt_live.tui.messages import receive
from amt_live.tui.paint import StagePainter
from amt_live.tui.partspaint import PartsFrame, level_bar, paint_parts
from amt_live.tui.programs import GM_NAMES, sound_name
from amt_live.tui.theme import STAGE
from amt_live.tui.view import StageView, with_link, with_message
from amt_live.tui.vitals import VitalsPainter

PAINTER = StagePainter(STAGE)
VITALS = VitalsPainter(STAGE)


def text_of(row):
    return "".join(segment.text for segment in row)


def playing(*messages, at_s=10.0):
    view = with_link(StageView(where="127.0.0.1:9740"), "connected")
    for address, *atoms in (("/amt/transport/state", "playing"), *messages):
        view = receive(view, address, atoms, at_s)
    return view


@pytest.mark.parametrize(
    ("text", "columns", "rows", "size"),
    [
        ("calm", 80, 5, Size.DOUBLE),
        ("calm", 80, 3, Size.HALF),
        ("sparse melancholic jazz ballad", 78, 3, Size.QUARTER),
        ("sparse melancholic jazz ballad", 118, 7, Size.TALL),
        ("sparse melancholic jazz ballad", 118, 3, Size.HALF),
        ("a mood that goes on and on until no large letters can show it at all", 78, 3, None),
        ("тихая ночь", 78, 3, None),
        ("", 78, 3, None),
    ],
)
def test_a_mood_is_drawn_at_the_largest_size_that_fits(text, columns, rows, size):
    shown = bigtext.fit(text, columns, rows)
    assert shown.size == size
    assert len(shown.rows) <= rows
    assert all(len(row) <= columns for row in shown.rows)


def test_accents_are_left_out_and_every_ascii_letter_is_there():
    assert bigtext.draw_line("été", Size.HALF) == bigtext.draw_line("ETE", Size.HALF)
    assert all(
        bigtext.can_draw(chr(code)) for code in range(32, 127) if chr(code) not in "$<>[]\\^`{}"
    )


@pytest.mark.parametrize("width", [1, 20, 40, 80, 120, 200])
def test_every_row_fills_its_width(width):
    view = playing(
        ("/amt/mood", "dark waltz 暗い"),
        ("/amt/mood/armed", 1, "fast aggressive metal 暗い", 9, 3.0, 4.0),
        ("/amt/take/state", "a take with a rather long name"),
        ("/amt/key", "D minor"),
        ("/amt/chords", "Dm7 | G7 | Cmaj7 | %"),
        ("/amt/health", 14.5, 412.0, 0.4, 3, 2),
    )
    lost = with_link(view, "lost")
    for shown in (view, lost, StageView(), with_message(view, "x" * 300, "error", 10.0)):
        rows = [
            PAINTER.status(shown, width, "Am7", "A minor"),
            PAINTER.heard(shown, width),
            PAINTER.armed(shown, width, 10.0),
            VITALS.row(shown, width, 10.0),
            PAINTER.prompt(Mode.TYPING, width),
            *(PAINTER.bottom(shown, mode, width, 10.0) for mode in Mode),
            *PAINTER.mood(shown, width, 3, 10.0),
        ]
        for row in rows:
            assert sum(segment.cell_length for segment in row) == width, text_of(row)


def test_the_armed_mood_is_shown_with_bar_and_beats_left():
    view = playing(("/amt/tempo", 120.0), ("/amt/mood/armed", 1, "storm", 9, 1.0, 2.0))
    assert "next ▸ storm" in text_of(PAINTER.armed(view, 80, 10.0))
    assert "bar 9 · in 4 beats ▰▰▰▰" in text_of(PAINTER.armed(view, 80, 10.0))
    assert "in 1 beat ▰▱▱▱" in text_of(PAINTER.armed(view, 80, 11.7))
    assert "now" in text_of(PAINTER.armed(view, 80, 12.5))


def test_a_lost_band_is_named_with_the_way_to_get_one():
    row = text_of(PAINTER.armed(with_link(playing(), "lost"), 100, 10.0))
    assert "127.0.0.1:9740" in row
    assert "amt-live daemon" in row
    assert "NO BAND" in text_of(PAINTER.status(with_link(playing(), "lost"), 80))


def test_the_recording_light_is_red_while_recording():
    view = playing(("/amt/take/state", "first"))
    light = [s for s in PAINTER.status(view, 80) if "REC first" in s.text]
    assert light[0].style.bgcolor.name == STAGE.recording
    assert "REC" not in text_of(PAINTER.status(playing(), 80))


def test_underruns_are_painted_in_the_colour_of_alarm():
    view = playing(("/amt/health", 14.5, 412.0, 0.4, 3, 0))
    alarm = [s for s in VITALS.row(view, 120, 10.5) if "underruns 3" in s.text]
    assert alarm[0].style.bgcolor.name == STAGE.bad


def test_parts_show_sound_level_mute_and_solo():
    view = playing(
        ("/amt/part/bass/mute", 1), ("/amt/part/piano/solo", 1), ("/amt/part/piano/octave", -1)
    )
    frame = PartsFrame(view.band.parts, frozenset({2}), frozenset({2}), 2, True)
    rows = [text_of(row) for row in paint_parts(frame, STAGE, 41, 16)]
    assert len(rows) == len(PARTS)
    assert "bass" in rows[1] and "Finger Bass" in rows[1] and "M" in rows[1]
    assert rows[2].startswith("▸█ piano") and "-1" in rows[2] and "S" in rows[2]
    assert all(len(row) == 41 for row in rows)


def test_the_selected_part_is_in_view_on_a_low_screen():
    frame = PartsFrame(StageView().band.parts, frozenset(), frozenset(), 15, True)
    assert "percussive" in "".join(text_of(row) for row in paint_parts(frame, STAGE, 31, 5))


def test_level_bars_grow_with_the_level():
    assert level_bar(0, 4) == "    "
    assert level_bar(127, 4) == "━━━━"
    assert len(level_bar(64, 4)) == 4


def test_every_general_midi_sound_has_a_name():
    assert len(GM_NAMES) == 128 and all(GM_NAMES)
    assert sound_name("drums", 0) == "Standard Kit"
    assert sound_name("piano", 127) == "Gunshot"


def test_no_key_is_bound_twice_and_typing_keeps_its_letters():
    always = [name for key in KEYS for name in key.always]
    command = [name for key in KEYS for name in key.command]
    assert len(set(always + command)) == len(always) + len(command)
    assert all(
        len(name) > 1
        and ("ctrl" in name or name[0] == "f" or name in {"escape", "tab", "pageup", "pagedown"})
        for name in always
    )


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_the_help_shows_every_key_on_one_screen(width, height):
    page = [text_of(row) for row in paint_help(STAGE, width, height)]
    assert len(page) == height
    lines = help_lines()
    for line in lines:
        shown = (line.always, line.command, line.about)
        assert any(all(piece in row for piece in shown) for row in page), shown
    words = {word for line in lines for word in f"{line.always} {line.command}".split()}
    scenes = {f"{n}" for n in range(1, 10)}
    for key in KEYS:
        names = {key_name(name) for name in (*key.always, *key.command)}
        assert names <= words or (names <= scenes and "1-9" in words), key


@pytest.mark.parametrize("mode", list(Mode))
def test_the_bottom_line_names_the_first_keys_of_the_mode(mode):
    row = text_of(PAINTER.bottom(playing(), mode, 200, 10.0))
    assert all(f" {key.shown(mode)} {key.label}" in row for key in footer_keys(mode))


def test_history_is_walked_up_and_down_and_keeps_what_was_being_typed(tmp_path):
    history = MoodHistory(tmp_path / "deep" / "moods.txt")
    history.add("calm")
    history.add("storm")
    assert [history.older("dr"), history.older(""), history.older("calm")] == [
        "storm",
        "calm",
        "calm",
    ]
    assert [history.newer(""), history.newer(""), history.newer("dr")] == ["storm", "dr", "dr"]


def test_history_is_kept_across_sessions_without_doubles(tmp_path):
    path = tmp_path / "moods.txt"
    for mood in ("calm", "storm", "calm", "  été   à la plage "):
        MoodHistory(path).add(mood)
    assert MoodHistory(path).lines == ("storm", "calm", "été à la plage")


def test_a_history_that_cannot_be_kept_stops_nobody(tmp_path):
    (tmp_path / "file").write_text("x")
    history = MoodHistory(tmp_path / "file" / "moods.txt")
    history.add("calm")
    assert history.older("") == "calm"


def test_silent_parts_are_dim():
    view = playing(("/amt/part/piano/solo", 1))
    frame = PartsFrame(view.band.parts, frozenset({1}), frozenset({1, 2}), 0, False)
    rows = paint_parts(frame, STAGE, 41, 16)
    bass = next(s for s in rows[1] if "bass" in s.text)
    assert bass.style.color.name == STAGE.faint
    assert replace(frame, selected=1) != frame


def test_a_band_without_a_port_says_so_and_how_to_keep_what_it_plays():
    for api, says in (("null", "playing into nothing, ^R records"), ("jack", "amt-live (jack)")):
        view = playing(("/amt/midi/port", "amt-live", api))
        view = replace(view, band=replace(view.band, midi_port="amt-live", midi_api=api))
        assert says in "".join(segment.text for segment in PAINTER._where(view))
