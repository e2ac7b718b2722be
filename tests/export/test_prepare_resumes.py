"""Interrupted, killed, crashed and done again: what was read is not lost, and not read twice."""

import os
import random
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

from amt_live.errors import FileError
from export.corpus import load_corpus, prepare
from export.file_readers import CRASHED, TOO_LONG, Job, Readers, parse
from export.near_duplicates import SAME_TEXTURE, SAME_TUNE, similar, sketches
from export.parts import Parts, alone
from export.preparing import NEARLY_SAME, TRANSPOSED, Options, prepare_corpus
from tests.export.rough_reader import rough

MANY = 400


def tune(seed: int, *, notes: int = 80, program: int = 0, bass: int | None = None) -> list[bytes]:
    """Events of a random tune over 5 tones, and of a bass of its own if asked."""
    rng = random.Random(seed)
    tracks = []
    for low, seed_of_line, line in ((55, seed, program), (30, bass, 33)):
        if seed_of_line is None:
            continue
        rng.seed(seed_of_line)
        events = bytes((0, 0xC0 | len(tracks), line))
        for _ in range(notes):
            pitch, length = low + rng.randrange(24), rng.choice((24, 48, 72, 96))
            status = len(tracks)
            events += bytes((0, 0x90 | status, pitch, 80, length, 0x80 | status, pitch, 0))
        tracks.append(events)
    return tracks


def midi(tracks: list[bytes]) -> bytes:
    data = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), 96)
    for events in tracks:
        data += b"MTrk" + struct.pack(">I", len(events)) + events
    return data


def transposed(tracks: list[bytes], by: int) -> list[bytes]:
    moved = []
    for events in tracks:
        body = bytearray(events)
        for at in range(3, len(body), 8):
            body[at + 2] += by
            body[at + 6] += by
        moved.append(bytes(body))
    return moved


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_killed_it_goes_on_and_leaves_no_process(tmp_path: Path) -> None:
    folder, out = tmp_path / "many", tmp_path / "out"
    folder.mkdir()
    for seed in range(MANY):
        (folder / f"{seed}.mid").write_bytes(midi(tune(seed)))
    command = [sys.executable, "-m", "amt_live", "prepare", str(folder), "-o", str(out)]
    with subprocess.Popen([*command, "--processes", "1"], stderr=subprocess.DEVNULL) as process:
        while not list(out.glob(".parts/*.npz")):
            assert process.poll() is None, "it ended before a part was written"
            time.sleep(0.01)
        workers = children(process.pid)
        process.kill()
    assert workers and not (out / "notes.npz").exists()
    while any(Path(f"/proc/{worker}").exists() for worker in workers):
        time.sleep(0.01)  # or the time limit of the test
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "went on: " in done.stdout
    before = int(done.stdout.split("went on: ")[1].split()[0])
    assert 0 < before < MANY
    assert sorted(path.name for path in out.iterdir()) == [
        "notes.npz", "pieces.jsonl", "report.json",
    ]  # fmt: skip
    straight = tmp_path / "straight"
    prepare([folder], straight)
    assert (out / "pieces.jsonl").read_bytes() == (straight / "pieces.jsonl").read_bytes()
    assert (load_corpus(out).notes == load_corpus(straight).notes).all()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signals here")
def test_a_file_that_crashes_or_hangs_the_reader_is_refused_and_the_rest_goes_on() -> None:
    words = [f"w{index}".encode() for index in range(40)]
    words[5] = words[17] = b"crash"
    words[23] = b"hang"
    with Readers(2, rough, time_limit_s=4) as readers:
        answers = [(job.data, p.facts) for job, p in readers.read(Job(w) for w in words)]
    assert sorted(data for data, _ in answers) == sorted(words)
    for data, facts in answers:
        wanted = {b"crash": CRASHED, b"hang": TOO_LONG}.get(data, "")
        assert facts.refused == wanted
        assert wanted or facts.metre.encode() == data


def test_parts_come_back_and_a_cut_one_is_read_again(tmp_path: Path) -> None:
    parts = Parts(tmp_path)
    jobs = [Job(midi(tune(seed))) for seed in range(3)]
    for job in jobs[:2]:
        parts.add(job.key, parse(job))
    parts.save()
    parts.add(jobs[2].key, parse(jobs[2]))
    parts.save()
    again = Parts(tmp_path)
    assert again.facts == parts.facts
    notes, _ = again.music([jobs[1].key])[jobs[1].key]
    assert (notes == parse(jobs[1]).notes).all()
    kept = next(p for p in tmp_path.glob("*.npz") if again._where[jobs[2].key][0] != p)
    kept.write_bytes(kept.read_bytes()[:200])
    assert set(Parts(tmp_path).facts) == {jobs[2].key}


def test_two_at_once_in_one_folder_is_one_line(tmp_path: Path) -> None:
    with (
        alone(tmp_path / "out" / ".parts"),
        pytest.raises(FileError, match="another process"),
    ):
        prepare([Path(__file__).parent / "midi"], tmp_path / "out")


def test_done_again_it_returns_what_is_there_until_something_changes(tmp_path: Path) -> None:
    folder, out = tmp_path / "few", tmp_path / "out"
    folder.mkdir()
    for seed in range(3):
        (folder / f"{seed}.mid").write_bytes(midi(tune(seed)))
    assert prepare([folder], out)["kept"] == 3
    assert prepare([folder], out)["unchanged"]
    (folder / "new.mid").write_bytes(midi(tune(7)))
    assert prepare([folder], out)["kept"] == 4
    (tmp_path / "few.labels.csv").write_text("file,genre,artist\nnew.mid,rock,Somebody\n")
    report = prepare_corpus([folder], out, Options())
    assert report["statistics"]["artists"] == 1 and report["statistics"]["genres"]["rock"] == 1
    assert "Somebody" not in "".join(path.read_text() for path in out.glob("*.json*"))
    os.truncate(out / "notes.npz", 100)
    assert "unchanged" not in prepare([folder], out), "a cut corpus is made again"


def test_near_duplicates_are_refused_and_tunes_stay_in_one_split(tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    original = tune(1, bass=50)
    changed = tune(1, bass=50)
    changed[0] = changed[0][:-64] + tune(99)[0][-64:]  # another ending
    files = {
        "a.mid": original,
        "b_up.mid": transposed(original, 5),
        "c_nearly.mid": transposed(changed, 3),
        "d_arranged.mid": tune(1, program=40, bass=51),
        **{f"z{seed}.mid": tune(seed, bass=60 + seed) for seed in range(2, 12)},
    }
    for name, tracks in files.items():
        (folder / name).write_bytes(midi(tracks))
    report = prepare_corpus([folder], tmp_path / "out", Options())
    assert dict(report["refused"]) == {
        "songs/b_up.mid": TRANSPOSED,
        "songs/c_nearly.mid": NEARLY_SAME,
    }
    assert set(report["duplicate_of"].values()) == {"songs/a.mid"}
    kept = prepare_corpus([folder], tmp_path / "kept", Options(keep_near_duplicates=True))
    assert kept["kept"] == report["kept"] + 1
    for out in (tmp_path / "out", tmp_path / "kept"):
        splits = {piece.name: piece.split for piece in load_corpus(out).pieces}
        assert set(splits.values()) == {"train", "validation"}
        assert len({splits[name] for name in splits if name[0] in "acd"}) == 1


def test_drums_alone_are_never_near_duplicates() -> None:
    notes = parse(Job(midi(tune(3)))).notes.copy()
    notes["part"] = 0
    found = [sketches(notes), sketches(notes[1:])]
    assert similar([s.texture for s in found], SAME_TEXTURE, contained=False) == []
    assert similar([s.tune for s in found], SAME_TUNE, contained=True) == []


def test_the_estimate_of_overlap_is_near_the_truth() -> None:
    rng = np.random.default_rng(0)
    pool = np.unique(rng.integers(0, 1 << 63, 4000, dtype=np.uint64))
    first = np.sort(rng.choice(pool, 3000, replace=False))
    for shared in (0.2, 0.8):
        own = rng.integers(0, 1 << 63, 3000 - int(3000 * shared), dtype=np.uint64)
        second = np.sort(np.concatenate([first[rng.permutation(3000)[: int(3000 * shared)]], own]))
        jaccard = shared / (2 - shared)
        found = [first[:256], second[:256]]
        assert similar(found, jaccard - 0.1, contained=False) == [(0, 1)]
        assert similar(found, jaccard + 0.1, contained=False) == []
