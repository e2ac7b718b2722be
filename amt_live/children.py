"""Processes of this program beside the band: started by module, ended by the end of their stdin.

A child that reads its stdin ends when its parent does, whatever becomes of that. Standard library
only; thread: any.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import amt_live

Child = subprocess.Popen[bytes]


def start(module: str, words: Sequence[str], **options: Any) -> Child:
    """Run a module of this program as a child with pipes; its stderr is nobody's.

    ``options`` are those of ``Popen``, which may be others than these. Raises OSError.
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", module, *words]
    return subprocess.Popen(command, env=_environment(), **{**pipes, **options})


def let_go(child: Child) -> None:
    """Close its stdin, which ends it. Blocks: no."""
    if child.stdin is not None:
        with contextlib.suppress(OSError, ValueError):
            child.stdin.close()


def end(child: Child, patience_s: float) -> None:
    """Let it go, and end it if it does not within so long. Waits for it."""
    let_go(child)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _environment() -> dict[str, str]:
    """This program is found, from wherever it was started."""
    root = str(Path(amt_live.__file__).resolve().parents[1])
    inherited = os.environ.get("PYTHONPATH")
    path = root if not inherited else root + os.pathsep + inherited
    return {**os.environ, "PYTHONPATH": path}
