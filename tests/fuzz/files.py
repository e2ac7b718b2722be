"""Files that lie or are broken, read the way the program reads them: each is at most one line.

``python -m tests.fuzz.files [--cases 2000] [--kind midi ...]``

Begins with good files of every kind, spoils them (bits, cuts, repetitions, and in JSON a value
that does not belong) and reads them. Anything raised but an AmtError, an error of more than one
line, and a reading that takes longer than ``PATIENCE_S`` of processor time is a defect; what was
read is then kept under ``--keep``.
"""

import argparse
import copy
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any, Final

from tqdm import tqdm

from amt_live import replay
from amt_live.analyze import analyze
from amt_live.config import load_config
from amt_live.control import commands as c
from amt_live.control.when import When
from amt_live.engine.bank_file import BankFiles
from amt_live.engine.model import open_model
from amt_live.engine.scene_file import SceneFile
from amt_live.errors import AmtError
from amt_live.midi.journal import finish_journal
from amt_live.midi.log_file import log_of
from amt_live.text.styles import load_styles
from amt_live.tui.history import MoodHistory
from tests.engine.scripted import ScriptedDecoder, ScriptedReader, make_generator
from tests.engine.stage import Stage

TINY: Final = Path(__file__).parents[2] / "models" / "tiny"
PATIENCE_S: Final = 20
ROOM_BYTES: Final = 3 << 30
"""Address space that a reading may grow to: a file of a few KB that asks for more is a bomb."""

VALUES: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1.5, 2**31, 2**63, 2**70, 1e308, -1e308, float("nan"), float("inf"), "",
    "x" * 10_000, "../../x", "\x00", "\ud800", "free", [], {}, [[]], [None] * 50, {"a": {}},
)  # fmt: skip


class TookTooLong(BaseException):
    """Not an Exception: nothing that is being tried may swallow it."""


Case = Callable[[Path, random.Random], None]
"""Writes a spoilt file into a folder and reads it."""


def spoilt(data: bytes, dice: random.Random) -> bytes:
    """Bytes with a few things wrong."""
    made = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(made) + 1)
        match dice.randrange(6):
            case 0 if made:
                made[at % len(made)] ^= 1 << dice.randrange(8)
            case 1:
                del made[at:]
            case 2:
                made[at:at] = dice.randbytes(dice.randrange(12))
            case 3:
                del made[at : at + dice.randrange(40)]
            case 4:
                made[at:at] = made[at : at + dice.randrange(200)] * dice.choice((1, 2, 9))
            case _ if made:
                made[at % len(made)] = dice.choice((0, 0x7F, 0x80, 0xFF))
    return bytes(made)


def with_another_value(record: Any, dice: random.Random) -> Any:
    """A copy of JSON in which one value, or one key, is not what it was."""
    made = copy.deepcopy(record)
    places = [(made, key) for key in _keys(made)]
    for holder, key in places:
        places += [(holder[key], inner) for inner in _keys(holder[key])]
    if not places:
        return dice.choice(VALUES)
    holder, key = dice.choice(places)
    if isinstance(holder, dict) and dice.random() < 0.2:
        del holder[key]
    else:
        holder[key] = dice.choice(VALUES)
    return made


def _keys(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value)
    return list(range(len(value))) if isinstance(value, list) else []


def spoilt_json(data: bytes, dice: random.Random) -> bytes:
    """JSON that says something else, or is none any more."""
    if dice.random() < 0.3:
        return spoilt(data, dice)
    made = json.loads(data)
    for _ in range(dice.choice((1, 1, 3))):
        made = with_another_value(made, dice)
    return json.dumps(made).encode()


class Goods:
    """Good files of every kind, made once, in a folder."""

    def __init__(self, folder: Path) -> None:
        stage = Stage(folder)
        stage.play()
        stage.run(1.0)
        stage.do(c.StartTake("take"))
        for command in (
            c.SetMood("wild"), c.SetTempo(140, 4), c.GlideMood("waltz 3", 2), c.SaveScene("a"),
            c.SetKnob("swing", 0.4), c.SetChords("Dm7 | G7"), c.SetPart("*", "level", 80),
        ):  # fmt: skip
            stage.do(command)
            stage.run(1.5)
        stage.do(c.StopTake())
        stage.run(0.5)
        self.take = (folder / "take.mid").read_bytes()
        self.log = log_of(folder / "take.mid").read_bytes()
        self.journal = b"".join(
            json.dumps(row).encode() + b"\n"
            for row in ([0, "tempo", 120], [0, "meter", 4, 4], [10, "on", 0, 60, 90], [90, "x"])
        )
        self.scenes = _scenes_of(stage, folder)
        self.bank = _bank_of(stage, folder)
        names = ("manifest.json", "conditioning.npz", "tokenizer.json")
        self.model = {name: (TINY / name).read_bytes() for name in names}


def _scenes_of(stage: Stage, folder: Path) -> bytes:
    from amt_live.engine.scenes import SceneDesk

    path = folder / "scenes.json"
    desk = SceneDesk(stage.band, SceneFile(path))
    for name in ("verse", "chorus"):
        desk.save(name)
    return path.read_bytes()


def _bank_of(stage: Stage, folder: Path) -> bytes:
    stage.band.banks.keep_in(BankFiles(folder, print))
    stage.do(c.StoreBank(1, When.BAR))
    stage.run(2.5)
    stage.band.banks.close()
    return (folder / "1.bank").read_bytes()


def cases(goods: Goods) -> dict[str, Case]:
    """Every kind of file, and how it is spoilt and read."""

    def midi(folder: Path, dice: random.Random) -> None:
        path = folder / "in.mid"
        path.write_bytes(spoilt(goods.take, dice))
        analyze(str(path), "tiny", lambda line: None, as_json=True)

    def log(folder: Path, dice: random.Random) -> None:
        take = folder / "take.mid"
        take.write_bytes(goods.take)
        lines = goods.log.splitlines(keepends=True)
        for _ in range(dice.choice((1, 1, 4))):
            at = dice.randrange(len(lines))
            if dice.random() < 0.15:
                lines[at:at] = [lines[dice.randrange(len(lines))]] * dice.randrange(4)
            else:
                kept = lines[at] if lines[at].startswith(b"{") else b"{}"
                try:
                    lines[at] = spoilt_json(kept, dice) + b"\n"
                except ValueError:  # spoilt before, so that it is no JSON any more
                    lines[at] = spoilt(kept, dice)
        log_of(take).write_bytes(b"".join(lines))
        branch = replay.Branch(dice.randrange(4), "wild") if dice.random() < 0.3 else None
        replay.replay(
            take, folder / "out.mid", opened=_scripted, branch=branch, progress=lambda d, w: None
        )

    def journal(folder: Path, dice: random.Random) -> None:
        take = folder / "cut.mid"
        data = goods.journal + goods.log if dice.random() < 0.5 else goods.journal
        from amt_live.midi.journal import journal_of

        journal_of(take).write_bytes(spoilt(data, dice))
        finish_journal(take)

    def scenes(folder: Path, dice: random.Random) -> None:
        path = folder / "scenes.json"
        path.write_bytes(spoilt_json(goods.scenes, dice))
        _, trouble = SceneFile(path).load()
        assert "\n" not in trouble

    def bank(folder: Path, dice: random.Random) -> None:
        path = folder / "1.bank"
        _, text, numbers = goods.bank.split(b"\n", 2)
        body = spoilt_json(text, dice) + b"\n" + numbers
        signed = b"amt-live bank %s\n" % hashlib.sha256(body).hexdigest().encode() + body
        path.write_bytes(spoilt(goods.bank, dice) if dice.random() < 0.2 else signed)
        stage = Stage(folder)
        stage.band.banks.keep_in(BankFiles(folder, print))
        assert "\n" not in stage.band.banks.trouble
        if stage.band.state.banks:
            stage.play()
            stage.do(c.RecallBank(1, When.BAR))
            stage.run(2.5)

    def config(folder: Path, dice: random.Random) -> None:
        path = folder / "config.toml"
        good = b'mood = "calm"\ntempo = 90.5\nseed = 3\nosc_port = 0\ntakes = "x"\nmodel = "tiny"\n'
        path.write_bytes(spoilt(good, dice))
        load_config({}, path)

    def history(folder: Path, dice: random.Random) -> None:
        path = folder / "moods.txt"
        path.write_bytes(spoilt("calm\nwild\n\u2603 snow\n".encode() * 20, dice))
        kept = MoodHistory(path)
        kept.add(kept.older("now"))

    def styles(folder: Path, dice: random.Random) -> None:
        good = {"format": 1, "styles": [{"name": f"s{n}", "text": "calm"} for n in range(5)]}
        (folder / "styles.json").write_bytes(spoilt_json(json.dumps(good).encode(), dice))
        load_styles(folder)

    def model(folder: Path, dice: random.Random) -> None:
        place = shutil.copytree(TINY, folder / "model")
        name = dice.choice(list(goods.model))
        spoil = spoilt_json if name.endswith("json") else spoilt
        put(place, name, spoil(goods.model[name], dice))
        opened = open_model(place)
        opened.moods.read("calm piano", {})

    def graph(folder: Path, dice: random.Random) -> None:
        place = shutil.copytree(TINY, folder / "model")
        name = dice.choice(("decoder.onnx", "encoder.onnx"))
        (place / name).write_bytes(spoilt((place / name).read_bytes(), dice))  # its hash tells
        open_model(place)

    return {
        "midi": midi, "log": log, "journal": journal, "scenes": scenes, "bank": bank,
        "config": config, "history": history, "styles": styles, "model": model, "graph": graph,
    }  # fmt: skip


def put(folder: Path, name: str, data: bytes) -> None:
    """A file with the hash that the manifest gives: what a careful liar would ship."""
    (folder / name).write_bytes(data)
    if name == "manifest.json":
        return
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"][name] = hashlib.sha256(data).hexdigest()
    path.write_text(json.dumps(manifest), "utf-8")


def _scripted(name: str, sha256: str) -> Any:
    del name, sha256
    return SimpleNamespace(generator=make_generator(ScriptedDecoder(), 99), moods=ScriptedReader())


@contextmanager
def patience() -> Iterator[None]:
    """End what takes too long, by the processor time of this process."""
    if not hasattr(signal, "setitimer"):  # Windows
        yield
        return

    def tired(number: int, frame: FrameType | None) -> None:
        raise TookTooLong(f"more than {PATIENCE_S} s of processor time")

    before = signal.signal(signal.SIGVTALRM, tired)
    signal.setitimer(signal.ITIMER_VIRTUAL, PATIENCE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def fuzz(
    kind: str, case: Case, count: int, seed: int, keep: Path | None = None, done: Any = None
) -> tuple[Counter[str], list[str]]:
    """Try so many; how they ended, and the defects."""
    ended: Counter[str] = Counter()
    defects: list[str] = []
    for number in range(count):
        dice = random.Random(f"{kind} {seed} {number}")
        with tempfile.TemporaryDirectory() as folder:
            try:
                with patience():
                    case(Path(folder), dice)
                ended["read"] += 1
            except AmtError as error:
                ended["refused"] += 1
                if "\n" in str(error):
                    defects.append(f"{kind} {number}: several lines: {str(error)!r}")
            except (Exception, TookTooLong) as error:
                where = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{where.filename}:{where.lineno}"
                defects.append(f"{kind} {number}: {type(error).__name__}: {error} ({place})")
                if keep is not None:
                    shutil.copytree(folder, keep / f"{kind}-{number}", dirs_exist_ok=True)
        if done is not None:
            done(1)
    return ended, defects


def main(argv: Sequence[str] | None = None) -> int:
    """Try every kind, print what came of it; exit code 1 where there are defects."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.fuzz.files")
    parser.add_argument("--cases", type=int, default=2000, help="of each kind")
    parser.add_argument("--kind", nargs="*")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder for files that show a defect")
    options = parser.parse_args(argv)
    resource.setrlimit(resource.RLIMIT_AS, (ROOM_BYTES, resource.RLIM_INFINITY))
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    found: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        every: Mapping[str, Case] = cases(Goods(Path(folder)))
        wanted = options.kind or list(every)
        with tqdm(total=options.cases * len(wanted), unit="files") as bar:
            for kind in wanted:
                bar.set_description(kind)
                began_s = time.process_time()
                ended, defects = fuzz(
                    kind, every[kind], options.cases, options.seed, options.keep, bar.update
                )
                found += defects
                took_s = time.process_time() - began_s
                told = ", ".join(f"{count} {how}" for how, count in sorted(ended.items()))
                tqdm.write(f"{kind:<8} {told}, {len(defects)} defects, {took_s:.0f} s")
    for line in found[:50]:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
