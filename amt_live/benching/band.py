"""What the band around the decoder costs: words, Python around the graph, the way to a first note.

Measured with the real parts: the stream that the engine decodes, and a daemon that is started to
hear its first note.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from amt_live.control.state import Sampling
from amt_live.engine.model import Model, open_decoder
from amt_live.engine.moods import MoodDesk
from amt_live.engine.plan import Plan
from amt_live.engine.stream import Stream
from amt_live.errors import AmtError
from amt_live.inference.decoder import Decoder
from amt_live.inference.generator import Generator, Steering
from amt_live.inference.generator import Sampling as Drawing
from amt_live.inference.timing import Sample, Stopwatch, median_ms, timed
from amt_live.music.events import Note
from amt_live.osc.codec import Malformed, decode, encode
from amt_live.osc.limits import Limits

if TYPE_CHECKING:
    import onnxruntime

MOOD: Final = "fast aggressive metal"
TURNS: Final = 16
EMBEDDED: Final = 8
TURN: Final = 50
"""Tokens that are judged together."""
FIRST_NOTE_TIMEOUT_S: Final = 60.0
ASK_EVERY_S: Final = 0.02


@dataclass(frozen=True, slots=True)
class Costs:
    """What the band adds to the graph, from one stream; microseconds a token."""

    python_us: float
    """All of it."""
    draw_us: float
    """Guidance, mask and draw."""
    step_us: float
    """Setting the graph's inputs, and keeping ids and moods."""
    tokens_per_note: float

    @property
    def stream_us(self) -> float:
        """The rest: what may follow, how words, key and what was played lean on it, the notes."""
        return self.python_us - self.draw_us - self.step_us


class _Watch:
    """An ONNX session that says how long it ran; all else it hands on."""

    def __init__(self, session: "onnxruntime.InferenceSession") -> None:
        self._session = session
        self.io_binding, self.get_inputs = session.io_binding, session.get_inputs
        self.ran_s = 0.0

    def run_with_iobinding(self, binding: "onnxruntime.IOBinding") -> None:
        began_s = time.perf_counter()
        self._session.run_with_iobinding(binding)
        self.ran_s += time.perf_counter() - began_s


class _WatchedGenerator(Generator):
    """A generator that keeps how long its own part of each draw and step took."""

    def __init__(self, decoder: Decoder, null: Steering, watch: _Watch) -> None:
        super().__init__(decoder, null)
        self._watch = watch
        self.draws: list[Sample] = []
        self.steps: list[Sample] = []

    def choose(self, *args: Any, **kwargs: Any) -> int:
        """Draw, and keep the time."""
        watch, ran_s = Stopwatch(), self._watch.ran_s
        token = super().choose(*args, **kwargs)
        self.draws.append(watch.stop(less_s=self._watch.ran_s - ran_s))
        return token

    def feed(self, token: int, mood: Steering) -> None:
        """Step, and keep the time outside the graph."""
        watch, ran_s = Stopwatch(), self._watch.ran_s
        super().feed(token, mood)
        self.steps.append(watch.stop(less_s=self._watch.ran_s - ran_s))


def measure_costs(folder: Path, model: Model) -> Costs:
    """Stream some hundred tokens of a dense mood and see what is spent outside the graph: once as
    it is, once with a watch on each draw and step, which takes time itself."""
    decoder = open_decoder(folder, model.manifest)
    watch = _Watch(decoder.session)
    decoder = Decoder(watch, decoder.sizes, decoder.provider)
    null = model.moods.read("", {})
    plan = Plan(MoodDesk(model.moods, MOOD).direction())
    plain, watched = Generator(decoder, null), _WatchedGenerator(decoder.fork(), null, watch)
    for generator in (plain, watched):
        generator.set_sampling(Drawing(**asdict(Sampling())))
    whole, notes = _stream(plain, plan, watch)
    _stream(watched, plan, watch)
    return Costs(
        python_us=_quiet_us(whole, plain.position),
        draw_us=_quiet_us(_turns(watched.draws), watched.position),
        step_us=_quiet_us(_turns(watched.steps), watched.position),
        tokens_per_note=plain.position / max(notes, 1),
    )


def _stream(generator: Generator, plan: Plan, watch: _Watch) -> tuple[list[list[Sample]], int]:
    """Turns of samples of what the stream does outside the graph, and how many notes came."""
    stream = Stream(generator, plan)
    turns: list[list[Sample]] = []
    notes = 0
    while len(turns) < TURNS:
        until, turn = generator.position + TURN, []
        while generator.position < until:
            stopwatch, ran_s = Stopwatch(), watch.ran_s
            events = stream.advance()
            turn.append(stopwatch.stop(less_s=watch.ran_s - ran_s))
            notes += sum(isinstance(event, Note) for event in events)
        turns.append(turn)
    return turns, notes


def _turns(samples: Sequence[Sample]) -> list[Sequence[Sample]]:
    return [samples[first : first + TURN] for first in range(0, len(samples), TURN)]


def _quiet_us(turns: Sequence[Sequence[Sample]], tokens: int) -> float:
    """Microseconds a token while the machine leaves it alone: a quarter of the turns are not
    slower. A turn stands for the mean of its undisturbed samples, for tokens differ in what they
    cost; not every token is drawn, and not every unit of work writes one."""
    means = []
    for turn in turns:
        quiet = [sample.duration_s for sample in turn if not sample.disturbed]
        if quiet:
            means.append(sum(quiet) / len(quiet))
    share = sum(map(len, turns)) / max(tokens, 1)
    return sorted(means)[(len(means) - 1) // 4] * share * 1e6 if means else float("nan")


def measure_embedding(model: Model) -> float:
    """Milliseconds that a phrase never heard before takes to be read."""
    first = time.perf_counter_ns()  # a phrase heard before would come from the cache
    phrases = (f"calm piano ballad {first + index}" for index in range(EMBEDDED))
    return median_ms(timed(lambda: model.moods.hear(next(phrases)), EMBEDDED))


def measure_first_note(folder: Path) -> float:
    """Seconds from the start of a daemon's process to the first note that it says it sent.

    It plays into nothing, in a home of its own. Raises AmtError if no note comes.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.bind(("127.0.0.1", 0))
        osc_port = ours.getsockname()[1]
    command = [sys.executable, "-m", "amt_live", "daemon", "--midi-api=null", "--mood", MOOD]
    command += [f"--osc-port={osc_port}", f"--model={folder.absolute()}"]
    with tempfile.TemporaryDirectory() as home:
        own = ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        places = dict.fromkeys(own, home) | {"AMT_LIVE_DISCOVERY": "off"}
        began_s = time.perf_counter()
        daemon = subprocess.Popen(
            command,
            env={**os.environ, **places},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _await_note(osc_port, lambda: daemon.poll() is None, began_s + FIRST_NOTE_TIMEOUT_S)
            return time.perf_counter() - began_s
        finally:
            daemon.terminate()
            daemon.wait()


def _await_note(osc_port: int, is_alive: Callable[[], bool], until_s: float) -> None:
    """Ask for pushes until they come, then wait for a note among them."""
    asked = encode("/amt/notify", 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
        ours.connect(("127.0.0.1", osc_port))
        ours.settimeout(ASK_EVERY_S)
        leased = False
        while time.perf_counter() < until_s and is_alive():
            try:
                if not leased:
                    ours.send(asked)
                data = ours.recv(65_536)
            except OSError:  # nobody there yet, or nothing said: ask again
                if not leased:
                    time.sleep(ASK_EVERY_S / 2)
                continue
            for item in decode(data, Limits(), time.perf_counter(), time.time()):
                if isinstance(item, Malformed):
                    continue
                leased = leased or item.address == "/amt/done"
                if item.address == "/amt/note":
                    return
    raise AmtError("the daemon sent no note; see what it says: amt-live daemon --midi-api null")
