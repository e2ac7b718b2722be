"""Asks the system to let the player be punctual, and says what was granted.

Called once, by the player, before it starts its threads: they inherit it, because a helper of
normal priority that holds the interpreter lock would hold up the sender. Whatever is refused is
left out.
"""

import gc
import os
import sys
from typing import Final

_FIFO_PRIORITY: Final = 20  # Above everything that is not audio, below JACK's own threads.
_RUNAWAY_US: Final = 2_000_000  # The kernel ends a real-time process that spins longer than this.
_MCL_CURRENT_AND_FUTURE: Final = 3
_PR_SET_TIMERSLACK: Final = 29


def ask_for_realtime() -> str:
    """Ask for priority, locked memory and fine timers; returns what was granted, for one line."""
    sys.setswitchinterval(0.0002)
    if sys.platform == "win32":
        return _windows()
    granted = [_priority()]
    if sys.platform == "linux":
        granted += _memory_and_timers()
    return ", ".join(granted)


def stop_collecting() -> None:
    """No garbage collection while playing: the player makes no cycles, a pass makes it late."""
    gc.collect()
    gc.freeze()
    gc.disable()


if sys.platform == "win32":
    import ctypes

    def _windows() -> str:
        high_priority_class = 0x80
        windll = ctypes.windll
        windll.winmm.timeBeginPeriod(1)
        process = windll.kernel32.GetCurrentProcess()
        if windll.kernel32.SetPriorityClass(process, high_priority_class):
            return "high priority, 1 ms timers"
        return "normal priority, 1 ms timers"

    def _priority() -> str:
        return "normal priority"

    def _memory_and_timers() -> list[str]:
        return []

else:
    import resource

    def _windows() -> str:
        return ""

    def _priority() -> str:
        if sys.platform == "linux":
            try:
                os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(_FIFO_PRIORITY))
                _, hard = resource.getrlimit(resource.RLIMIT_RTTIME)
                if hard == resource.RLIM_INFINITY or hard > _RUNAWAY_US:
                    resource.setrlimit(resource.RLIMIT_RTTIME, (_RUNAWAY_US, hard))
                return "SCHED_FIFO"
            except (OSError, ValueError):
                pass
        try:
            os.setpriority(os.PRIO_PROCESS, 0, -11)
            return "high priority"
        except OSError:
            return "normal priority (real-time scheduling not permitted)"

    def _memory_and_timers() -> list[str]:
        import ctypes

        granted = []
        libc = ctypes.CDLL(None)
        # Locking what comes later fails allocations once a small limit is reached: only with room.
        soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
        if (soft == resource.RLIM_INFINITY or soft > 1 << 28) and not libc.mlockall(
            _MCL_CURRENT_AND_FUTURE
        ):
            granted.append("memory locked")
        if not libc.prctl(_PR_SET_TIMERSLACK, 1, 0, 0, 0):
            granted.append("fine timers")
        return granted
