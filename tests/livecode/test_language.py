"""The language: what lines mean, what is refused and where, and the page that says so."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt_live.control.when import When
from amt_live.errors import FileError
from amt_live.livecode import reference
from amt_live.livecode.completion import completions
from amt_live.livecode.formatting import formatted, run_format
from amt_live.livecode.keywords import KEYWORDS
from amt_live.livecode.pieces import LineError
from amt_live.livecode.statements import Clear, Command, Repeat
from amt_live.livecode.syntax import MAX_LINES, parse, parse_file
from amt_live.osc.routing import command_of, look_up

ROOT = Path(__file__).parents[2]


def sent(line: str) -> list[tuple[object, ...]]:
    command = parse(line)
    assert isinstance(command, Command), line
    return [(message.address, *message.atoms) for message in command.messages]


def turns(line: str) -> tuple[int, int, list[list[tuple[object, ...]]]]:
    repeat = parse(line)
    assert isinstance(repeat, Repeat), line
    said = [[(m.address, *m.atoms) for m in turn.messages] for turn in repeat.turns]
    return repeat.first, repeat.bars, said


@pytest.mark.parametrize(
    ("line", "messages"),
    [
        ("dark waltz @bar", [("/amt/mood", "dark waltz")]),
        ("mood tempo rubato", [("/amt/mood", "tempo rubato")]),
        ("storm ~8 @2bars", [("/amt/mood/glide", "storm", "8")]),
        ("Tempo 140  ~8", [("/amt/tempo", "140", "8")]),
        ("tempo 140 ~8beats", [("/amt/tempo", "140", "8")]),
        ("density .3", [("/amt/density", ".3")]),
        ("swing free", [("/amt/swing", "free")]),
        ("mute drums, bass", [("/amt/part/drums/mute", 1), ("/amt/part/bass/mute", 1)]),
        ("mute Drums bass", [("/amt/part/drums/mute", 1), ("/amt/part/bass/mute", 1)]),
        ("unmute all", [("/amt/part/*/mute", 0)]),
        ("isolate bass", [("/amt/part/bass/solo", 1)]),
        ("octave lead -1", [("/amt/part/lead/octave", "-1")]),
        ("chords Dm7 | G7 | Cmaj7 | %", [("/amt/chords", "Dm7 | G7 | Cmaj7 | %")]),
        ("key F# minor  # sharp", [("/amt/key", "F# minor")]),
        ("scene verse @4bars", [("/amt/scene/cue", "verse")]),
        ("scene save my verse", [("/amt/scene/save", "my verse")]),
        ("bank store 3", [("/amt/bank/store", "3")]),
        ("bank recall 3 @bar", [("/amt/bank/recall", "3")]),
        ("bank holiday brass", [("/amt/mood", "bank holiday brass")]),
        ("blend calm .7, 80s pop .3 @beat", [("/amt/mood/blend", "calm .7 80s pop .3")]),
        ("quantise @4bars", [("/amt/quantise", "4bars")]),
        ("take stop", [("/amt/take/stop",)]),
        ("panic", [("/amt/panic",)]),
        ("temperature 1.1", [("/amt/sampling/temperature", "1.1")]),
    ],
)
def test_a_line_is_the_messages_it_stands_for(line: str, messages: list[object]) -> None:
    assert sent(line) == messages


@pytest.mark.parametrize(
    "line",
    ["solo cello", "solo piano", "solo strings",
     "swing", "swing era big band", "at dawn", "every breath you take", "take five",
     "stop motion", "play it again", "key of melancholy", "energy of youth", "undo the past",
     "panic on the streets", "#1 hit no more"[1:], "level headed", "dark waltz [slow]"],
)  # fmt: skip
def test_moods_need_no_keyword(line: str) -> None:
    assert sent(line) == [("/amt/mood", line)]


def test_when_and_empty_lines() -> None:
    assert parse("dark waltz @4BARS").when is When.BARS_4  # type: ignore[union-attr]
    assert parse("tempo 140 @beat ~8").when is When.BEAT  # type: ignore[union-attr]
    assert parse("") is parse("   ") is parse("# only this") is None
    assert isinstance(parse("clear"), Clear)


def test_lists_are_taken_in_turn() -> None:
    moods = [[("/amt/mood", "calm sea")], [("/amt/mood", "storm")]]
    assert turns("every 8 mood [calm sea, storm]") == (1, 8, moods)
    assert turns("every 8 bars [calm sea, storm]") == (1, 8, moods)
    assert turns("at 5 every 8 calm sea") == (5, 8, moods[:1])
    assert turns("at 33 mood storm") == (33, 0, moods[1:])
    mutes = [[("/amt/part/drums/mute", 1)], [("/amt/part/drums/mute", 0)]]
    assert turns("every 4 [mute drums, unmute drums]") == (1, 4, mutes)
    assert len(turns("every 2 tempo [90, 120] ~[1, 2, 3]")[2]) == 6
    repeat = parse("at 5 every 8 mood [a, b]")
    assert isinstance(repeat, Repeat)
    heard = [(bar, turn.text) for bar in range(1, 30) if (turn := repeat.turn(bar))]
    assert heard == [(5, "mood a"), (13, "mood b"), (21, "mood a"), (29, "mood b")]


@pytest.mark.parametrize(
    ("line", "column", "says"),
    [
        ("tempo 1400", 7, "20-300"),
        ("  tempo rubato", 9, "as a mood: mood tempo rubato"),
        ("tempo", 6, "tempo 140"),
        ("tempo 140 ~x", 11, "tempo 140 ~8"),
        ("tempo 140 ~8bars", 11, "~8 for 8 beats"),
        ("density .3 ~8", 12, "cannot glide"),
        ("density 3", 9, "0-1"),
        ("tepmo 140", 1, "did you mean: tempo 140?"),
        ("evry 8 storm", 1, "did you mean: every 8 storm?"),
        ("isolate drms", 9, "did you mean drums?"),
        ("mute drums, basss", 13, "did you mean bass?"),
        ("mute kazoo", 6, "there are: drums bass"),
        ("mute", 5, "part is missing"),
        ("level bass", 11, "number is missing"),
        ("level bass 128", 12, "0-127"),
        ("level bass 1 2", 14, "one number only"),
        ("chords Dm7 | H7 | C", 14, "'H7' is not a chord"),
        ("chords Dm7 | | C", 14, "a bar has no chord"),
        ("scene save ..", 12, "dot"),
        ("storm @tomorrow", 7, "@16th"),
        ("at 0 storm", 4, "from 1 to"),
        ("at 33", 6, "what to do is missing"),
        ("every 8 every 2 storm", 9, "cannot stand inside"),
        ("every 8 storm @beat", 15, "remove @beat"),
        ("every 8 mood [calm, storm", 14, "has no end"),
        ("every 8 mood calm]", 18, "closes no list"),
        ("every 8 mood [calm, [a]]", 21, "inside a list"),
        ("every 8 mood [calm,, a]", 20, "empty"),
        ("every 8 [tempo 100, tempo 9]", 27, "20-300"),
        ("every 4 tempo [100, 9]", 21, "20-300"),
        (f"every 2 mood [{', '.join('a' * 17)}]", 63, "at most 16"),
        ("every 9999 storm", 7, "1 to 1024"),
        ("dark \x07waltz", 6, "cannot be printed"),
        ("x" * 501, 1, "500 is the most"),
        ("x" * 5000, 641, "longer than 640"),
        ("mood   ", 5, "empty"),
        ("storm @bar @beat", 7, "said twice"),
        ("storm ~4 ~8", 7, "said twice"),
    ],
)
def test_errors_name_the_column_and_the_fix(line: str, column: int, says: str) -> None:
    with pytest.raises(LineError) as caught:
        parse(line)
    assert says in caught.value.why
    assert caught.value.column == column
    assert "\n" not in caught.value.here


def test_errors_of_a_file_name_the_line() -> None:
    with pytest.raises(LineError) as caught:
        parse_file("# set\n\ndark waltz\r\n  tempo 5 # low\nmute x\n")
    assert caught.value.in_file("a.amt").startswith("a.amt:4:9: bpm 5 is outside")
    with pytest.raises(LineError, match="line 1 says this already") as caught:
        parse_file("dark waltz\ntempo 90\nstyle swing")
    assert (caught.value.line, caught.value.column) == (3, 1)
    with pytest.raises(LineError, match="at most 1000 lines"):
        parse_file("\n" * (MAX_LINES + 1))
    parse_file("dark waltz\nat 17 style swing\nevery 8 storm\nmute bass\nmute drums")


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*(k.name for k in KEYWORDS), *"[],~@#|% \t", "at 5", "every 8", "drums",
                         "all", "140", ".5", "-1", "@bar", "~8", "free", "D", "minor", "save", "é",
                         "\x00", "[a, b]", "calm"]),
        max_size=12,
    )
)  # fmt: skip
def test_whatever_is_typed_is_a_statement_or_a_line_error(words: list[str]) -> None:
    line = " ".join(words)
    try:
        statement = parse(line)
    except LineError as error:
        assert 1 <= error.column <= len(line) + 1
        return
    if isinstance(statement, Command):
        for message in statement.messages:
            command_of(look_up(message.address), message.atoms)
    if statement is not None:
        again = parse(statement.text)
        assert again is not None
        assert again.text == statement.text
        assert type(again) is type(statement)


def test_a_file_is_formatted_and_means_the_same(tmp_path: Path) -> None:
    text = (
        "\n\nTempo  140  ~8 # fast\n\n\n\n MUTE drums bass\r\n# end  \nEvery 4 bars mood [a,b]\n\n"
    )
    wanted = "tempo 140 ~8  # fast\n\nmute drums, bass\n# end\nevery 4 mood [a, b]\n"
    assert formatted(text) == wanted
    assert formatted(wanted) == wanted
    file = tmp_path / "set.amt"
    file.write_text(text)
    said: list[str] = []
    assert run_format(str(file), said.append, only_check=True) == 1
    assert file.read_text() == text.replace("\r\n", "\n")
    assert run_format(str(file), said.append) == 0
    assert run_format(str(file), said.append, only_check=True) == 0
    assert file.read_text() == wanted
    file.write_text("dark waltz\ntempo x\n")
    with pytest.raises(FileError, match=r"^set.amt:2:7: "):
        run_format(str(file), said.append)
    assert [path.name for path in tmp_path.iterdir()] == ["set.amt"]


@pytest.mark.parametrize("keyword", KEYWORDS, ids=lambda keyword: keyword.name)
def test_every_example_of_the_table_is_understood(keyword: object) -> None:
    assert parse(keyword.example) is not None  # type: ignore[attr-defined]


def test_the_page_and_the_grammar_are_what_the_table_says() -> None:
    assert (ROOT / reference.PAGE).read_text(encoding="utf-8") == reference.page()
    assert (ROOT / reference.GRAMMAR).read_text(encoding="utf-8") == reference.grammar_text()


def test_completion_knows_keywords_parts_times_and_names() -> None:
    names = {"scene": ("verse", "chorus")}
    assert completions("te", names) == ["tempo", "temperature"]
    assert completions("t", names) == []
    assert completions("mute drums, b", names) == ["mute drums, bass", "mute drums, brass"]
    assert completions("dark waltz @4", names) == ["dark waltz @4bars"]
    assert completions("scene v", names) == ["scene verse"]
    assert completions("bank re", names) == ["bank recall"]
    assert completions("every 8 [mute dr", names) == ["every 8 [mute drums"]
    assert completions("key D mi", names) == ["key D minor"]
    assert completions("dark te", names) == []
