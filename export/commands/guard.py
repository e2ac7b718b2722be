"""Runs an offline command: what a user can cause becomes one line and an exit code."""

import sys
from collections.abc import Callable

from amt_live.errors import AmtError


def guarded(work: Callable[[], object]) -> int:
    """Exit code of a command's work: 0, the error's own, or 1 when interrupted."""
    try:
        work()
    except AmtError as error:
        print(f"amt-live: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(
            "amt-live: interrupted; the same command goes on from the last checkpoint",
            file=sys.stderr,
        )
        return 1
    return 0
