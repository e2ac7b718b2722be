"""Banks over a restart: recalled to the note; whatever lies in their folder costs one line."""

import hashlib
import json
import queue
import random
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from amt_live.control import commands as c
from amt_live.control.state import ErrorNotice, Notice, Sampling
from amt_live.control.when import When
from amt_live.engine.band import Band, Settings
from amt_live.engine.bank_file import BankFiles
from amt_live.engine.controls import Controls
from amt_live.engine.engine import Engine
from amt_live.engine.model import open_model
from amt_live.engine.takes import TakeDesk
from amt_live.midi.clock import ManualClock
from amt_live.midi.memory_output import MemoryOutput
from tests.fuzz.files import with_another_value

from .scripted import ScriptedDecoder, ScriptedReader, make_generator
from .stage import Stage
from .test_banks import BAR, rows
from .test_scenes import SETTING, setting_of

TINY = Path(__file__).parents[2] / "models" / "tiny"


def opened(folder: Path, told: list[str] | None = None, stage: Stage | None = None) -> Stage:
    """A band whose banks are kept in a folder."""
    stage = stage or Stage()
    stage.band.banks.keep_in(BankFiles(folder, (told if told is not None else []).append))
    return stage


def stored(folder: Path, commands: Sequence[c.Command] = (), number: int = 3) -> Stage:
    """A band that stored a bank at the second bar line and played on."""
    stage = opened(folder)
    for command in commands:
        stage.do(command)
    stage.play()
    stage.run_to(BAR + 100)
    stage.do(c.StoreBank(number))
    stage.run_to(7 * BAR + 10)
    stage.band.banks.close()
    return stage


def recalled(stage: Stage, number: int = 3, bars: int = 4) -> list[tuple[int, ...]]:
    """What is played from a recall on."""
    stage.do(c.RecallBank(number, When.BAR))
    assert stage.band.moods.armed is not None
    at = stage.band.moods.armed.at_ticks
    stage.run_to(at + bars * BAR)
    return list(rows(stage, at, at + bars * BAR))


def test_a_recall_after_a_restart_plays_what_followed_to_the_note(tmp_path: Path) -> None:
    first = stored(tmp_path, SETTING[1:])
    held = setting_of(first.band.state)
    followed = rows(first, 2 * BAR, 6 * BAR)
    assert len(followed) > 20
    for _ in range(2):
        again = opened(tmp_path)
        assert again.band.state.banks == (3,) and again.band.banks.trouble == ""
        again.do(c.SetMood("waltz 3"))
        again.do(c.SetSeed(77))
        again.play()
        again.run_to(4 * BAR + 17)
        assert recalled(again) == followed
        assert setting_of(again.band.state) == held and again.band.seed == 1
    assert [path.name for path in tmp_path.iterdir()] == ["3.bank"]
    again.do(c.ClearBank(3))
    again.band.banks.close()
    assert list(tmp_path.iterdir()) == [] and opened(tmp_path).band.state.banks == ()


def test_a_glide_that_was_under_way_and_a_scene_that_waited_are_there_again(tmp_path: Path) -> None:
    stage = opened(tmp_path)
    stage.play()
    stage.do(c.GlideMood("strange", 6, When.BAR))
    stage.run_to(3 * BAR + 10)
    stage.do(c.StoreBank(1))
    stage.run_to(9 * BAR)
    first = rows(stage, 4 * BAR, 8 * BAR)
    stage.band.banks.close()
    again = opened(tmp_path)
    again.play()
    again.run_to(2 * BAR)
    assert recalled(again, 1) == first
    assert again.band.state.mood == "strange"


def real_stage(folder: Path) -> Stage:
    """The same with a real graph in 8 bits."""
    stage = Stage()
    model = open_model(TINY, 1)
    begin = Settings("calm", 120.0, 1, Sampling(top_p=0.97, guidance=2.0), "tiny", model.hash)
    stage.band = Band(
        model.generator, model.moods, stage.output, stage.clock, begin, stage.notices.append
    )
    stage.controls = Controls(stage.band, TakeDesk(Path("takes")))
    return opened(folder, stage=stage)


def test_a_real_graph_plays_the_same_notes_after_a_restart(tmp_path: Path) -> None:
    first = real_stage(tmp_path)
    first.play()
    first.run_to(5 * BAR + 100)
    first.do(c.StoreBank(3))
    first.run_to(10 * BAR + 10)
    first.band.banks.close()
    followed = rows(first, 6 * BAR, 10 * BAR)
    assert len(followed) > 50
    again = real_stage(tmp_path)
    again.do(c.SetMood("wild"))
    again.play()
    again.run_to(BAR)
    assert recalled(again) == followed


def spoil(path: Path, data: bytes) -> bytes:
    """Write other bytes, signed as a bank is."""
    whole = b"amt-live bank %s\n" % hashlib.sha256(data).hexdigest().encode() + data
    path.write_bytes(whole)
    return whole


def test_a_broken_huge_or_foreign_file_is_one_line_and_is_set_aside(tmp_path: Path) -> None:
    stored(tmp_path)
    path = tmp_path / "3.bank"
    good = path.read_bytes()
    body = good[good.index(b"\n") + 1 :]
    text, numbers = body.split(b"\n", 1)
    record = json.loads(text)
    foreign = json.dumps({**record, "model": "x\x1b[2J", "model_hash": "1"}).encode()
    middle = len(good) // 2
    flipped = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    cases = [b"", b"x" * 2000, good[:-3], flipped, good + b"x", b"amt-live bank \n"]
    signed = [b"[" * 100_000 + b"\n", b"{}\n", foreign + b"\n" + numbers, text + b"\n"]
    signed += [text + b"\n" + numbers[4:], text + b"\n" + numbers + bytes(4)]
    signed += [text + b"\n" + b"\xff" * len(numbers), b" " * 3_000_000 + body]
    for data in [*cases, *(spoil(path, some) for some in signed)]:
        path.write_bytes(data)
        (tmp_path / "4.bank").write_bytes(good)
        stage = opened(tmp_path)
        trouble = stage.band.banks.trouble
        assert str(path) in trouble and "set aside" in trouble, data[:80]
        assert trouble.isprintable() and len(trouble) < 500
        assert stage.band.state.banks == (4,)
    with path.open("wb") as file:
        file.truncate(1 << 40)
    stage = opened(tmp_path)
    assert "too long" in stage.band.banks.trouble
    path.write_bytes(good[:-3])
    stage = opened(tmp_path)
    stage.play()
    stage.do(c.StoreBank(3))
    stage.run_to(2 * BAR)
    stage.band.banks.close()
    assert (tmp_path / "3.bank.broken").read_bytes() == good[:-3]
    assert opened(tmp_path).band.state.banks == (3, 4)


def test_a_file_that_lies_is_refused_or_played_but_never_stops_the_band(tmp_path: Path) -> None:
    stored(tmp_path, SETTING[1:])
    path = tmp_path / "3.bank"
    good = path.read_bytes()
    text, numbers = good[good.index(b"\n") + 1 :].split(b"\n", 1)
    dice, refused = random.Random(5), 0
    for _ in range(60):
        lie = with_another_value(json.loads(text), dice)
        spoil(path, json.dumps(lie).encode() + b"\n" + numbers)
        stage = opened(tmp_path)
        refused += bool(stage.band.banks.trouble)
        assert "\n" not in stage.band.banks.trouble
        if 3 in stage.band.state.banks and dice.random() < 0.4:
            stage.play()
            assert recalled(stage, bars=1)
    assert refused > 20


def test_an_engine_keeps_banks_and_tells_what_it_cannot_write(tmp_path: Path) -> None:
    folder = tmp_path / "banks"
    folder.mkdir()
    (folder / "5.bank").write_text("{")
    (folder / "2.bank").mkdir()
    notices: queue.Queue[Notice] = queue.Queue()
    clock = ManualClock()
    engine = Engine(
        make_generator(ScriptedDecoder(), 1),
        ScriptedReader(),
        MemoryOutput(clock),
        clock,
        Settings(),
        tmp_path,
        banks_folder=folder,
    )
    engine.add_listener(notices.put)
    engine.start()
    notice = notices.get(timeout=30)
    engine.close()
    assert isinstance(notice, ErrorNotice)
    assert "2.bank" in notice.why and "and 1 more" in notice.why
    told: list[str] = []
    stage = opened(tmp_path / "file" / "banks", told)
    (tmp_path / "file").write_text("")
    stage.play()
    stage.do(c.StoreBank(3))
    stage.run_to(2 * BAR)
    stage.band.banks.close()
    assert stage.band.state.banks == (3,)
    (line,) = told
    assert "bank 3 is kept until the daemon ends" in line and "\n" not in line


def test_writing_takes_the_last_one_and_not_the_thread_of_the_music(tmp_path: Path) -> None:
    stage = stored(tmp_path / "first")
    bank = stage.band.banks._banks[3]
    written: list[str] = []
    files = BankFiles(tmp_path / "second", written.append)
    for seed in range(40):
        files.put(1 + seed % 2, replace(bank, seed=seed))
    files.close()
    assert written == [] and "banks" not in {thread.name for thread in threading.enumerate()}
    again = opened(tmp_path / "second")
    assert [again.band.banks._banks[number].seed for number in (1, 2)] == [38, 39]
