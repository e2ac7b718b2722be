import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="the offline half needs amt-live[train]")

from amt_live.manifest import load_manifest
from amt_live.text.styles import STYLES_NAME, load_styles
from export.commands.styles import main
from export.styles import read_documents

TINY = Path(__file__).parents[2] / "models" / "tiny"
KINDS = {
    "bossa nova": ("relaxed", "nylon guitar", "latin", "soft", "warm", "swaying"),
    "metal": ("heavy", "distorted guitars", "loud", "fast", "aggressive", "driving"),
    "waltz": ("graceful", "three-four time", "elegant", "strings", "romantic", "gentle"),
    "blues": ("slow", "harmonica", "gritty", "shuffling", "sad", "soulful"),
}


@pytest.fixture
def corpus(tmp_path):
    """Labels as `prepare` keeps them: every style with words of its own."""
    rows = []
    for genre, words in KINDS.items():
        for number in range(12):
            some = [words[(number + step * (1 + number // 6)) % 6] for step in range(3)]
            labels = {"genre": genre, "style_words": ", ".join(some)}
            rows.append({"name": f"{genre}{number}.mid", "labels": labels})
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "pieces.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return folder


@pytest.fixture
def model(tmp_path):
    return Path(shutil.copytree(TINY, tmp_path / "model"))


def test_styles_are_found_named_and_given_to_the_model(corpus, model, tmp_path, capsys):
    argv = [str(corpus), "--into", str(model), "--least", "2", "--most", "6"]
    assert main([*argv, "--map", str(tmp_path / "map")]) == 0
    first = (model / STYLES_NAME).read_bytes()
    shown = capsys.readouterr().out
    styles = load_styles(model)
    assert 2 <= len(styles) <= 6 and "silhouette" in shown
    for number, style in enumerate(styles, 1):
        assert f"{number:3} {style.name}: {style.text} (" in shown
        assert any(genre in style.name for genre in KINDS)
        assert style.text.startswith(style.name)
    record = json.loads(first)
    assert sum(entry["texts"] for entry in record["styles"]) == record["texts"]
    load_manifest(model)
    svg = (tmp_path / "map.svg").read_text()
    assert all(style.name in svg for style in styles)
    assert svg.count("<rect") == record["texts"] + 1
    assert (tmp_path / "map.png").read_bytes()[:4] == b"\x89PNG"
    assert main([*argv, "--map", str(tmp_path / "map")]) == 0
    assert (model / STYLES_NAME).read_bytes() == first
    capsys.readouterr()
    assert main([str(model), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["name"] == styles[0].name


def test_a_corpus_without_labels_is_read_by_its_captions(tmp_path):
    (tmp_path / "pieces.jsonl").write_text(json.dumps({"labels": {}}))
    captions = [f"{mood} {place}" for mood in ("calm", "wild", "sad") for place in "abcdefghij"]
    (tmp_path / "captions.txt").write_text("\n".join(captions * 2))
    documents = read_documents(tmp_path)
    assert sorted(document.text for document in documents) == sorted(captions)


def test_what_cannot_be_done_is_one_line(corpus, model, tmp_path, capsys):
    few = tmp_path / "few"
    few.mkdir()
    (few / "pieces.jsonl").write_text(json.dumps({"labels": {"genre": "rock"}}))
    for argv, code, why in (
        ([str(tmp_path), "--into", str(model)], 1, "is no prepared corpus"),
        ([str(few), "--into", str(model)], 2, "too few for styles"),
        ([str(corpus)], 2, "--into"),
        ([str(corpus), "--into", str(model), "--least", "9", "--most", "3"], 2, "--least"),
        ([str(corpus), "--into", str(tmp_path / "none")], 1, "No model"),
        (["nothing-here"], 1, "no model"),
    ):
        assert main(argv) == code
        (line,) = capsys.readouterr().err.splitlines()
        assert why in line
    assert not (model / STYLES_NAME).exists()
    assert main([str(model)]) == 0
    assert "no styles yet" in capsys.readouterr().out
