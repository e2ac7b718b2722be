"""Colours: every letter of every page in every theme can be read, and is told by shape too."""

import pytest

from amt_live.music.parts import PARTS
from amt_live.tui.help import paint_help
from amt_live.tui.inks import LAMPS
from amt_live.tui.keys import Mode
from amt_live.tui.messages import receive
from amt_live.tui.pages import paint_moods, paint_question
from amt_live.tui.paint import StagePainter
from amt_live.tui.partspaint import PartsFrame, paint_parts
from amt_live.tui.roll import Roll
from amt_live.tui.rollpaint import RollFrame, RollPainter
from amt_live.tui.styles import paint_styles
from amt_live.tui.theme import PALETTES, contrast
from amt_live.tui.view import PlayedMood, StageView, with_link, with_message
from amt_live.tui.vitals import VitalsPainter

ENOUGH = 4.5
NOW_S = 10.0


def views():
    """Views in which everything that has a colour of its own is shown."""
    calm = StageView(where="127.0.0.1:9740")
    calm = with_link(calm, "connected")
    for address, *atoms in (
        ("/amt/transport/state", "playing"),
        ("/amt/mood", "calm"),
        ("/amt/mood/understood", "calm", 0.2, -1.0, "peaceful, still, jazz"),
        ("/amt/model", "default"),
        ("/amt/midi/port", "jack", "amt-live"),
        ("/amt/health", 7.0, 400.0, 0.4, 0, 0, 0.1, 0.9, 0, 0, "SCHED_FIFO, memory locked"),
    ):
        calm = receive(calm, address, atoms, NOW_S)
    yield calm
    hot = calm
    for address, *atoms in (
        ("/amt/mood/armed", 2, "storm", 9, 1.0, 2.0),
        ("/amt/mood/understood", "storm", -1.0, 2.0, "furious, tense, metal"),
        ("/amt/key", "D minor"),
        ("/amt/chords", "Dm7 | G7"),
        ("/amt/take/state", "take 1"),
        ("/amt/learn", "/amt/density"),
        ("/amt/health", 0.2, 90.0, 30.0, 2, 5, 0.1, 0.9, 1, 4, "normal priority", 1, 2, 3),
    ):
        hot = receive(hot, address, atoms, NOW_S)
    yield hot
    yield receive(hot, "/amt/health", [1.5, 90.0, 6.0, 2, 5, 0.1, 0.9, 1, 4, "x", 1, 2, 3], 99.0)
    yield receive(calm, "/amt/transport/state", ["count_in"], NOW_S)
    yield receive(calm, "/amt/transport/state", ["stopped"], NOW_S)
    yield with_link(calm, "lost")
    yield with_message(calm, "an error", "error", NOW_S)
    yield with_message(calm, "a hint", "hint", NOW_S)


def painted(palette):
    """Every row of every page."""
    painter, vitals = StagePainter(palette), VitalsPainter(palette)
    for view in views():
        for now_s in (NOW_S, NOW_S + 5):
            yield painter.status(view, 200, "Am7", "A minor")
            yield painter.armed(view, 200, now_s)
            yield painter.armed(view, 200, now_s, is_low=False)
            yield painter.heard(view, 200)
            yield vitals.row(view, 200, now_s)
            yield from painter.mood(view, 60, 1, now_s)
            for mode in Mode:
                yield painter.prompt(mode, 8)
                yield painter.bottom(view, mode, 200, now_s)
    view = next(views())
    parts = tuple(range(len(PARTS)))
    for field in ("mute", "solo"):
        view = receive(view, f"/amt/part/bass/{field}", [1], NOW_S)
        for active in (frozenset(), frozenset(parts)):
            for selected in parts:
                frame = PartsFrame(view.band.parts, active, active, selected, True)
                yield from paint_parts(frame, palette, 41, 16)
    frame = PartsFrame(StageView().band.parts, frozenset(parts), frozenset(parts), 0, True)
    yield from paint_parts(frame, palette, 41, 16)
    roll = Roll()
    roll.beat(1, 1, 0.0, 120.0)
    roll.mood("calm", 0.0, 120.0)
    yield from RollPainter(palette).paint(roll, RollFrame(0.0, None, True), 60, 20)
    yield from paint_help(palette, 120, 40)
    yield from paint_styles(palette, ("one", "two"), 1, 60, 10)
    yield from paint_moods(palette, [PlayedMood(1, "a"), PlayedMood(2, "b")], 1, 60, 10)
    yield from paint_question(palette, 46, 7)


@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_every_letter_stands_out_from_its_ground(palette):
    faint = {
        (segment.text.strip(), segment.style.color.name, segment.style.bgcolor.name)
        for row in painted(palette)
        for segment in row
        if any(letter.isalnum() for letter in segment.text)
        and contrast(segment.style.color.name, segment.style.bgcolor.name) < ENOUGH
    }
    assert not faint


@pytest.mark.parametrize("palette", PALETTES.values(), ids=list(PALETTES))
def test_notes_that_sound_are_told_from_their_ground_and_from_decided_ones(palette):
    from amt_live.tui.rollpaint import colour_table

    table = colour_table(palette)
    for part in PARTS:
        shades = table[14 + part.index * 5 : 14 + part.index * 5 + 5]
        assert contrast(shades[2], palette.ground) >= 3.0, part.name
        assert contrast(shades[2], palette.ground) > contrast(shades[4], palette.ground)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_health_is_told_by_shape_as_well_as_by_colour():
    assert len(set(LAMPS.values())) == len(LAMPS)
