"""Looks whether a JACK port is still there: ``python -m amt_live.midi.watch NAME`` exits 0 or 1.

Called by the player when the JACK library complained, in a process of its own.
"""

import sys

from amt_live.midi.rtmidi_client import sources


def main(name: str) -> int:
    """0 when a port called ``name`` can be listened to, 1 when not, or when no server answers."""
    try:
        return 0 if name in sources("jack") else 1
    except Exception:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
