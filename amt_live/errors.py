"""The errors a user can cause, each carrying one line that names the fix.

The tree:

    AmtError
      UsageError      a wrong word on the command line or in a message (exit code 2)
      ModelError      a model folder that is missing, broken or made for another vocabulary
      PortError       a MIDI system or port that is not there
      NetworkError    an OSC port that is taken, a daemon that does not answer
      FileError       a file that cannot be read, written or understood
"""


class AmtError(Exception):
    """Base of every error shown to a user as one line; the command ends with ``exit_code``."""

    exit_code = 1


class UsageError(AmtError):
    """The request itself is wrong: an unknown word, a value out of range."""

    exit_code = 2


class ModelError(AmtError):
    """A model folder is missing, incomplete, corrupt or of another vocabulary."""


class PortError(AmtError):
    """A MIDI system or a MIDI port is not available."""


class NetworkError(AmtError):
    """An OSC port is taken, or nobody answers there."""


class FileError(AmtError):
    """A file cannot be read, written or understood."""


def one_line(error: BaseException, most_chars: int = 200) -> str:
    """The first line of what an error says, or its kind where it says nothing."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:most_chars]
