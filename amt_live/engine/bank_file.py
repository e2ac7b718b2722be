"""Banks on disk: one file each, written beside the music, read when the daemon starts.

A file is a line with a checksum, a line of JSON, and the model's keys and values as they lie in
memory. So a recall after a restart goes on from the very numbers that were stored: as long as model
and machine are the same, what followed follows again to the note. (Heard again instead, the same
ids would give keys and values that differ in their last digits, and sooner or later another note.)
A newer onnxruntime or another processor may round differently from there on.

Thread: the engine's, before it plays, for reading; one of its own for writing. Invariant: whatever
lies in the folder, reading gives banks that were stored under this model, and at most one line.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from amt_live.control.commands import MAX_BANK
from amt_live.engine.bank_words import VERSION, bank_of, bank_record
from amt_live.engine.banks import Bank
from amt_live.engine.plan import Source
from amt_live.errors import AmtError
from amt_live.inference.generator import Generator
from amt_live.kept import KeptFile, json_of
from amt_live.midi.background import Batcher
from amt_live.text.conditioning import Mood

MAGIC: Final = b"amt-live bank"
MAX_BYTES: Final = 256 << 20
"""The largest cache there may be; that of the model which comes with the program has 16 MB."""

MAX_JSON_BYTES: Final = 2_000_000
PERIOD_S: Final = 0.2
"""Of several banks that are stored under one number meanwhile only the last is written."""

CLOSING_S: Final = 10.0


class BankFiles:
    """The files of a folder: ``1.bank`` to ``16.bank``."""

    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        """``tell`` gets one line on what could not be written, on the thread that writes."""
        self._files = {
            number: KeptFile(folder / f"{number}.bank", "a bank", MAX_BYTES)
            for number in range(1, MAX_BANK + 1)
        }
        self._tell = tell
        self._writer: Batcher[tuple[int, Bank | None]] | None = None

    def load(
        self, model_hash: str, generator: Generator, read_mood: Callable[[Source], Mood]
    ) -> tuple[dict[int, Bank], str]:
        """The banks of a model, and one line on those that cannot be used ('' for none)."""
        read_once = cache(read_mood)

        def parse(data: bytes) -> Bank:
            return _parsed(data, model_hash, generator, read_once)

        banks: dict[int, Bank] = {}
        wrong: list[str] = []
        for number, file in self._files.items():
            bank, trouble = file.load(parse)
            if bank is not None:
                banks[number] = bank
            elif trouble:
                wrong.append(trouble)
        more = f"; and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return banks, f"{wrong[0]}{more}" if wrong else ""

    def put(self, number: int, bank: Bank | None) -> None:
        """Write a bank, or (None) forget it, soon. Blocks: no."""
        if self._writer is None:
            self._writer = Batcher("banks", PERIOD_S, self._write)
        self._writer.put((number, bank))

    def close(self) -> None:
        """Have what is left written; waits for it, but not for a disk that hangs."""
        if self._writer is not None:
            self._writer.close(CLOSING_S)
            self._writer = None

    def _write(self, items: list[tuple[int, Bank | None]]) -> None:
        for number, bank in dict(items).items():
            try:
                self._write_one(self._files[number], bank)
            except (AmtError, OSError, ValueError, MemoryError) as error:
                self._tell(f"bank {number} is kept until the daemon ends, no longer: {error}")

    @staticmethod
    def _write_one(file: KeptFile, bank: Bank | None) -> None:
        if bank is None:
            file.path.unlink(missing_ok=True)
            return
        text = json.dumps(bank_record(bank), separators=(",", ":")).encode() + b"\n"
        kept = bank.memory.kept
        numbers = b"" if kept is None else kept.cache.reshape(-1).view("u1").data
        digest = hashlib.sha256(text)
        digest.update(numbers)
        with file.writing() as stream:
            stream.write(b"%s %s\n" % (MAGIC, digest.hexdigest().encode()))
            stream.write(text)
            stream.write(numbers)


def _parsed(
    data: bytes, model_hash: str, generator: Generator, read_mood: Callable[[Source], Mood]
) -> Bank:
    """Raises as ``KeptFile.load`` says."""
    head = data.find(b"\n", 0, 100) + 1
    if not head or not data.startswith(MAGIC + b" "):
        raise ValueError("it is none")
    view = memoryview(data)
    digest = hashlib.sha256(view[head:]).hexdigest()
    if data[: head - 1] != b"%s %s" % (MAGIC, digest.encode()):
        raise ValueError("it is not as it was written")
    end = data.find(b"\n", head, head + MAX_JSON_BYTES) + 1
    if not end:
        raise ValueError("its text is too long")
    record = json_of(data[head:end], VERSION)
    name = str(record.get("model"))
    if record.get("model_hash") != model_hash:
        shown = name if name.isprintable() and 0 < len(name) <= 64 else "?"
        raise ValueError(f"it was stored under another model: start with --model {shown} for it")
    bank = bank_of(record, data[end:], read_mood)
    if not generator.fits(bank.memory):
        raise ValueError("what it holds is not of this model")
    return bank
