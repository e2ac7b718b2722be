"""Where takes go and what they are called. Thread: engine.

Names are bare: nothing is ever written outside the takes folder, except the one file that the
person who started the daemon named on the command line.
"""

import datetime
from concurrent.futures import Future
from pathlib import Path

from amt_live.control.commands import MAX_CAPTURE_BARS, MAX_NAME_CHARS
from amt_live.engine.band import Band
from amt_live.errors import FileError, UsageError
from amt_live.midi.journal import journal_of


class TakeDesk:
    """Starts and ends takes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def start(self, band: Band, name: str | None) -> None:
        """Record into the takes folder; raises UsageError for a name that is a path."""
        self.start_at(band, self._free_path(name, "take"))

    def capture(self, band: Band, bars: int, name: str | None) -> "Future[int]":
        """Write the last bars into the takes folder; raises as ``start`` does."""
        if not 1 <= bars <= MAX_CAPTURE_BARS:
            raise UsageError(f"{bars} bars is outside 1-{MAX_CAPTURE_BARS}")
        return band.output.capture(self._free_path(name, "capture"), bars)

    def _free_path(self, name: str | None, kind: str) -> Path:
        stem = _now_name(kind) if name is None else name.removesuffix(".mid").strip()
        bare = Path(stem).name == stem and stem.isprintable() and not set(stem) & set("/\\:")
        if not stem or not bare or stem.startswith(".") or len(stem) > MAX_NAME_CHARS:
            raise UsageError(f"'{name}' is not a bare file name; use letters, figures and spaces")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = f"cannot make the takes folder {self._folder}: {error.strerror}"
            raise FileError(why) from None
        path = self._folder / f"{stem}.mid"
        count = 2
        while path.exists() or journal_of(path).exists():
            path = self._folder / f"{stem}-{count}.mid"
            count += 1
        return path

    def start_at(self, band: Band, path: Path) -> None:
        """Record into a file that was named by the owner of the daemon."""
        if band.take is not None:
            raise UsageError(f"the take {band.take} is running; stop it first")
        band.output.take_start(path)
        band.take = path.stem

    def stop(self, band: Band) -> "Future[None]":
        """Finish the take beside the music; raises UsageError when none is running."""
        if band.take is None:
            raise UsageError("no take is running")
        name, band.take = band.take, None
        written: Future[None] = Future()

        def end(done: "Future[Path | None]") -> None:
            if (error := done.exception()) is None and done.result() is None:
                error = FileError(f"the take {name} could not be written")
            if error is None:
                written.set_result(None)
            else:
                written.set_exception(error)

        band.output.take_end().add_done_callback(end)
        return written


def _now_name(kind: str) -> str:
    return datetime.datetime.now().strftime(f"{kind} %Y-%m-%d %H.%M.%S")
