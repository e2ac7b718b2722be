"""The draws of a stream: each asked of the model, written down, or taken from a take log.

Thread: engine. Also remembers which direction each stretch of the stream was heard under, so that
what lies in the model's context can be heard again: from a log, or by another model.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Final

from amt_live.engine.plan import Direction
from amt_live.inference.decoder import Floats
from amt_live.inference.generator import Generator

_MAX_SPANS: Final = 1024


class Draws:
    """Draws ids for a stream."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator
        self.drawn: list[int] = []
        """What was drawn since this list was emptied."""
        self.differing = 0
        """How often the model drew something else than the log says."""
        self._script: deque[int] | None = None
        self._spans: list[tuple[int, Direction]] = []

    def follow(self, script: Iterable[int] | None) -> None:
        """Take the next draws from a log; None: the model draws again."""
        self._script = None if script is None else deque(script)

    @property
    def is_scripted(self) -> bool:
        """Whether draws come from a log, which may hold anything."""
        return self._script is not None

    @property
    def left(self) -> int:
        """How many draws of the log are still to be taken."""
        return len(self._script or ())

    def draw(
        self,
        ranges: Sequence[tuple[int, int]],
        forbidden: Sequence[int],
        bias: Floats,
        groups: Sequence[tuple[int, int]] = (),
        heat: float = 1.0,
    ) -> int:
        """The next id. A log that ends too early raises IndexError."""
        token = self.generator.choose(ranges, forbidden, bias, groups, heat)
        if self._script is not None:
            wanted = self._script.popleft()
            self.differing += wanted != token
            token = wanted
        self.drawn.append(token)
        return token

    # What is heard under which direction.

    def heard(self, position: int, direction: Direction) -> None:
        """The id at a position is heard under a direction."""
        if not self._spans or self._spans[-1][1] is not direction:
            self._spans.append((position, direction))
            if len(self._spans) > _MAX_SPANS:
                del self._spans[: _MAX_SPANS // 2]

    def rewind(self, position: int) -> None:
        """Forget what was heard from a position on."""
        while self._spans and self._spans[-1][0] >= position:
            self._spans.pop()

    def spans(self, position: int) -> list[tuple[int, Direction]]:
        """Directions from a position on, the first one from there."""
        spans = [span for span in self._spans if span[0] > position]
        before = [span for span in self._spans if span[0] <= position]
        first = before[-1:] or spans[:1]
        return [(position, direction) for _, direction in first] + spans

    def begin_as(self, spans: Sequence[tuple[int, Direction]]) -> None:
        """Have heard this."""
        self._spans = list(spans)
