"""What is kept of a fault of the screen's own code: a file to mend it by, and a line to show.

Called by ``run`` on the main thread, between two screens.
"""

import logging
import traceback
from pathlib import Path

from textual.worker import WorkerFailed

log = logging.getLogger(__name__)


def default_path() -> Path:
    """Where the last fault is kept: the user's data folder for amt-live."""
    from platformdirs import user_data_path

    return user_data_path("amt-live", appauthor=False) / "screen-fault.txt"


def kept(fault: Exception, path: Path) -> str:
    """Write the traceback to ``path``; one line that says what happened and where it is told."""
    cause = fault.error if isinstance(fault, WorkerFailed) else fault
    what = f"the screen broke ({type(cause).__name__})"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(cause)), encoding="utf-8")
    except OSError as error:
        log.warning("the fault cannot be kept: %s", error)
        return f"{what}: {cause}"
    return f"{what}; please report {path}"
