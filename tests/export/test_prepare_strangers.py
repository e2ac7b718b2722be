"""A stranger's folder - good, broken, huge and hostile files - is prepared without a crash, and
every file that is not used is named with its reason."""

import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import mido
import pytest

pytest.importorskip("symusic", reason="the offline half needs [train]")

from export.commands.prepare import main as prepare_command
from export.corpus import load_corpus, prepare
from export.sources import genre_of_folders

SONGS = Path(__file__).parent / "midi"
SONG = (SONGS / "song1.mid").read_bytes()


def song(
    *,
    kind: int = 1,
    metre: tuple[int, int] | None = None,
    seed: int = 0,
    notes: int = 60,
    beats_apart: float = 0.5,
) -> bytes:
    """A made-up tune of one track (and an empty one), its notes by ``seed``."""
    file = mido.MidiFile(type=kind, ticks_per_beat=480)
    track = mido.MidiTrack()
    file.tracks.append(track)
    if kind:
        file.tracks.append(mido.MidiTrack())
    if metre:
        track.append(mido.MetaMessage("time_signature", numerator=metre[0], denominator=metre[1]))
    step = round(480 * beats_apart)
    state = seed + 1
    for _ in range(notes):
        state = (state * 1103515245 + 12345) % (1 << 31)
        pitch = 50 + (state >> 16) % 30
        track.append(mido.Message("note_on", note=pitch, velocity=70))
        track.append(mido.Message("note_off", note=pitch, time=step))
    out = io.BytesIO()
    file.save(file=out)
    return out.getvalue()


def with_header(data: bytes, kind: int, division: int) -> bytes:
    return data[:8] + struct.pack(">HHH", kind, 1, division) + data[14:]


def track_file(events: bytes) -> bytes:
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, 480)
    return head + b"MTrk" + struct.pack(">I", len(events)) + events


def add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


GOOD = {
    "good.mid": SONG,
    "type0.mid": song(kind=0, seed=1),
    "type1.MID": song(kind=1, seed=2),
    "waltz.mid": song(metre=(3, 4), seed=3),
    "jazz/tune.mid": song(seed=4),
    "Somebody Famous/tune.mid": song(seed=5),
    "karaoke.kar": song(seed=6),
    "riff.rmi": b"RIFF" + struct.pack("<I", 9999) + b"RMIDdata" + b"\0\0\0\0" + song(seed=7),
}
BAD = {
    "same.mid": (SONG, "the same notes as another file"),
    "empty.mid": (b"", "empty"),
    "text.mid": (b"not midi at all", "not a MIDI file"),
    "cut.mid": (SONG[:400], "a damaged MIDI file"),
    "huge.mid": (b"\0" * (5 << 20), "larger than 4 MiB"),
    "type2.mid": (with_header(song(seed=8), 2, 480), "SMF type 2: independent patterns"),
    "smpte.mid": (with_header(song(seed=8), 0, 0xE728), "SMPTE time division: no beats"),
    "division0.mid": (with_header(song(seed=8), 0, 0), "a time division of 0"),
    "seven.mid": (song(metre=(7, 16), seed=8), "metre 7/16"),
    "short.mid": (song(notes=4), "fewer than 16 notes"),
    "endless.mid": (song(notes=20, beats_apart=5000), "more than 4000 bars"),
    "slow.mid": (
        track_file(b"\x00\xff\x51\x03\xff\xff\xff" + b"\x00\x90\x40\x40\x8f\x00\x80\x40\x00" * 600),
        "longer than 2 hours",
    ),
    "many.mid": (track_file(b"\x00\x90\x40\x40" + b"\x01\x40\x00\x01\x40\x40" * 200_000), "notes"),
    "metres.mid": (
        track_file(b"\x01\xff\x58\x04\x04\x02\x18\x08" * 9000 + song(seed=9)[22:]),
        "metre changes",
    ),
}


def metre_of_zero() -> bytes:
    data = bytearray(song(metre=(4, 4), seed=8))
    data[data.index(b"\xff\x58\x04") + 3] = 0
    return bytes(data)


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder. Beside it lies what no link may reach."""
    base = tmp_path_factory.mktemp("strangers")
    folder = base / "stuff"
    (base / "secret").mkdir()
    (base / "secret" / "secret.mid").write_bytes(song(seed=90))
    folder.mkdir()
    for name, data in {**GOOD, **{name: data for name, (data, _) in BAD.items()}}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / "zero.mid").write_bytes(metre_of_zero())
    (folder / "folder.mid").mkdir()
    (folder / "folder.mid" / "inside.mid").write_bytes(song(seed=10))
    (folder / "link.mid").symlink_to(base / "secret" / "secret.mid")
    (folder / "linked").symlink_to(base / "secret")
    (folder / "dangling.mid").symlink_to(base / "nowhere")
    os.mkfifo(folder / "pipe.mid")
    (folder / "other.rar").write_bytes(b"Rar!")
    (folder / "notes.txt").write_text("not music, and not reported")
    (folder / "new\nline\x1b[31m.mid").write_bytes(b"?")
    _archives(folder)
    return folder


def _archives(folder: Path) -> None:
    with zipfile.ZipFile(folder / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("zeros.mid", b"\0" * (3 << 20))
        bomb.writestr("giant.mid", b"\0" * (9 << 20))
        bomb.writestr("inner.zip", b"PK")
        bomb.writestr("../../up.mid", song(seed=11))
        bomb.writestr("wrong.mid", song(seed=12))
    data = bytearray((folder / "bomb.zip").read_bytes())
    entry = data.index(b"wrong.mid") + len(b"wrong.mid") + 20
    data[entry] ^= 0xFF
    (folder / "bomb.zip").write_bytes(bytes(data))
    locked = io.BytesIO()
    with zipfile.ZipFile(locked, "w") as archive:
        archive.writestr("locked.mid", song(seed=13))
    data = bytearray(locked.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (folder / "locked.zip").write_bytes(bytes(data))
    (folder / "broken.zip").write_bytes(b"PK\x03\x04" + b"\0" * 50)
    with tarfile.open(folder / "odd.tar.gz", "w:gz") as tar:
        add(tar, "../../../outside.mid", song(seed=14))
        add(tar, "/etc/absolute.mid", song(seed=15))
        add(tar, "nested.tar.xz", b"...")
        for name, kind in (
            ("hard.mid", tarfile.LNKTYPE),
            ("soft.mid", tarfile.SYMTYPE),
            ("device.mid", tarfile.CHRTYPE),
        ):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, "../../../../secret/secret.mid"
            tar.addfile(link)
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:xz") as tar:
        add(tar, "first.mid", song(seed=16))
        add(tar, "noise.bin", os.urandom(300_000))
        add(tar, "last.mid", song(seed=17))
    (folder / "cut.tar.xz").write_bytes(whole.getvalue()[:150_000])
    with tarfile.open(folder / "bomb.tar.xz", "w:xz", preset=0) as tar:
        add(tar, "before.mid", song(seed=18))
        add(tar, "zeros.bin", b"\0" * (90 << 20))
        add(tar, "after.mid", song(seed=19))
    header = tarfile.TarInfo("x" * 20)
    header.type, header.size = tarfile.XHDTYPE, 1 << 40  # a header that claims a terabyte
    (folder / "pax.tar").write_bytes(header.tobuf() + b"\0" * 4096)


@pytest.fixture(scope="module")
def report(strangers: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    out = tmp_path_factory.mktemp("out")
    before = set(strangers.parent.rglob("*"))
    made = prepare([strangers], out)
    assert set(strangers.parent.rglob("*")) == before, "nothing is written there"
    return {**made, "out": str(out)}


def test_good_files_are_kept(report: dict[str, object]) -> None:
    names = {(p.source, p.name) for p in load_corpus(Path(str(report["out"]))).pieces}
    assert names == {
        *(("stuff", name) for name in GOOD),
        ("stuff", "folder.mid/inside.mid"),
        ("bomb", "up.mid"),
        ("odd", "outside.mid"),
        ("odd", "etc/absolute.mid"),
        ("cut", "first.mid"),
        ("bomb", "before.mid"),
    }


def test_every_refusal_is_named(report: dict[str, object]) -> None:
    refused = report["refused"]
    assert isinstance(refused, list)
    why = dict(refused)
    assert len(why) == len(refused)
    for name, (_, reason) in BAD.items():
        assert reason in why.pop(f"stuff/{name}"), name
    assert why == {
        "stuff/zero.mid": "a time signature of 0",
        "stuff/folder.mid": "a folder, not a file",
        "stuff/link.mid": "a symbolic link",
        "stuff/dangling.mid": "a symbolic link",
        "stuff/pipe.mid": "not a regular file",
        "stuff/other.rar": "not a .mid file, nor a .zip or .tar archive",
        "stuff/new?line?[31m.mid": "not a MIDI file",
        "bomb/zeros.mid": "packed impossibly tightly: a zip bomb",
        "bomb/giant.mid": "larger than 4 MiB",
        "bomb/inner.zip": "an archive inside an archive",
        "bomb/wrong.mid": "damaged in its archive",
        "locked/locked.mid": "encrypted",
        "broken/broken.zip": "an archive that is damaged or cut off",
        "odd/nested.tar.xz": "an archive inside an archive",
        "odd/hard.mid": "a link or a device in an archive",
        "odd/soft.mid": "a link or a device in an archive",
        "odd/device.mid": "a link or a device in an archive",
        "cut/cut.tar.xz": "an archive that is damaged or cut off",
        "bomb/bomb.tar.xz": "an archive that unpacks to far more than an archive of its size holds",
        "pax/pax.tar": "an archive that is damaged or cut off",
    }


def test_only_genre_folders_become_labels(report: dict[str, object]) -> None:
    labels = {p.name: p.labels for p in load_corpus(Path(str(report["out"]))).pieces}
    assert labels["jazz/tune.mid"]["genre"] == "jazz"
    assert "genre" not in labels["Somebody Famous/tune.mid"]
    assert "Famous" not in json.dumps([list(row.values()) for row in labels.values()])
    assert genre_of_folders(["Rock", "AC DC"]) == "rock"
    assert genre_of_folders(["03 - Hip-Hop MIDI files"]) == "hip hop"
    assert genre_of_folders(["Blues Traveler", "Warehouse"]) is None


def test_the_report_is_printed_and_drawn(
    strangers: Path, report: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    out = Path(str(report["out"]))
    written = (out / "notes.npz").stat().st_mtime_ns
    assert prepare_command([str(strangers), "-o", str(out), "--report"]) == 0
    assert (out / "notes.npz").stat().st_mtime_ns == written, "nothing is done twice"
    text = capsys.readouterr().out
    assert "nothing to do" in text
    for part in ("stuff/type2.mid", "a zip bomb", "mean duration", "artists", "metres", "3/4 1"):
        assert part in text
    assert (out / "report.png").read_bytes().startswith(b"\x89PNG")
    assert b"pieces by genre" in (out / "report.svg").read_bytes()
    figures = json.loads((out / "report.json").read_text())["statistics"]
    assert figures["total_files"] == report["files"]
    assert sum(figures["genres"].values()) == figures["pieces"] == report["kept"]
    assert figures["average_notes"] == round(figures["notes"] / figures["pieces"], 1)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs another user")
def test_what_may_not_be_read_is_named() -> None:
    """Root may read all, so the folder is searched as nobody."""
    code = (
        "import os,sys,tempfile,pathlib\n"
        "sys.path.insert(0, os.getcwd())\n"
        "from export.sources import places, read\n"
        "base = pathlib.Path(tempfile.mkdtemp()); os.chmod(base, 0o755)\n"
        "(base / 'mine.mid').write_bytes(b'x'); os.chmod(base / 'mine.mid', 0)\n"
        "(base / 'closed').mkdir(mode=0)\n"
        "os.setuid(65534)\n"
        "found = list(read(places([base], pathlib.Path('/nowhere'))))\n"
        "print(sorted((f.name, f.refused) for f in found))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "('closed', 'unreadable (Permission denied)')" in done.stdout
    assert "('mine.mid', 'unreadable (Permission denied)')" in done.stdout
