"""The small commands: generate, panic, ports, models, bench. Each returns an exit code."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from amt_live import paths
from amt_live.config import Config
from amt_live.control.moodline import parse_mood
from amt_live.errors import FileError, ModelError, NetworkError, PortError, UsageError
from amt_live.midi.places import check_place

Say = Callable[[str], None]

BAR_WIDTH: Final = 30


def generate(text: str, out: str, bars: int, takes: int, config: Config, say: Say) -> int:
    """``amt-live generate``: a mood into a file, or into several takes, with figures."""
    mood = parse_mood(text).text
    path = Path(out).expanduser()
    check_place(path)
    folder = paths.find_model(config.model)
    if takes > 1:
        return _generate_takes(mood, path, bars, takes, config, folder, say)
    from amt_live import render

    progress = ProgressBar("bars")
    started_s = time.perf_counter()
    figures = render.generate(
        folder,
        mood,
        path,
        bars=bars,
        tempo_bpm=config.tempo,
        seed=config.seed or 0,
        progress=progress,
    )
    progress.end()
    took_s = time.perf_counter() - started_s
    for line in figures.lines():
        say(line)
    say(f"{path} in {took_s:.1f} s, {figures.duration_s / took_s:.1f} times as fast as real time")
    return 0


def _generate_takes(
    mood: str, path: Path, bars: int, takes: int, config: Config, folder: Path, say: Say
) -> int:
    from amt_live import render
    from amt_live.offline import Request, usable_cores

    first = config.seed or 0
    requests = [Request(mood, first + take, bars, config.tempo) for take in range(takes)]
    outs = render.numbered(path, takes)
    for place in outs:
        check_place(place)
    progress = ProgressBar("takes")
    started_s = time.perf_counter()
    notes, music_s = 0, 0.0
    for done, (_, figures) in enumerate(render.generate_many(folder, requests, outs), 1):
        notes, music_s = notes + figures.notes, music_s + figures.duration_s
        progress(done, takes)
    progress.end()
    took_s = time.perf_counter() - started_s
    say(
        f"{takes} takes of {bars} bars, seeds {first} to {first + takes - 1}: "
        f"{outs[0]} to {outs[-1].name}"
    )
    say(
        f"{took_s:.1f} s on {min(usable_cores(), takes)} processes, {took_s / takes:.2f} s a take; "
        f"{notes} notes, {took_s / max(notes, 1) * 1024:.2f} s for 1,024 notes; "
        f"{music_s / took_s:.1f} times as fast as real time"
    )
    return 0


class ProgressBar:
    """A bar on stderr, where somebody watches; ``unit`` says what is counted."""

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._shown = -1
        self._shows = sys.stderr.isatty()

    def __call__(self, done: int, wanted: int) -> None:
        """So much is done of what is wanted."""
        if self._shows and done != self._shown:
            self._shown = done
            filled = BAR_WIDTH * done // wanted
            bar = "#" * filled + "." * (BAR_WIDTH - filled)
            sys.stderr.write(f"\r{bar} {done}/{wanted} {self._unit}")
            sys.stderr.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._shows:
            sys.stderr.write("\n")


def replay(
    take: str,
    out: str | None,
    say: Say,
    *,
    model: str | None,
    branch_bar: int | None,
    mood: str | None,
    seed: int | None,
) -> int:
    """``amt-live replay``: a take again, or another way from a bar of it."""
    if branch_bar is None and not (mood is None and seed is None):
        raise UsageError("--mood and --seed need a bar to branch at; give --branch-bar N")
    if branch_bar is not None and mood is None and seed is None:
        raise UsageError("--branch-bar needs another mood or seed; give --mood TEXT or --seed N")
    played = Path(take).expanduser()
    path = played.with_name(f"{played.stem}-replay.mid") if out is None else Path(out).expanduser()
    check_place(path)
    if path.absolute() == played.absolute():
        raise UsageError(f"{path} is the take itself; name another file with -o")
    from amt_live import replay as replaying

    branch = None
    if branch_bar is not None:
        text = None if mood is None else parse_mood(mood).text
        branch = replaying.Branch(branch_bar, text, seed)
    progress = ProgressBar("records")
    outcome = replaying.replay(
        played,
        path,
        opened=replaying.model_finder(model),
        branch=branch,
        progress=progress,
    )
    progress.end()
    say(f"{path}: {outcome.notes} notes in {outcome.bars} bars")
    if outcome.differing:
        say(f"the model drew otherwise {outcome.differing} times here; the take's own was played")
    if outcome.is_same is False:
        raise FileError(f"{path} is not what {played.name} was: it was played by another amt-live")
    if outcome.is_same:
        say(f"the same bytes as {played.name} when it was played")
    return 0


def panic(host: str, osc_port: int, say: Say) -> int:
    """``amt-live panic``: through the daemon, and straight to every port within reach."""
    from amt_live.midi.ports import panic_everywhere
    from amt_live.osc.client import send_and_wait

    reached: list[str] = []
    try:
        send_and_wait(host, osc_port, "/amt/panic", (), 0.5)
        reached.append(f"the daemon at {host}:{osc_port}")
    except NetworkError:
        pass
    try:
        reached += panic_everywhere()
    except PortError as error:
        if not reached:
            raise PortError(f"no daemon answers, and there is no MIDI system: {error}") from None
    say(f"silenced: {', '.join(reached) or 'nothing was there'}")
    return 0


def ports(say: Say) -> int:
    """``amt-live ports``: MIDI systems and what can be played into."""
    from amt_live.midi.ports import list_ports

    systems = list_ports()
    for system in systems:
        if system.why:
            say(f"{system.why} (not available)")
            continue
        say(f"{system.api}: {len(system.ports)} port(s); amt-live makes its own here")
        for name in system.ports:
            say(f"  {name}")
    say("null: plays into nothing")
    return 0


def models(say: Say) -> int:
    """``amt-live models``: names, folders, and whether each can be played."""
    from amt_live.manifest import load_manifest

    found = paths.found_models()
    if not found:
        folders = ", ".join(str(folder) for folder in paths.model_folders())
        raise ModelError(f"no models in {folders}")
    for name, folder in found.items():
        try:
            manifest = load_manifest(folder, verify=False)
        except ModelError as error:
            say(f"{name}: cannot be played: {error}")
            continue
        sizes = manifest.sizes
        say(
            f"{name}: {sizes.layers} layers of {sizes.hidden}, {sizes.positions} positions, "
            f"{manifest.weights}, text encoder {manifest.encoder.name}; {folder}"
        )
    return 0


def bench(config: Config, say: Say, *, as_json: bool) -> int:
    """``amt-live bench``: how fast a model decodes here."""
    from amt_live import benching

    benching.bench(paths.find_model(config.model), say, as_json=as_json)
    return 0
