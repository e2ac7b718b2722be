"""Keys and chord lines as performers write them."""

import pytest

from amt_live.engine.harmony import parse_chords, parse_key
from amt_live.errors import UsageError
from amt_live.music.keys import key_name
from amt_live.tokens.vocabulary import CHORD_QUALITIES


@pytest.mark.parametrize(
    ("text", "key"),
    [("C", 0), ("d minor", 14), ("Bb major", 10), ("F# m", 18), ("Cb", 11), ("E♭ minor", 15)],
)
def test_keys(text: str, key: int) -> None:
    assert parse_key(text) == key


def test_every_key_reads_back() -> None:
    assert [parse_key(key_name(key)) for key in range(24)] == list(range(24))


@pytest.mark.parametrize("text", ["H", "C lydian", "", "minor"])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(UsageError, match="is not a key"):
        parse_key(text)


def test_chord_lines() -> None:
    quality = CHORD_QUALITIES.index
    assert parse_chords("| Dm7 | G7 A13 | Cmaj7/E | % | N.C. |") == (
        ((2, quality("m7")),),
        ((7, quality("7")), (9, quality("7"))),
        ((0, quality("maj7")),),
        ((0, quality("maj7")),),
        (None,),
    )
    assert parse_chords("F#ø Bbsus") == (((6, quality("m7b5")), (10, quality("sus4"))),)


@pytest.mark.parametrize("text", ["%", "C |  | D", "X", "C D E", "Cfoo", " | ".join("C" * 65)])
def test_what_is_no_chord_line(text: str) -> None:
    with pytest.raises(UsageError):
        parse_chords(text)
