"""What waits for the engine: commands in their order, without those that a later one makes void.

Put in by any thread, taken out by the engine's. A flood of moods (or of one fader) costs what its
newest one costs: a command is passed over where a later one sets the same thing and nothing that
waits between them would have seen the difference. Its sender is told that it is done, as it would
be had it been carried out and overwritten. Panic goes to the head.

The words of a mood are read beside the engine (``Hearing``): until they are, the mood waits at the
head of the line and the band decodes on.
"""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition
from typing import Final, Protocol, runtime_checkable

from amt_live.control import commands as c

_MOOD: Final = "mood"
_HEARD_BY_MOODS: Final = ("SetQuantise", "SetSeed")
"""What a mood is read or armed by: these are not passed over for later ones behind the mood."""


@dataclass(slots=True, eq=False)
class Job:
    """Something to do on the engine's thread; ``skip`` ends it undone, because it is void."""

    work: Callable[[], None]
    skip: Callable[[], None] | None = None
    command: c.Command | None = None
    is_void: bool = False


@runtime_checkable
class Ears(Protocol):
    """A reader of moods that can be asked to read words ahead of time. Thread: any."""

    def knows(self, text: str) -> bool:
        """Whether reading it costs next to nothing."""

    def hear(self, text: str) -> None:
        """Read it, so that it is known."""


def sets(command: c.Command) -> Hashable:
    """What a command sets, whole and whatever it was before; None for one that does more."""
    match command:
        case c.SetMood() | c.SetStyle() | c.BlendMood() | c.GlideMood():
            return _MOOD
        case c.SetPart(part, field, _):
            return ("part", part, field)
        case c.SetKnob(name, _):
            return ("knob", name)
        case c.SetSampling(name, _):
            return ("sampling", name)
        case c.SetTempo(_, glide_beats) if glide_beats:
            return None  # a glide starts from the tempo that was set before it
        case c.SetTempo() | c.SetSeed() | c.SetKey() | c.SetChords() | c.SetQuantise():
            return type(command).__name__
    return None


def words_of(command: c.Command | None) -> tuple[str, ...]:
    """The texts that have to be read before a command can be carried out."""
    match command:
        case c.SetMood(text, _) | c.GlideMood(text, _, _):
            return (" ".join(text.split()),)
        case c.BlendMood(texts, _):
            return tuple(" ".join(text.split()) for text, _ in texts)
    return ()


class Hearing:
    """Reads words on a thread of its own, one command's at a time, and says when it has."""

    def __init__(self, done: Callable[[], None]) -> None:
        """``done`` is called on that thread each time."""
        self._done = done
        self._reader: ThreadPoolExecutor | None = None
        self._tried: tuple[str, ...] = ()
        self.is_busy = False

    def is_ready(self, ears: object, words: tuple[str, ...]) -> bool:
        """Whether these words are known; if not, they are being read from here on."""
        if self.is_busy:
            return False
        if not words or not isinstance(ears, Ears) or words == self._tried:
            return True  # what could not be read says so again where it is carried out
        if all(map(ears.knows, words)):
            return True
        if self._reader is None:
            self._reader = ThreadPoolExecutor(1, "words")
        self.is_busy = True
        self._reader.submit(self._hear, ears, words)
        return False

    def close(self) -> None:
        """Wait for what is being read."""
        if self._reader is not None:
            self._reader.shutdown()

    def _hear(self, ears: Ears, words: Sequence[str]) -> None:
        try:
            for text in words:
                ears.hear(text)
        finally:
            self._tried = tuple(words)
            self.is_busy = False
            self._done()


class Line:
    """Jobs that wait. Every method: under ``wake``, which is notified when there is something."""

    def __init__(self, wake: Condition) -> None:
        self._wake = wake
        self._jobs: deque[Job] = deque()
        self._latest: dict[Hashable, Job] = {}
        """The newest waiting job that sets each thing, since the last one that does more."""

    def __len__(self) -> int:
        return len(self._jobs)

    def put(self, job: Job, *, is_urgent: bool = False) -> None:
        """Let a job wait, at the head if it is urgent."""
        if is_urgent:
            self._jobs.appendleft(job)
        else:
            self._jobs.append(job)
            self._pass_over(job)
        self._wake.notify()

    def _pass_over(self, job: Job) -> None:
        if job.command is None:
            return
        what = sets(job.command)
        if what is None:
            self._latest.clear()
            return
        if what == _MOOD:
            for heard_by_moods in _HEARD_BY_MOODS:
                self._latest.pop(heard_by_moods, None)
        earlier = self._latest.get(what)
        if earlier is not None:
            earlier.is_void = True
        self._latest[what] = job

    def head(self) -> Job | None:
        """The job whose turn it is; it stays."""
        return self._jobs[0] if self._jobs else None

    def pop(self) -> Job:
        """Take the head out."""
        job = self._jobs.popleft()
        if job.command is not None:
            what = sets(job.command)
            if self._latest.get(what) is job:
                del self._latest[what]
        return job

    def clear(self) -> None:
        """Forget everything."""
        self._jobs.clear()
        self._latest.clear()
