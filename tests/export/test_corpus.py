"""Real MIDI files become a compact corpus; what cannot be used is named and survived."""

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

from amt_live.errors import FileError
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from export import attributes, augment, drum_kits
from export.captions import caption
from export.commands.prepare import main as prepare_command
from export.corpus import load_corpus, prepare
from export.dataset import CaptionBank, PassageSource, fit_scale, make_bank
from export.file_readers import Job, parse

SONGS = Path(__file__).parent / "midi"


@pytest.fixture(scope="module")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("corpus")
    prepare([SONGS], out)
    return out


def test_every_song_is_read_and_the_bars_hold_all_notes(corpus_folder: Path) -> None:
    corpus = load_corpus(corpus_folder)
    assert len(corpus.pieces) == 6
    for piece in corpus.pieces:
        notes = corpus.notes[slice(*piece.notes)]
        bars = corpus.bars[slice(*piece.bars)]
        assert len(notes) > 250
        assert (np.diff(notes["step"]) >= 0).all()
        assert (bars[1:, 0] == bars[:-1].sum(axis=1)).all(), "bars follow each other"
        assert notes["step"].max() < bars[-1].sum()
        inside = notes["step"] - bars[np.searchsorted(bars[:, 0], notes["step"], "right") - 1, 0]
        assert set(np.unique(inside)) <= set(v.POSITIONS)


def test_refusals_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    good = (SONGS / "song1.mid").read_bytes()
    (folder / "good.mid").write_bytes(good)
    (folder / "again.mid").write_bytes(good)
    (folder / "empty.mid").write_bytes(b"")
    (folder / "text.mid").write_bytes(b"not midi at all")
    (folder / "cut.mid").write_bytes(good[:40])
    (folder / "huge.mid").write_bytes(b"\0" * (5 << 20))
    report = prepare([folder], tmp_path / "out")
    assert report["kept"] == 1
    refused = report["refused"]
    assert isinstance(refused, list)
    names = {name.split("/")[1] for name, _ in refused}
    assert {"empty.mid", "text.mid", "cut.mid", "huge.mid"} < names
    assert "the same notes as another file" in {why for _, why in refused}


def test_archives_are_read_in_memory_with_their_labels(tmp_path: Path) -> None:
    archive = tmp_path / "songs.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        for name in ("../../escape.mid", "songs/b.mid"):
            data = (SONGS / ("song1.mid" if "b" in name else "song2.mid")).read_bytes()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    (tmp_path / "songs.labels.csv").write_text("file,genre,title\nb.mid,bossa nova,Secret\n")
    prepare([archive], tmp_path / "out")
    pieces = {p.name: p for p in load_corpus(tmp_path / "out").pieces}
    assert set(pieces) == {"b.mid", "escape.mid"}
    labels = pieces["b.mid"].labels
    assert labels["genre"] == "bossa nova" and "title" not in labels, "titles are left behind"
    assert set(labels) == {"genre", "bpm", "key", "key_conf"}, "tempo and key as measured"
    assert attributes.genre_of(pieces["b.mid"]) == "latin"
    assert not list(tmp_path.parent.glob("escape*"))


def test_a_corpus_is_read_without_a_midi_library(corpus_folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from export.corpus import load_corpus\n"
        "print(len(load_corpus(Path(sys.argv[1])).pieces))\n"
        "print(sorted({'symusic', 'torch', 'tqdm', 'mido'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(corpus_folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["6", "[]"]


def test_a_corpus_without_a_format_number_is_read(corpus_folder: Path, tmp_path: Path) -> None:
    with np.load(corpus_folder / "notes.npz", allow_pickle=False) as arrays:
        old = {name: arrays[name] for name in arrays.files if name != "format"}
    np.savez_compressed(tmp_path / "notes.npz", **old)
    (tmp_path / "pieces.jsonl").write_bytes((corpus_folder / "pieces.jsonl").read_bytes())
    assert (load_corpus(tmp_path).notes == load_corpus(corpus_folder).notes).all()
    (tmp_path / "pieces.jsonl").write_bytes(b"{}\n")
    with pytest.raises(FileError, match="amt-live prepare"):
        load_corpus(tmp_path)
    np.savez_compressed(tmp_path / "notes.npz", **{**old, "format": np.int32(99)})
    with pytest.raises(FileError, match="newer"):
        load_corpus(tmp_path)


def test_damaged_bytes_are_refused_or_read_but_never_raise() -> None:
    rng = np.random.default_rng(7)
    whole = [np.frombuffer(path.read_bytes(), np.uint8) for path in sorted(SONGS.glob("*.mid"))]
    refused = 0
    for round_ in range(200):
        data = whole[round_ % len(whole)][: rng.integers(14, 4000)].copy()
        data[rng.integers(0, len(data), rng.integers(1, 12))] = rng.integers(0, 256)
        parsed = parse(Job(data.tobytes()))
        refused += bool(parsed.facts.refused)
        assert bool(parsed.facts.refused) == (len(parsed.notes) == 0)
    assert 0 < refused


def test_kits_that_differ_become_general_midi() -> None:
    every = np.arange(128, dtype=np.uint8)
    plain = drum_kits.to_gm(every, 0)
    assert set(plain) == {-1, *v.DRUM_PITCHES}
    assert (plain[27:88] == every[27:88]).all(), "General MIDI stays as it is"
    assert drum_kits.to_gm(np.array([22, 26, 58], np.uint8), 0, td11=True).tolist() == [42, 46, 43]
    assert drum_kits.to_gm(np.array([33, 13, 34], np.uint8), 0, xg=True).tolist() == [35, 86, 40]
    assert drum_kits.to_gm(np.array([29, 45], np.uint8), 48).tolist() == [46, 45]
    assert set(drum_kits.to_gm(every, drum_kits.GS_EFFECTS)) == {-1}
    assert drum_kits.says_xg(b"\xf0\x08\x43\x10\x4c\x00\x00\x7e\x00\xf7")
    tables = (drum_kits.TD11, drum_kits.XG, drum_kits.GS, *drum_kits.GS_KITS.values())
    assert all(pitch in v.DRUM_PITCHES for table in tables for pitch in table.values())


def test_a_missing_folder_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert prepare_command([str(tmp_path / "no"), "-o", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert "does not exist" in error and "Traceback" not in error
    with pytest.raises(FileError, match="amt-live prepare"):
        load_corpus(tmp_path)


def test_sequences_obey_the_grammar_and_change_moods(corpus_folder: Path) -> None:
    corpus = load_corpus(corpus_folder)
    scale = fit_scale(corpus, 40, seed=1)
    texts, vectors = make_bank(corpus, scale, 40, seed=2)
    assert len(set(texts)) > 25
    embeddings = np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32)
    bank = CaptionBank(vectors, embeddings)
    source = PassageSource(corpus, scale, "train", 3)
    moods = 0
    for seed in range(20):
        source.rng = np.random.default_rng(seed)
        sequence = source.sequence(bank, 256)
        moods += len(sequence.conditioning) > 1
        state = grammar.START
        for token in sequence.ids:
            state = grammar.advance(state, int(token))
        assert sequence.mood_index.max() < len(sequence.conditioning)
        assert sequence.conditioning.shape[1] == bank.width
        source.rng = np.random.default_rng(seed)
        assert (source.sequence(bank, 256).ids == sequence.ids).all(), "a seed gives the same music"
    assert moods > 5


def passage(corpus_folder: Path) -> np.ndarray:
    corpus = load_corpus(corpus_folder)
    notes = corpus.notes[slice(*corpus.pieces[0].notes)]
    return notes[notes["step"] < 8 * 48].copy()


def test_mood_augmentation_moves_what_it_says(corpus_folder: Path) -> None:
    notes = passage(corpus_folder)
    scores = attributes.key_scores(notes)
    at = {name: index for index, name in enumerate(attributes.MEASURED)}

    def measured(change: augment.Change) -> np.ndarray:
        rows = []
        for seed in range(8):
            changed, _ = augment.apply(notes, change, scores, np.random.default_rng(seed))
            changed = np.sort(changed, order="step")
            rows.append(attributes.measure(changed, 8 * 48, 48, attributes.key_scores(changed)))
        return np.mean(rows, axis=0)

    calm, plain, wild = (measured(augment.Change(arousal)) for arousal in (-1.0, 0.0, 1.0))
    assert calm[at["velocity"]] < plain[at["velocity"]] - 15 < wild[at["velocity"]] - 30
    assert calm[at["density"]] < plain[at["density"]] < wild[at["density"]]
    swapped = measured(augment.Change(swap_mode=True))
    assert np.sign(swapped[at["mode"]]) == -np.sign(plain[at["mode"]])


def test_captions_say_what_is_measured() -> None:
    from export.captions import Described

    names = attributes.NAMES
    vector = np.zeros(len(names), np.float32)
    vector[names.index("velocity")] = -2
    vector[names.index("part:piano")] = 1.4
    rng = np.random.default_rng(1)
    texts = [caption(Described(vector, "bossa nova"), rng) for _ in range(300)]
    soft = ("soft", "pianissimo", "quiet", "whispering", "audible")
    assert sum(any(word in text for word in soft) for text in texts) > 30
    assert not any("loud" in text or "fortissimo" in text for text in texts)
    assert sum("bossa nova" in text for text in texts) > 80
    assert sum("piano" in text or "key" in text for text in texts) > 40
