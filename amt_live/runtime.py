"""ONNX Runtime itself: session settings, the provider that really runs, packages that collide.

Called while a model is loaded, by inference and text; all of it may take tens of milliseconds.
onnxruntime is imported inside the functions, so that commands that load no model do not pay for it.
"""

import ctypes
import importlib.metadata
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from amt_live.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
BOTH_RUNTIMES = (
    "onnxruntime and onnxruntime-gpu share one folder and are both installed; fix: "
    "pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime-gpu"
)


def open_session(
    path: Path, threads: int = 1, cuda_path: Path | None = None
) -> "tuple[onnxruntime.InferenceSession, str]":
    """Open a graph and say in one line what it runs on and why.

    ``cuda_path`` is the graph to use on CUDA, where the model folder has one: the CPU graph is made
    of 8-bit kernels that CUDA lacks. Raises ModelError for a file that is missing or no ONNX graph.
    """
    why = "the model has no graph for CUDA"
    if cuda_path is not None and cuda_path.is_file():
        why = _why_no_cuda()
        if not why:
            session = _try_cuda(cuda_path, threads)
            if session is not None:
                return session, f"{CUDA}: driver found"
            why = "a CUDA driver is there, but onnxruntime could not load its CUDA provider"
    return _session(path, threads, [CPU]), f"{CPU}, {_plural(threads)}: {why}"


def _plural(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


def _session(path: Path, threads: int, providers: list[str]) -> "onnxruntime.InferenceSession":
    import onnxruntime

    if not path.is_file():
        raise ModelError(
            f"{path} is missing; get the model folder again or choose another --model."
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Between paced tokens a spinning pool would keep a whole core busy for nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=providers)
    except Exception as error:  # onnxruntime raises a dozen unrelated types
        first_line = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelError(
            f"{path} is not a graph that onnxruntime can open ({first_line[:120]}); "
            "get the model folder again."
        ) from error


def _try_cuda(path: Path, threads: int) -> "onnxruntime.InferenceSession | None":
    try:
        session = _session(path, threads, [CUDA, CPU])
    except ModelError:
        return None
    return session if session.get_providers()[0] == CUDA else None


def _why_no_cuda() -> str:
    """Empty if CUDA is worth a try; asked first because a failing try prints two lines of noise."""
    import onnxruntime

    if not has_cuda_driver():
        return "no CUDA driver"
    if CUDA not in onnxruntime.get_available_providers():
        return "this onnxruntime has no CUDA provider; install amt-live-gpu in place of amt-live"
    return ""


def has_cuda_driver() -> bool:
    """Whether the NVIDIA driver library can be loaded."""
    name = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def colliding_packages() -> str | None:
    """One line with the fix if two onnxruntime packages are installed together, else None."""
    return BOTH_RUNTIMES if all(map(_is_installed, ("onnxruntime", "onnxruntime-gpu"))) else None


def _is_installed(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
