"""ONNX Runtime itself: session settings, the provider that really runs, packages that collide.

Called while a model is loaded, by inference and text; all of it may take tens of milliseconds.
onnxruntime is imported inside the functions, so that commands that load no model do not pay for it.
"""

import ctypes
import importlib.metadata
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from amt_live.errors import ModelError, one_line

if TYPE_CHECKING:
    import onnxruntime

CPU = "CPUExecutionProvider"
BOTH_RUNTIMES = (
    "onnxruntime and onnxruntime-gpu share one folder and are both installed; fix: "
    "pip uninstall -y onnxruntime onnxruntime-gpu && pip install onnxruntime"
)


def open_session(path: Path, threads: int = 1) -> "tuple[onnxruntime.InferenceSession, str]":
    """Open a graph and say in one line what it runs on and why.

    Always on the CPU: the graphs are made of 8-bit kernels and of an attention over float32 that
    CUDA lacks, so a CUDA session would copy every step's data to and fro. Raises ModelError for a
    file that is missing or no ONNX graph.
    """
    session = _session(path, threads)
    count = "1 thread" if threads == 1 else f"{threads} threads"
    why = "no CUDA driver"
    if has_cuda_driver():
        why = "a CUDA driver is there, but the model's 8-bit kernels are for the CPU"
    return session, f"{session.get_providers()[0]}, {count}: {why}"


def _session(path: Path, threads: int) -> "onnxruntime.InferenceSession":
    import onnxruntime

    if not path.is_file():
        raise ModelError(f"{path} is missing; get the model again or choose another --model.")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4  # what fails is raised, and said once
    # Between paced tokens a spinning pool would keep a whole core busy for nothing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=[CPU])
    except Exception as error:  # onnxruntime raises a dozen unrelated types
        raise ModelError(
            f"{path} is not a graph that onnxruntime can open ({one_line(error, 120)}); "
            "get the model folder again."
        ) from error


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
