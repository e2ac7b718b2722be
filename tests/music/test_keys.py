"""Keys: one reader for every way to write them, on the wire and in files."""

import pytest

from amt_live.music.keys import key_name, key_of, spelled_key


@pytest.mark.parametrize(
    ("text", "spelled", "key"),
    [
        ("Dm", "D minor", 14),
        ("f sharp MIN", "F# minor", 18),
        ("Db", "Db major", 1),
        ("B♭ Major", "Bb major", 10),
        ("Cb", "Cb major", 11),
    ],
)
def test_a_key_keeps_its_tonic_and_has_one_number(text: str, spelled: str, key: int) -> None:
    assert spelled_key(text) == spelled
    assert key_of(text) == key_of(spelled) == key


@pytest.mark.parametrize("text", ["", "H", "DM", "C lydian", "minor", " D minor"])
def test_what_is_no_key_is_none(text: str) -> None:
    assert spelled_key(text) is None and key_of(text) is None


def test_every_name_reads_back() -> None:
    assert [key_of(key_name(key)) for key in range(24)] == list(range(24))
