"""Errors of the band as refusals: the word of /amt/fail that a client can act on, and its line."""

from typing import Final

from amt_live.errors import AmtError, FileError, ModelError, NetworkError, PortError
from amt_live.osc.arguments import Refusal

_CODES: Final[tuple[tuple[type[AmtError], str], ...]] = (
    (ModelError, "model"),
    (PortError, "port"),
    (NetworkError, "network"),
    (FileError, "file"),
)


def refusal_of(error: AmtError) -> Refusal:
    """What a client is told of an error; ``arguments`` where no other word fits."""
    code = next((code for kind, code in _CODES if isinstance(error, kind)), "arguments")
    return Refusal(code, str(error))


def internal() -> Refusal:
    """What a client is told of a fault of ours, which the log describes."""
    return Refusal("internal", "something broke inside; the daemon's log has the details")
