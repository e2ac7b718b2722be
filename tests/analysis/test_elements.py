"""How much of a style is in a piece: readings between 0 and 1 that held-out pieces bear out."""

import json
import random
from pathlib import Path

import numpy as np
import pytest

from amt_live.analysis import elements
from amt_live.analysis.measures import MEASURED
from amt_live.analysis.moods import MoodReading, Reading
from amt_live.analysis.music import load_music
from amt_live.analysis.report import describe, lines, range_name
from amt_live.analyze import analyze, with_readings
from amt_live.errors import FileError

ROOT = Path(__file__).parents[2]
SONGS = sorted((ROOT / "tests" / "export" / "midi").glob("*.mid"))
DEFAULT = str(ROOT / "models" / "default")


def test_every_element_is_worth_its_name_on_held_out_pieces() -> None:
    known = elements.record()
    assert known["trained_on"] > 1000 and known["held_out"] > 100
    assert {"jazz", "ballad", "classical", "metal"} <= set(known["elements"])
    for name, row in known["elements"].items():
        assert len(row["weights"]) == len(MEASURED) + 16 + 1, name
        assert row["where_it_is"] > 2 * row["where_it_is_not"], name
        assert row["calibration_error"] < 0.05, name


def test_an_art_song_has_more_classical_than_metal_in_it(tmp_path: Path) -> None:
    for path in SONGS:
        said: list[str] = []
        analyze(str(path), DEFAULT, said.append, as_json=True)
        record = json.loads(said[0])
        found = record["style_analysis"]
        assert all(0 <= share <= 1 for share in found.values())
        assert list(found.values()) == sorted(found.values(), reverse=True)
        assert found["classical_elements"] > 0.3 > found["metal_elements"]
        assert {"jazz_elements", "ballad_characteristics", "melancholic_expression"} <= set(found)
        assert record["range"] == range_name(record["low"], record["high"])


def test_melancholy_is_what_is_read_as_dark_and_not_wild() -> None:
    raw, shares = np.zeros((1, len(MEASURED)), np.float32), np.zeros((1, 16), np.float32)
    names = [Reading("melancholic", 0.4), Reading("brooding", 0.2), Reading("furious", 0.4)]
    found = elements.read_elements(raw, shares, MoodReading(0.0, -1.0, tuple(names)))
    assert found[elements.MELANCHOLIC] == pytest.approx(0.6)
    assert elements.MELANCHOLIC not in elements.read_elements(raw, shares, None)


def test_the_strongest_elements_are_in_the_text() -> None:
    music = load_music(SONGS[0])
    report = with_readings(describe(SONGS[0], music), music, DEFAULT)
    name, share = next(iter(report.style_analysis.items()))
    text = "\n".join(lines(report))
    assert f"{name} {share:.1f}" in text
    assert elements.basis() in text


def test_files_with_any_bytes_changed_are_described_or_refused(tmp_path: Path) -> None:
    dice = random.Random(5)
    path = tmp_path / "broken.mid"
    described = 0
    for _ in range(120):
        data = bytearray(dice.choice(SONGS).read_bytes())
        for _ in range(dice.choice((1, 3, 20))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        path.write_bytes(data[: dice.choice((len(data), dice.randrange(len(data))))])
        try:
            music = load_music(path)
        except FileError as error:
            assert "\n" not in str(error)
            continue
        report = describe(path, music)
        json.dumps(report.as_dict(), allow_nan=False)
        assert list(lines(report))
        described += 1
    assert described > 10
