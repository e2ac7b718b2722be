"""The process that plays: joins engine, player and OSC, and takes them down again in order.

Started by ``amt-live daemon``, or as a child by ``amt-live play``. The main thread runs the OSC
loop; the engine has a thread of its own; the player is a process of its own.
"""

import asyncio
import contextlib
import gc
import logging
import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from amt_live import logs, paths
from amt_live.config import Config
from amt_live.control.commands import MAX_SEED, Command, SendClock, SetClock, SetLate, Transport
from amt_live.control.moodline import parse_mood
from amt_live.control.state import BandState, ErrorNotice, Notice
from amt_live.discovery.child import Discovery
from amt_live.engine.band import Settings
from amt_live.engine.engine import Engine
from amt_live.engine.model import Model, open_model
from amt_live.errors import AmtError, FileError, ModelError, PortError, UsageError
from amt_live.following import Following, check_files
from amt_live.midi.clock import RealClock
from amt_live.midi.journal import keep_earlier, leftovers, set_aside
from amt_live.midi.listening import EarProcess
from amt_live.midi.output import PlayerReport
from amt_live.midi.places import check_folder, check_place
from amt_live.midi.player_process import PlayerProcess
from amt_live.midi.recover import recover_apart
from amt_live.midi_in.opening import Hands
from amt_live.osc.server import OscServer
from amt_live.sync.heard import SOURCES, EarOpened, EarReport
from amt_live.sync.link_session import require_link
from amt_live.synth.beside import Synth
from amt_live.synth.program import find_instrument

READY: Final = "ready"
RECOVERY_SHOWN_S: Final = 1.0
"""After a crash "ready" waits this long for takes to be recovered; the music does not."""

SWITCH_INTERVAL_S: Final = 0.0005
NICENESS: Final = -10

OSC_LINE: Final = "OSC at "

_log = logging.getLogger(__name__)


class _Relay:
    """Keeps what the player reports until there is an engine to take it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._early: list[PlayerReport] = []
        self._target: Callable[[PlayerReport], None] | None = None

    def __call__(self, report: PlayerReport) -> None:
        with self._lock:
            if self._target is None:
                self._early.append(report)
                return
        self._target(report)

    def connect(self, target: Callable[[PlayerReport], None]) -> None:
        with self._lock:
            for report in self._early:
                target(report)
            self._target = target


def run(
    config: Config,
    say: Callable[[str], None],
    *,
    may_be_silent: bool = False,
    ends_with_stdin: bool = False,
) -> int:
    """Play until a signal comes; ``say`` gets the lines for stdout. Raises AmtError before "ready".

    ``may_be_silent``: play into nothing where there is no MIDI system. ``ends_with_stdin``: whoever
    holds the other end of stdin is what this band plays for, and may be killed.
    """
    # The engine waits for the interpreter lock after every step: not the usual 5 ms, in a flood.
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    _ask_for_precedence()
    logs.set_up(paths.log_file())
    _check(config)
    return asyncio.run(_serve(config, say, may_be_silent, ends_with_stdin))


def _ask_for_precedence() -> None:
    """Before the threads, which inherit it: what else runs here waits for the music, if allowed.

    Linux weighs sessions first and processes within them: a session of its own is weighed too.
    """
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICENESS)
        if os.getsid(0) == os.getpid():
            Path("/proc/self/autogroup").write_text(str(NICENESS))


def _check(config: Config) -> None:
    if config.sync == "midi" and config.midi_api == "null":
        raise UsageError("--midi-api null hears no clock; use --sync internal or another system")
    if config.sync == "link":
        require_link()
    if config.mood is not None:
        parse_mood(config.mood)
    if config.record is not None:
        check_place(_record_path(config.record))
    check_files(config.set, config.rules)
    if config.synth is not None:
        find_instrument(config.synth)


async def _serve(
    config: Config, say: Callable[[str], None], may_be_silent: bool, ends_with_stdin: bool
) -> int:
    stopped = asyncio.Event()
    _on_signals(stopped)
    if ends_with_stdin:
        _on_end_of_stdin(asyncio.get_running_loop(), stopped)
    engine: Engine | None = None
    hands: Hands | None = None

    async def execute(command: Command) -> None:
        if engine is None or hands is None:
            raise AmtError("the band is still starting; ask again in a second")
        if hands.desk.execute(command):
            return
        await asyncio.wrap_future(engine.submit(command))

    # The port first: when it is taken, nothing else has to be opened and closed.
    def complain(why: str) -> None:
        _tell_errors(ErrorNotice(why))
        server.push(ErrorNotice(why))

    following = Following(config.set, config.rules, complain, lambda: server.follow())
    server = OscServer(
        config.osc_host, config.osc_port, execute, lambda: following.state(_state(engine, hands))
    )
    osc_port = await server.start()
    unfinished = _unfinished_takes(config)
    with ExitStack() as stack:
        try:
            wanted = config.discovery == "on"
            discovery = Discovery.start(config.osc_host, osc_port, is_wanted=wanted)
            stack.callback(discovery.close)
            synth = Synth(config.synth, osc_port, complain, lambda: _state(engine, hands))
            stack.callback(synth.close)  # after the player, which ends its notes first
            relay = _Relay()
            opening = asyncio.get_running_loop().run_in_executor(
                None,
                lambda: PlayerProcess(
                    relay,
                    config.midi_api,
                    config.port,
                    latency_ms=config.latency_ms,
                    restore=synth.jack_ports,
                ),
            )
            # While the player starts, the model is opened: the first note waits for both.
            try:
                model = open_model(paths.find_model(config.model))
            finally:
                player = await opening
                stack.callback(player.close)
            synth.start(player.opened.api)
            _announce(player, config, may_be_silent, say)
            ears = EarProcess(lambda heard: _tell(engine, heard), config.midi_api, config.sync_port)
            stack.callback(ears.close)
            engine = _make_engine(config, model, player, ears)
            runs_on = f"model {model.name} runs on {model.provider}"
            del model  # another one may take its place, and its memory
            stack.callback(engine.close)
            hands = Hands(config, engine, player, complain)
            stack.callback(hands.close)
            relay.connect(hands.also(engine.on_report))
            engine.add_listener(server.push)
            engine.add_listener(_tell_errors)
            _keep_earlier_take(config, say)
            _warn_of_folder(_takes_folder(config), say)
            if heard_through := await asyncio.to_thread(synth.line):
                say(heard_through)
            await _start(engine, config, lambda: following.start(config.osc_host, osc_port))
            say(runs_on)
            say(f"{OSC_LINE}{config.osc_host}:{osc_port}")
            if found_at := await discovery.line():
                say(found_at)
            if unfinished:
                await _recover(unfinished, say)
            say(READY)
            await stopped.wait()
        finally:
            await following.close()
            await server.close()
    return 0


def _tell(engine: Engine | None, heard: EarReport) -> None:
    if isinstance(heard, EarOpened):
        _log.info("%s", heard.what)
    if engine is not None:
        engine.on_heard(heard)


def _tell_errors(notice: Notice) -> None:
    if isinstance(notice, ErrorNotice):
        _log.warning("%s", notice.why)
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"amt-live: {notice.why}\n")


def _state(engine: Engine | None, hands: Hands | None = None) -> BandState:
    if engine is None:
        return BandState()
    return engine.state if hands is None else hands.desk.merged(engine.state)


def _announce(
    player: PlayerProcess, config: Config, may_be_silent: bool, say: Callable[[str], None]
) -> None:
    """Say what is played into; raises PortError where that is nothing and nobody wanted that."""
    opened = player.opened
    if opened.api == "null" and config.midi_api == "auto":
        why = opened.note.removeprefix("playing to nothing: ")
        if config.record is None and not may_be_silent:
            raise PortError(
                f"no MIDI system found ({why}); "
                "play into a file with --record FILE.mid, or into nothing with --midi-api null"
            )
        say(f"no MIDI system found ({why}): playing into nothing; --record FILE.mid keeps it")
    else:
        note = f" ({opened.note})" if opened.note else ""
        say(f"MIDI {opened.api}: {opened.name}{note}; {opened.realtime}".rstrip("; "))
        if opened.api == "null" and config.port is not None:
            say(f"--port {config.port} is not used: --midi-api null plays into nothing")


def _make_engine(config: Config, model: Model, player: PlayerProcess, ears: EarProcess) -> Engine:
    seed = secrets.randbelow(MAX_SEED) if config.seed is None else config.seed
    mood = "" if config.mood is None else parse_mood(config.mood).text
    settings = Settings(
        mood,
        config.tempo,
        seed,
        model=model.name,
        model_hash=model.hash,
        styles=model.styles,
        latency_ms=config.latency_ms,
    )
    return Engine(
        model.generator,
        model.moods,
        player,
        RealClock(),
        settings,
        _takes_folder(config),
        restart_player=player.restart,
        scenes_file=paths.scenes_file(),
        open_model=_open_named,
        ears=ears,
        banks_folder=paths.banks_folder(),
    )


def _open_named(name: str) -> Model:
    """Open a model by its bare name: what comes over the network names no paths."""
    found = paths.found_models()
    if name not in found:
        raise ModelError(f"there is no model '{name}'; models here: {', '.join(found) or 'none'}")
    return open_model(found[name])


async def _start(
    engine: Engine, config: Config, follow: Callable[[], Coroutine[None, None, None]]
) -> None:
    """Play at once, after what a set list says at the beginning.

    What was loaded is never looked at by the garbage collector again.
    """
    gc.collect()
    gc.freeze()
    engine.start()
    if config.record is not None:
        await asyncio.wrap_future(engine.record(_record_path(config.record)))
    await follow()
    if config.sync_out == "on":
        await asyncio.wrap_future(engine.submit(SendClock(True)))
    source = next(name for name in SOURCES if name == config.sync)
    await asyncio.wrap_future(engine.submit(SetClock(source)))
    await asyncio.wrap_future(engine.submit(SetLate(config.when_late)))
    await asyncio.wrap_future(engine.submit(Transport("play")))


def _takes_folder(config: Config) -> Path:
    return Path(config.takes).expanduser() if config.takes else paths.takes_folder()


def _warn_of_folder(folder: Path, say: Callable[[str], None]) -> None:
    """Takes and captures will fail: better told now than when one is wanted. Playing needs none."""
    try:
        check_folder(folder)
    except FileError as error:
        say(f"no takes can be kept: {error}; name another folder with --takes DIR")


def _unfinished_takes(config: Config) -> list[Path]:
    """What crashes left behind; the file that is recorded into now gets its room at once."""
    takes = leftovers(_takes_folder(config))
    if config.record is not None:
        path = _record_path(config.record)
        other = set_aside(path)
        takes = [take for take in takes if take.absolute() != path]
        if other is not None:
            takes.append(other)
    return takes


def _keep_earlier_take(config: Config, say: Callable[[str], None]) -> None:
    """What was recorded under the name of the new take is never written over."""
    if config.record is None:
        return
    path = _record_path(config.record)
    try:
        other = keep_earlier(path)
    except OSError as error:
        why = (
            f"cannot give the take {path} another name ({error.strerror}); record into another file"
        )
        raise FileError(why) from None
    if other is not None:
        say(f"the earlier {path.name} is now {other.name}")


async def _recover(takes: list[Path], say: Callable[[str], None]) -> None:
    """Finish takes beside the music; a line for each, and little wait for "ready"."""

    def recovered(path: Path) -> None:
        _log.info("take recovered: %s", path)
        say(f"recovered a take that was cut short: {path}")

    thread = recover_apart(takes, recovered)
    await asyncio.to_thread(thread.join, RECOVERY_SHOWN_S)


def _record_path(record: str) -> Path:
    return Path(record).expanduser().absolute()


def _on_end_of_stdin(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    def wait() -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # it ends already
            loop.call_soon_threadsafe(stopped.set)

    threading.Thread(target=wait, name="stdin", daemon=True).start()


def _on_signals(stopped: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    for number in (getattr(signal, name, None) for name in names):
        if number is None:
            continue
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
        else:
            loop.add_signal_handler(number, stopped.set)
