"""``amt-live`` and ``python -m amt_live``: the command line, and how it ends when interrupted.

While the program is still being read, and once it is done, an interrupt ends it as it ends any
other program: silently. In between the commands see to it.
"""

import signal
import sys


def main() -> int:
    """Run the command that was typed; returns its exit code."""
    is_usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_usual:  # and not, say, ignored because a shell runs this in the background
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from amt_live.cli import main as run

    try:
        if is_usual:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = run()
        if is_usual:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
        return code
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
