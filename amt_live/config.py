"""Settings, declared once: each with its default, its range and the sentence that users read.

A value comes from the settings file, over it from the environment (``AMT_LIVE_TEMPO``), over that
from a flag. All three are checked by the same code.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final

from amt_live.control.commands import MAX_SEED, LatePolicy
from amt_live.errors import UsageError
from amt_live.music.timeline import MAX_BPM, MIN_BPM

ENVIRONMENT_PREFIX: Final = "AMT_LIVE_"
CONFIG_VARIABLE: Final = "AMT_LIVE_CONFIG"
MIDI_APIS: Final = ("auto", "alsa", "jack", "jack-rtmidi", "coremidi", "winmm", "null")
SYNCS: Final = ("internal", "midi", "link")


@dataclass(frozen=True, slots=True)
class Option:
    """One setting: ``kind`` reads a text, ``metavar`` and ``sentence`` stand in the help."""

    name: str
    kind: type
    default: Any
    metavar: str
    sentence: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    alone: str | None = None
    """What it means without a value; None: it needs one."""

    @property
    def flag(self) -> str:
        """How it is written on the command line."""
        return "--" + self.name.replace("_", "-")

    def read(self, value: object, source: str) -> Any:
        """The checked value; raises UsageError that names where it came from."""
        if value is None:
            return None
        try:
            is_odd = isinstance(value, bool) or (self.kind is int and isinstance(value, float))
            if is_odd or (self.kind is str and not isinstance(value, str)):
                raise ValueError
            read = self.kind(value)
        except (TypeError, ValueError):
            what = {int: "a whole number", float: "a number"}.get(self.kind, "a text")
            raise UsageError(f"{source}: '{value}' is not {what}") from None
        if self.choices and read not in self.choices:
            raise UsageError(f"{source}: '{read}' is none of {', '.join(self.choices)}")
        is_low = self.low is not None and not read >= self.low
        is_high = self.high is not None and not read <= self.high
        if is_low or is_high:
            raise UsageError(f"{source}: {read:g} is outside {self.low:g}-{self.high:g}")
        return read


SCREEN: Final = ("theme", "keys")
"""Settings of the screen: the daemon takes none of them."""

OPTIONS: Final[tuple[Option, ...]] = (
    Option("mood", str, None, "TEXT", "the mood to begin with"),
    Option("tempo", float, 100.0, "BPM", "quarter notes a minute", low=MIN_BPM, high=MAX_BPM),
    Option("model", str, "default", "DIR", "model folder, or the name of one"),
    Option("port", str, None, "NAME", "MIDI port to play into; without it one is made"),
    Option("midi_api", str, "auto", "API", "MIDI system", MIDI_APIS),
    Option(
        "latency_ms",
        float,
        0.0,
        "MS",
        "how late the instrument sounds; notes are sent so much earlier (later if negative)",
        low=-500,
        high=500,
    ),
    Option(
        "when_late",
        str,
        "thin",
        "POLICY",
        "what is heard when decoding falls behind: thin plays fewer notes, repeat the last bar, "
        "hold the last chord",
        ("thin", "repeat", "hold"),
    ),
    Option(
        "osc_port", int, 9740, "N", "UDP port to listen on; 0 takes a free one", low=0, high=65535
    ),
    Option("osc_host", str, "127.0.0.1", "HOST", "address to listen on"),
    Option("seed", int, None, "N", "the same seed gives the same music", low=0, high=MAX_SEED),
    Option("record", str, None, "FILE.mid", "record what is sent from the first note on"),
    Option("sync", str, "internal", "CLOCK", "who gives the tempo", SYNCS),
    Option(
        "sync_port", str, None, "NAME", "MIDI port to hear the clock from; without it one is made"
    ),
    Option("sync_out", str, "off", "on|off", "send MIDI clock beside the notes", ("on", "off")),
    Option(
        "synth",
        str,
        None,
        "SOUNDFONT",
        "play through FluidSynth as well; without a file the best soundfont that is found",
        alone="auto",
    ),
    Option("midi_in", str, None, "NAME", "MIDI port to hear hands through; the word new makes one"),
    Option("thru", str, "off", "on|off", "send on what the hands play", ("on", "off")),
    Option("controllers", str, None, "FILE", "where learned controllers are kept"),
    Option("takes", str, None, "DIR", "folder for takes"),
    Option("set", str, None, "FILE.amt", "set list to follow: what is saved there is played"),
    Option("rules", str, None, "FILE.py", "rules in Python to follow, in a process of their own"),
    Option(
        "theme",
        str,
        None,
        "NAME",
        "colours of the screen; without it those of the last time",
        ("stage", "light", "contrast", "safe"),
    ),
    Option("keys", str, None, "FILE.toml", "keys of the screen; see amt-live tui --list-keys"),
    Option(
        "discovery", str, "on", "on|off", "let OSCQuery and zeroconf tell who looks", ("on", "off")
    ),
)


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting with its value."""

    mood: str | None
    tempo: float
    model: str
    port: str | None
    midi_api: str
    latency_ms: float
    when_late: LatePolicy
    osc_port: int
    osc_host: str
    seed: int | None
    record: str | None
    sync: str
    sync_port: str | None
    sync_out: str
    synth: str | None
    midi_in: str | None
    thru: str
    controllers: str | None
    takes: str | None
    set: str | None
    rules: str | None
    theme: str | None
    keys: str | None
    discovery: str


def load_config(flags: Mapping[str, object], config_path: Path | None = None) -> Config:
    """Settings from file, environment and flags (None: not given); raises UsageError."""
    values: dict[str, Any] = {option.name: option.default for option in OPTIONS}
    stored = _read_file(config_path)
    unknown = stored.keys() - values.keys()
    if unknown:
        raise UsageError(f"{config_path}: unknown setting '{min(unknown)}'")
    for option in OPTIONS:
        variable = ENVIRONMENT_PREFIX + option.name.upper()
        for value, source in (
            (stored.get(option.name), f"{config_path}, {option.name}"),
            (os.environ.get(variable) or None, variable),
            (flags.get(option.name), option.flag),
        ):
            if value is not None:
                values[option.name] = option.read(value, source)
    return Config(**{field.name: values[field.name] for field in fields(Config)})


def config_path_in_use() -> Path:
    """The settings file: the one that ``AMT_LIVE_CONFIG`` names, or the user's."""
    named = os.environ.get(CONFIG_VARIABLE)
    if named:
        return Path(named).expanduser()
    from amt_live.paths import config_file

    return config_file()


def _read_file(path: Path | None) -> dict[str, Any]:
    if path is None or not (path.exists() or os.environ.get(CONFIG_VARIABLE)):
        return {}
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
