"""``amt-live doctor``: what works on this machine, what does not, and what to do about it."""

import json
import platform
import socket
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Final

from amt_live import __version__, paths
from amt_live.config import config_path_in_use, load_config
from amt_live.errors import one_line

PACKAGES: Final = (
    "onnxruntime",
    "numpy",
    "tokenizers",
    "python-rtmidi",
    "python-osc",
    "textual",
    "platformdirs",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    is_good: bool
    says: str


def doctor(say: Callable[[str], None], *, as_json: bool) -> int:
    """Look at everything; exit code 1 when something keeps the band from playing."""
    checks = (_python, _packages, _settings, _model, _midi, _osc, _train)
    findings = [_look(check) for check in checks]
    if as_json:
        say(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        for finding in findings:
            say(f"{'ok  ' if finding.is_good else 'FAIL'}  {finding.name}: {finding.says}")
    return 0 if all(finding.is_good for finding in findings) else 1


def _look(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:  # a doctor that falls over helps nobody
        return Finding(check.__name__.strip("_"), False, one_line(error))


def _python() -> Finding:
    system = f"{platform.system()} {platform.machine()}"
    return Finding("python", True, f"amt-live {__version__}, {sys.version.split()[0]}, {system}")


def _packages() -> Finding:
    from amt_live.runtime import colliding_packages

    missing: list[str] = []
    seen: list[str] = []
    for name in PACKAGES:
        try:
            seen.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            gpu = name == "onnxruntime" and _has("onnxruntime-gpu")
            (seen if gpu else missing).append("onnxruntime-gpu" if gpu else name)
    if missing:
        return Finding("packages", False, f"missing: {', '.join(missing)}; pip install amt-live")
    collision = colliding_packages()
    return Finding("packages", not collision, collision or ", ".join(seen))


def _has(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def _settings() -> Finding:
    path = config_path_in_use()
    load_config({}, path)
    return Finding("settings", True, f"{path}{'' if path.is_file() else ' (not there: defaults)'}")


def _model() -> Finding:
    from amt_live.engine.model import open_model

    config = load_config({}, config_path_in_use())
    model = open_model(paths.find_model(config.model))
    return Finding("model", True, f"{model.name} runs on {model.provider}")


def _midi() -> Finding:
    from amt_live.midi.ports import list_ports

    systems = list_ports()
    good = [system for system in systems if not system.why]
    says = ", ".join(f"{system.api} ({len(system.ports)} ports)" for system in good)
    why = "; ".join(system.why for system in systems if system.why)
    if good:
        return Finding("midi", True, says)
    return Finding("midi", False, f"{why}; amt-live daemon --record FILE.mid plays without one")


def _osc() -> Finding:
    from amt_live.osc.owner import owner_of_udp_port

    config = load_config({}, config_path_in_use())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((config.osc_host, config.osc_port))
        except OSError as error:
            owner = owner_of_udp_port(config.osc_port)
            who = f" by {owner}" if owner else ""
            return Finding("osc", False, f"port {config.osc_port} is taken{who} ({error.strerror})")
    return Finding("osc", True, f"port {config.osc_port} is free")


def _train() -> Finding:
    missing = [name for name in ("torch", "transformers", "onnx", "symusic") if not _has(name)]
    if missing:
        return Finding("offline", True, "playing only; pip install 'amt-live[train]' for training")
    return Finding("offline", True, "prepare, train, export and evaluate are there")
