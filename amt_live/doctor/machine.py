"""The machine and what is installed: Python, packages, settings, rights, folders, room on the disk.

Called by the doctor. Looks and changes nothing, but for a file that it makes and removes to see
whether a folder can be written.
"""

import platform
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Final

from amt_live import __version__, paths
from amt_live.config import Config, config_path_in_use
from amt_live.doctor.finding import Finding
from amt_live.errors import FileError
from amt_live.midi.places import check_folder

PACKAGES: Final = (
    "onnxruntime",
    "numpy",
    "tokenizers",
    "python-rtmidi",
    "python-osc",
    "textual",
    "platformdirs",
)
ROOM_BYTES: Final = 200 * 2**20
"""Less room than this is told: a take of a day with its log has about as much."""

HOW_TO_GET_PRIORITY: Final = {
    "linux": (
        "add '@audio - rtprio 95', '@audio - memlock unlimited' and '@audio - nice -19' to "
        "/etc/security/limits.d/audio.conf, then usermod -aG audio $USER and log in again"
    ),
    "darwin": "none needed on macOS; close what else uses the processor",
    "win32": "choose the power plan High performance and plug the machine in",
}


def look_at_python() -> Finding:
    """The versions that matter in a report of a fault."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Finding("python", True, f"amt-live {__version__}, {sys.version.split()[0]}, {system}")


def look_at_packages() -> Finding:
    """What playing needs."""
    from amt_live.runtime import colliding_packages

    missing: list[str] = []
    seen: list[str] = []
    for name in PACKAGES:
        if has(name):
            seen.append(f"{name} {metadata.version(name)}")
            continue
        gpu = name == "onnxruntime" and has("onnxruntime-gpu")
        (seen if gpu else missing).append("onnxruntime-gpu" if gpu else name)
    if missing:
        says = f"missing: {', '.join(missing)}"
        return Finding("packages", False, says, "pip install amt-live", is_vital=True)
    if collision := colliding_packages():
        why, _, fix = collision.partition("; fix: ")
        return Finding("packages", False, why, fix, is_vital=True)
    return Finding("packages", True, ", ".join(seen))


def has(package: str) -> bool:
    """Whether a package is installed."""
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def look_at_settings() -> Finding:
    """The settings file; it has been read when this is called."""
    path = config_path_in_use()
    return Finding("settings", True, f"{path}{'' if path.is_file() else ' (not there: defaults)'}")


def look_at_offline() -> Finding:
    """Whether models can be trained here."""
    missing = [name for name in ("torch", "transformers", "onnx", "symusic") if not has(name)]
    if missing:
        return Finding("offline", True, "playing only; pip install 'amt-live[train]' for training")
    return Finding("offline", True, "prepare, train, export and evaluate are there")


def how_to_get_priority() -> str:
    """What to do on this system so that the player is let before everything else."""
    return HOW_TO_GET_PRIORITY.get(sys.platform, HOW_TO_GET_PRIORITY["linux"])


def look_at_priority(granted: str) -> Finding:
    """What the player was granted when it asked; it has asked when this is called."""
    says = f"the player got: {granted or 'nothing'}{_limits()}"
    is_good = sys.platform != "linux" or "SCHED_FIFO" in granted
    fix = how_to_get_priority()
    if not is_good and _has_rtkit():
        fix += " (rtkit is here, but lends priority to threads of sound servers only)"
    return Finding("priority", is_good, says, fix)


def _has_rtkit() -> bool:
    places = ("/usr/libexec/rtkit-daemon", "/usr/lib/rtkit/rtkit-daemon")
    return any(Path(place).exists() for place in places)


if sys.platform == "win32":

    def _limits() -> str:
        return ""

else:
    import resource

    def _limits() -> str:
        """The limits that decide what is granted, as ulimit shows them."""
        asked = {"rtprio": "RLIMIT_RTPRIO", "nice": "RLIMIT_NICE", "memlock": "RLIMIT_MEMLOCK"}
        told = []
        for name, constant in asked.items():
            number = getattr(resource, constant, None)
            if number is not None:
                soft, _ = resource.getrlimit(number)
                told.append(f"{name} {'unlimited' if soft == resource.RLIM_INFINITY else soft}")
        return f" (limits: {', '.join(told)})" if told else ""


def look_at_folders(config: Config) -> Finding:
    """Whether takes, scenes and settings can be written, and how much room there is."""
    takes = Path(config.takes).expanduser() if config.takes else paths.takes_folder()
    folders = {
        "takes": takes,
        "scenes": paths.scenes_file().parent,
        "log": paths.log_file().parent,
    }
    for name, folder in folders.items():
        try:
            check_folder(folder)
        except FileError as error:
            fix = f"chown {_user()} {folder}"
            if name == "takes":
                fix = "name another folder with --takes DIR"
            return Finding("folders", False, f"{name}: {error}", fix)
    free = shutil.disk_usage(_nearest(takes)).free
    says = f"takes in {takes}, {free / 2**30:.1f} GiB free"
    if free < ROOM_BYTES:
        return Finding("folders", False, says, "make room, or name another disk with --takes DIR")
    return Finding("folders", True, says)


def _nearest(folder: Path) -> Path:
    """The folder, or the one around it that exists."""
    folder = folder.absolute()
    return next(place for place in (folder, *folder.parents) if place.exists())


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "$USER"
