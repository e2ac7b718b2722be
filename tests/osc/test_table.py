"""The address table: complete, consistent with the state's defaults, and the source of the page."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amt_live.control import commands as c
from amt_live.control.state import BandState
from amt_live.control.when import When
from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ADDRESSES, ROUTES
from amt_live.osc.arguments import Refusal
from amt_live.osc.reference import render
from amt_live.osc.routing import command_of, followed, help_about, look_up
from amt_live.osc.words import bare_name, chords_of, key_of
from tests.osc.band import PARTS_AT_START

PAGE = Path(__file__).parents[2] / "patches" / "README.md"


def test_the_page_is_what_the_table_says():
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_address_of_the_contract_is_there():
    contract = """mood mood/cancel mood/undo quantise tempo transport/play transport/stop
        transport/continue transport/count_in panic swing density energy key chords seed
        sampling/temperature sampling/top_p sampling/top_k sampling/guidance take/start take/stop
        notify status help ping sync""".split()
    parts = [
        f"part/{name}/{field}"
        for name in (*PART_NAMES, "*")
        for field in ("mute", "solo", "channel", "program", "level", "octave")
    ]
    assert {f"/amt/{path}" for path in (*contract, *parts)} <= set(ROUTES)


@pytest.mark.parametrize("entry", ADDRESSES, ids=lambda entry: entry.path)
def test_every_row_has_a_sentence_and_does_what_its_kind_says(entry):
    assert entry.sentence.endswith(".") and len(entry.sentence) < 160
    assert (entry.make is not None) == (entry.kind in ("setting", "action"))
    assert (entry.read is not None) == (entry.kind in ("setting", "reading"))


@pytest.mark.parametrize(
    "entry", [e for e in ADDRESSES if e.kind == "setting"], ids=lambda entry: entry.path
)
def test_defaults_of_the_table_are_those_of_the_band(entry):
    state = BandState(parts=PARTS_AT_START)
    default = entry.arguments[0].default
    if default is not None:
        assert entry.read(state, "piano" if "{part}" in entry.path else "") == (default,)


def test_what_is_followed_covers_every_setting():
    settings = {path for path, r in ROUTES.items() if r.entry.kind == "setting" and r.part != "*"}
    assert settings <= set(followed(BandState(parts=PARTS_AT_START)))


def blend(*flat, when=None):
    return c.BlendMood(
        tuple(zip(flat[::2], flat[1::2], strict=True)), None if when is None else When(when)
    )


@pytest.mark.parametrize(
    ("address", "atoms", "command"),
    [
        ("/amt/mood", ["sparse", "melancholic", "jazz"], c.SetMood("sparse melancholic jazz")),
        ("/amt/mood", ["dark waltz", "@beat"], c.SetMood("dark waltz", When.BEAT)),
        ("/amt/mood", ["dark waltz @2bars"], c.SetMood("dark waltz", When.BARS_2)),
        ("/amt/mood", [80, "miles", 1.5, "@NOW"], c.SetMood("80 miles 1.5", When.NOW)),
        ("/amt/mood", ["x" * 500, "@bar"], c.SetMood("x" * 500, When.BAR)),
        ("/amt/mood/blend", ["calm", 0.7, "storm", 0.3], blend("calm", 0.7, "storm", 0.3)),
        ("/amt/mood/blend", ["calm 2 storm 1 @beat"], blend("calm", 2, "storm", 1, when="beat")),
        (
            "/amt/mood/blend",
            ["80", "miles", "0.5", "late", "night", 1, "@4bars"],
            blend("80 miles", 0.5, "late night", 1, when="4bars"),
        ),
        ("/amt/mood/blend", ["calm", 2, "storm", -0.5], blend("calm", 2, "storm", -0.5)),
        ("/amt/mood/glide", ["dark", "waltz", 8], c.GlideMood("dark waltz", 8)),
        ("/amt/mood/glide", ["dark waltz 8 @beat"], c.GlideMood("dark waltz", 8, When.BEAT)),
        ("/amt/mood/glide", ["8 miles", "4.0", "@bar"], c.GlideMood("8 miles", 4, When.BAR)),
        ("/amt/tempo", [96], c.SetTempo(96.0)),
        ("/amt/tempo", ["96.5", "4"], c.SetTempo(96.5, 4.0)),
        ("/amt/quantise", ["4bars"], c.SetQuantise(When.BARS_4)),
        ("/amt/quantise", ["@beat"], c.SetQuantise(When.BEAT)),
        ("/amt/part/piano/mute", [True], c.SetPart("piano", "mute", 1)),
        ("/amt/part/*/level", [63.7], c.SetPart("*", "level", 64)),
        ("/amt/part/bass/octave", ["-1"], c.SetPart("bass", "octave", -1)),
        ("/amt/swing", ["free"], c.SetKnob("swing", None)),
        ("/amt/energy", [1], c.SetKnob("energy", 1.0)),
        ("/amt/key", ["d", "minor"], c.SetKey("D minor")),
        ("/amt/key", ["free"], c.SetKey(None)),
        ("/amt/chords", ["Dm7", "|", "G7", "|", "%"], c.SetChords("Dm7 | G7 | %")),
        ("/amt/sampling/top_k", [40.0], c.SetSampling("top_k", 40)),
        ("/amt/seed", ["7"], c.SetSeed(7)),
        ("/amt/scene/save", ["my", "verse"], c.SaveScene("my verse")),
        ("/amt/scene/cue", ["my verse"], c.CueScene("my verse")),
        ("/amt/scene/cue", ["my", "verse", "@4bars"], c.CueScene("my verse", When.BARS_4)),
        ("/amt/scene/cue", ["verse @now"], c.CueScene("verse", When.NOW)),
        ("/amt/scene/delete", [7], c.DeleteScene("7")),
        ("/amt/bank/store", [3], c.StoreBank(3)),
        ("/amt/bank/recall", ["3", "@4bars"], c.RecallBank(3, When.BARS_4)),
        ("/amt/bank/clear", [16.0], c.ClearBank(16)),
        ("/amt/take/start", [], c.StartTake(None)),
        ("/amt/take/start", ["my", "take"], c.StartTake("my take")),
        ("/amt/panic", ["whatever", 1], c.Panic()),
    ],
)
def test_messages_make_commands(address, atoms, command):
    assert command_of(look_up(address), atoms) == command


@pytest.mark.parametrize(
    ("address", "atoms", "code"),
    [
        ("/amt/mood", [""], "arguments"),
        ("/amt/mood", ["@beat"], "arguments"),
        ("/amt/mood", ["waltz", "@tomorrow"], "arguments"),
        ("/amt/mood", ["x" * 501], "text"),
        ("/amt/mood", ["be\x1bep"], "text"),
        ("/amt/mood/blend", ["calm", 1], "arguments"),
        ("/amt/mood/blend", ["calm", 1, "storm"], "arguments"),
        ("/amt/mood/blend", ["calm", "storm"], "arguments"),
        ("/amt/mood/blend", ["a", 1] * 9, "arguments"),
        ("/amt/mood/blend", ["calm", 1, "", 1], "text"),
        ("/amt/mood/blend", ["calm", 0, "storm", 0], "range"),
        ("/amt/mood/blend", ["calm", -1, "storm", 0.5], "range"),
        ("/amt/mood/blend", ["calm", float("inf"), "storm", 1], "range"),
        ("/amt/mood/blend", ["calm", 1, "storm", 1, "@later"], "arguments"),
        ("/amt/mood/glide", ["storm"], "arguments"),
        ("/amt/mood/glide", [8], "arguments"),
        ("/amt/mood/glide", ["", 8], "text"),
        ("/amt/mood/glide", ["storm", 0], "range"),
        ("/amt/mood/glide", ["storm", 65], "range"),
        ("/amt/tempo", [0], "range"),
        ("/amt/tempo", [float("nan")], "range"),
        ("/amt/tempo", ["1e999"], "range"),
        ("/amt/tempo", ["nan"], "arguments"),
        ("/amt/tempo", ["1_00"], "arguments"),
        ("/amt/tempo", ["٩٦"], "arguments"),
        ("/amt/tempo", [96, "@bar"], "arguments"),
        ("/amt/tempo", [96, 0, 0], "arguments"),
        ("/amt/mood/undo", ["@bar"], "arguments"),
        ("/amt/key", ["H minor"], "arguments"),
        ("/amt/chords", ["% | Dm7"], "arguments"),
        ("/amt/chords", ["Dm7 | | G7"], "arguments"),
        ("/amt/chords", ["Dm7 | hello"], "arguments"),
        ("/amt/scene/save", [""], "name"),
        ("/amt/scene/save", ["../x"], "name"),
        ("/amt/scene/save", ["x" * 65], "text"),
        ("/amt/scene/save", ["verse @bar"], "name"),
        ("/amt/scene/save", ["verse", "@bar"], "arguments"),
        ("/amt/scene/cue", ["@bar"], "name"),
        ("/amt/scene/cue", ["verse", "@later"], "arguments"),
        ("/amt/scene/cue", ["a @b c"], "name"),
        ("/amt/scene/delete", ["a/b"], "name"),
        ("/amt/scene/list", ["x"], "readonly"),
        ("/amt/take/start", ["../x"], "name"),
        ("/amt/midi/port", ["jack"], "readonly"),
    ],
)
def test_wrong_messages_are_refused_with_a_code(address, atoms, code):
    with pytest.raises(Refusal) as refusal:
        command_of(look_up(address), atoms)
    assert refusal.value.code == code
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "name",
    "a/b|a\\b|..|.hidden|C:x||con|NUL.mid|com1|lpt9.txt|a\x00b|tab\tbed|what?|end.".split("|"),
)
def test_names_that_are_not_bare_are_refused(name):
    with pytest.raises(Refusal):
        bare_name(name)


def test_names_that_are_too_long_or_divide_are_refused():
    for name in ("x" * 65, "a|b"):
        with pytest.raises(Refusal):
            bare_name(name)


@pytest.mark.parametrize("name", ["take", "Take 7", "über", "a.mid", "console", "x" * 64])
def test_bare_names_are_taken(name):
    assert bare_name(name) == name


@given(st.text(max_size=80))
def test_no_text_makes_a_name_that_leaves_its_folder(text):
    try:
        name = bare_name(text)
    except Refusal:
        return
    assert Path("/takes", name).resolve().parent == Path("/takes").resolve()


@given(st.text(max_size=60))
def test_keys_and_chords_are_taken_or_refused_never_broken(text):
    for read in (key_of, chords_of):
        try:
            value = read(text)
        except Refusal:
            continue
        assert value is None or read(value) == value


@pytest.mark.parametrize(
    ("text", "key"),
    [("Dm", "D minor"), ("f# min", "F# minor"), ("B♭ major", "Bb major"), ("C", "C major")],
)
def test_keys_are_written_in_one_way(text, key):
    assert key_of(text) == key


def test_unknown_parts_and_fields_name_those_that_exist():
    with pytest.raises(Refusal, match="piano"):
        look_up("/amt/part/paino/mute")
    with pytest.raises(Refusal, match="octave"):
        look_up("/amt/part/piano/volume")
    with pytest.raises(Refusal, match="/amt/help"):
        look_up("/amt/part/{piano,bass}/mute/x")


def test_help_tells_limits_and_units():
    assert len(help_about("")) == len(ADDRESSES)
    assert help_about("/amt/tempo")[0][1] == "bpm: 20-300 bpm, glide_beats: 0-256 beats"
    assert help_about("/amt/mood/blend")[0][1].endswith("weight: -100 to 100, 2 to 8 times in turn")
    assert look_up("/amt/mood/blend").entry.usage == "text weight text weight ... [@when]"
