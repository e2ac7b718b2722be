"""A peer in an Ableton Link session, through LinkPython-extern (the extra ``[link]``, GPL).

Joining never changes the session's tempo: the peer brings the band's tempo only for the case that
it is alone, and sets another one only when a performer asks for it. Used by the process that
listens, and by nothing else: the library and its threads stay out of the band. Thread: one.

Link has a clock of its own; between two readings of ``perf_counter`` its distance to it is taken
whenever the session is looked at, so that the two may drift.
"""

import importlib.util
import time
from typing import Any, Final

from amt_live.errors import AmtError
from amt_live.sync.heard import Heard

HOW_TO_GET: Final = "Ableton Link needs its library: pip install 'amt-live[link]'"
QUANTUM_BEATS: Final = 4.0
_READINGS: Final = 5


def require_link() -> None:
    """Whether the library is there, without loading it; raises AmtError, one line, if not."""
    if importlib.util.find_spec("link") is None:
        raise AmtError(HOW_TO_GET)


def link_module() -> Any:
    """LinkPython-extern; raises AmtError, one line, without it."""
    try:
        import link
    except ImportError:
        raise AmtError(HOW_TO_GET) from None
    if not hasattr(link, "Link"):  # Another package of that name.
        raise AmtError(HOW_TO_GET)
    return link


class LinkSession:
    """The session as this peer sees it; left by ``close``."""

    def __init__(self, tempo_bpm: float) -> None:
        """Join; ``tempo_bpm`` counts only where nobody else is there. Raises AmtError."""
        self._link = link_module().Link(tempo_bpm)
        self._link.startStopSyncEnabled = True
        self._link.enabled = True
        self._starts = 0
        self._was_playing = False

    def heard(self) -> Heard:
        """The session now."""
        offset_s = self._offset_s()
        now_s = time.perf_counter()
        state = self._link.captureSessionState()
        is_playing = bool(state.isPlaying())
        if is_playing and not self._was_playing:
            self._starts += 1
        self._was_playing = is_playing
        return Heard(
            "link",
            is_locked=True,
            is_running=is_playing,
            has_position=True,
            starts=self._starts,
            from_top=True,
            tempo_bpm=float(state.tempo()),
            beats=float(state.beatAtTime(round((now_s - offset_s) * 1e6), QUANTUM_BEATS)),
            at_s=now_s,
            peers=int(self._link.numPeers()),
        )

    def set_tempo(self, tempo_bpm: float) -> None:
        """Another tempo for everybody: a performer asked for it."""
        state = self._link.captureSessionState()
        state.setTempo(tempo_bpm, self._link.clock().micros())
        self._link.commitSessionState(state)

    def set_playing(self, is_playing: bool) -> None:
        """Start or stop everybody who follows starts and stops."""
        state = self._link.captureSessionState()
        if bool(state.isPlaying()) != is_playing:
            state.setIsPlaying(is_playing, self._link.clock().micros())
            self._link.commitSessionState(state)

    def close(self) -> None:
        """Leave the session."""
        self._link.enabled = False

    def _offset_s(self) -> float:
        """``perf_counter`` minus Link's clock, from the tightest of a few readings."""
        best = (float("inf"), 0.0)
        for _ in range(_READINGS):
            before_s = time.perf_counter()
            link_s = self._link.clock().micros() / 1e6
            after_s = time.perf_counter()
            best = min(best, (after_s - before_s, (before_s + after_s) / 2 - link_s))
        return best[1]
