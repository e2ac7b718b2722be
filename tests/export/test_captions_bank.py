"""The caption bank is made once, goes on after a stop, and is made again when the words change."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

from amt_live.errors import FileError
from export import attributes, conditioning_data, readout, words
from export.corpus import Corpus, load_corpus, prepare
from export.dataset import PassageSource

ROOT = Path(__file__).parents[2]
SONGS = Path(__file__).parent / "midi"
TINY = ROOT / "models" / "tiny"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    folder = tmp_path_factory.mktemp("corpus")
    prepare([SONGS], folder)
    return load_corpus(folder)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conditioning_data, "SCALE_SAMPLES", 20)


def made(folder: Path, corpus: Corpus) -> conditioning_data.ConditioningData:
    return conditioning_data.load_or_make(folder, corpus, TINY, 40)


def test_it_is_made_once_and_again_when_words_change(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "conditioning.npz"
    first = made(tmp_path, corpus)
    stamp = path.stat().st_mtime_ns
    assert len((tmp_path / "captions.txt").read_text().splitlines()) == 40
    made(tmp_path, corpus)
    assert path.stat().st_mtime_ns == stamp
    monkeypatch.setattr(words.frames, "BPM", (*words.frames.BPM, "{} ticks"))
    assert not conditioning_data.is_current(path, corpus, TINY)
    again = made(tmp_path, corpus)
    assert path.stat().st_mtime_ns > stamp
    assert (again.scale.mean == first.scale.mean).all(), "trained weights keep their meaning"
    source = PassageSource(corpus, again.scale, "train", 1)
    assert source.sequence(again.bank, 96).conditioning.shape[1] == again.bank.width
    assert not list(tmp_path.glob("*part*")) + list(tmp_path.glob(".*"))


def test_a_file_of_before_fingerprints_is_made_again_with_its_scale(
    tmp_path: Path, corpus: Corpus
) -> None:
    path = tmp_path / "conditioning.npz"
    count = len(attributes.MEASURED)
    np.savez(path, mean=np.full(count, 3.0, "f4"), deviation=np.full(count, 2.0, "f4"))
    assert not conditioning_data.is_current(path, corpus, TINY)
    assert (made(tmp_path, corpus).scale.mean == 3).all()


def test_passages_of_before_are_drawn_again_without_a_look_at_the_words(
    tmp_path: Path, corpus: Corpus
) -> None:
    first, path = made(tmp_path, corpus), tmp_path / "conditioning.npz"
    with np.load(path, allow_pickle=False) as data:
        kept = {n: data[n] for n in data if n not in ("example_traits", "example_programs")}
    meta = json.loads(str(kept["meta"]))
    del meta["passages"]
    np.savez(path, **{**kept, "meta": np.array(json.dumps(meta))})
    again = conditioning_data.load_or_make(tmp_path, corpus, tmp_path / "no encoder", 40)
    assert (again.bank.embeddings == first.bank.embeddings).all()
    for name, array in first.examples.items():
        assert (again.examples[name] == array).all(), name


def test_embedding_goes_on_where_it_stopped(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conditioning_data, "CHUNK", 8)
    monkeypatch.setattr(conditioning_data, "CHUNKS_SAVED", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    embed, count = conditioning_data._embed_chunk, 0

    def stopping(encoder: Path, texts: list[str]) -> np.ndarray:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        return embed(encoder, texts)

    monkeypatch.setattr(conditioning_data, "_embed_chunk", stopping)
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path, corpus)
    assert (tmp_path / "conditioning.part.npz").is_file()
    stopped = made(tmp_path, corpus)
    assert count == 3 + 3, "five chunks in all, two of them from before"
    whole = tmp_path / "whole"
    whole.mkdir()
    assert (made(whole, corpus).bank.embeddings == stopped.bank.embeddings).all()


def test_a_complete_folder_needs_neither_tokenizers_nor_onnxruntime(
    tmp_path: Path, corpus: Corpus
) -> None:
    made(tmp_path, corpus)
    prepare([SONGS], tmp_path / "prepared")
    code = (
        "import sys; from pathlib import Path\n"
        "for name in ('tokenizers', 'onnxruntime', 'onnx', 'transformers', 'symusic'):\n"
        "    sys.modules[name] = None\n"
        "from export import conditioning_data as c; from export.corpus import load_corpus\n"
        f"folder = Path({str(tmp_path)!r})\n"
        "corpus = load_corpus(folder / 'prepared')\n"
        "print(len(c.load_or_make(folder, corpus, Path('none'), 40).bank.vectors))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "40", done.stderr


def test_without_an_encoder_or_with_a_broken_file_it_is_one_line(
    tmp_path: Path, corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(FileError, match="tokenizers is missing"):
        made(tmp_path, corpus)
    (tmp_path / "conditioning.npz").write_bytes(b"no zip")
    with pytest.raises(FileError, match="delete it"):
        made(tmp_path, corpus)


def test_the_ridge_finds_a_linear_map_and_survives_words_it_has_not_seen() -> None:
    rng = np.random.default_rng(0)
    soft = [t for a in range(2) for v in range(3) for _, t in words.bases(f"mood:{a}{v}", "train")]
    loud = [t for a in (3, 4) for v in range(3) for _, t in words.bases(f"mood:{a}{v}", "train")]
    names, signs = [*soft, *loud], np.repeat([-1.0, 1.0], [len(soft), len(loud)])
    picks = rng.integers(0, len(names), readout.LEAST_ROWS + 200)
    axis = rng.normal(size=16)
    embeddings = signs[picks, None] * axis + rng.normal(0, 0.5, (len(picks), 16))
    vectors = np.stack([signs[picks], rng.normal(size=len(picks))], axis=1).astype("f4")
    found = readout.fit([names[i] for i in picks], embeddings.astype("f4"), vectors)
    assert found.correlation[0] > 0.9 and abs(found.correlation[1]) < 0.3
    predicted = embeddings @ found.weight + found.bias
    assert readout.correlations(predicted.astype("f4"), vectors)[0] > 0.95
