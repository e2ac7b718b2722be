"""The command line: reads what was asked and hands on; imports nothing heavy before that.

Exit codes: 0 done, 1 failed, 2 wrong usage. Errors are one line on stderr that says what to do.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Final, NoReturn

from amt_live import __version__
from amt_live.config import OPTIONS, SCREEN, Config, Option, config_path_in_use, load_config
from amt_live.control.commands import MAX_SEED
from amt_live.doctor import HELP as DOCTOR_HELP
from amt_live.errors import AmtError, UsageError

OFFLINE: Final = {
    "prepare": "MIDI files and folders into a corpus",
    "train": "train a model on a corpus",
    "export": "a trained run into a model folder",
    "evaluate": "measure how well a model follows words",
    "compare": "which way a mood enters a model best, run beside run",
    "describe": "words for the styles of a corpus, from Wikipedia",
    "styles": "find the styles of a corpus: a palette to play by",
    "embed": "read texts with a text encoder: how fast, what is near",
}
_TRAIN_MODULES: Final = (
    "torch",
    "transformers",
    "onnx",
    "symusic",
    "safetensors",
    "sklearn",
    "export",
)
LONGEST_LINE: Final = 600
_PLAYING: Final = tuple(option.name for option in OPTIONS if option.name not in SCREEN)
_DEMO: Final = ("synth", "port", "midi_api", "model", "seed")


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Raise it as a UsageError."""
        name = self.prog.partition(" ")[2]
        help_command = f"amt-live {name} --help" if name else "amt-live --help"
        raise UsageError(f"{message}; see {help_command}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "play")
    try:
        if words[0] in OFFLINE:
            return _offline(words[0], words[1:])
        options = _parser().parse_args(words)
        command: Callable[[argparse.Namespace], int] = options.run
        return command(options)
    except AmtError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except OSError as error:  # a path that no system takes, a disk that is full
        where = f": {error.filename}" if error.filename else ""
        return _complain(f"{error.strerror or error}{where}", 1)


def _complain(why: str, exit_code: int) -> int:
    """One line on stderr, whatever was typed."""
    line = " ".join(why.split())
    if len(line) > LONGEST_LINE:
        line = f"{line[: LONGEST_LINE // 2]} ... {line[-LONGEST_LINE // 2 :]}"
    print(f"amt-live: {line}", file=sys.stderr)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(
        "amt-live", description="A band that listens to words: type a mood, hear it played as MIDI."
    )
    parser.add_argument("--version", action="version", version=f"amt-live {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], int], sentence: str) -> OneLineParser:
        command: OneLineParser = commands.add_parser(name, help=sentence, description=sentence)
        command.set_defaults(run=run)
        return command

    play = add("play", _play, "play, with a screen (what amt-live alone does)")
    _add_options(play, (*_PLAYING, *SCREEN))
    daemon = add("daemon", _daemon, "play, without a screen")
    _add_options(daemon, _PLAYING)
    daemon.add_argument("--may-be-silent", action="store_true", help=argparse.SUPPRESS)
    daemon.add_argument("--ends-with-stdin", action="store_true", help=argparse.SUPPRESS)
    tui = add("tui", _tui, "a screen for a daemon that runs")
    _add_address(tui)
    _add_options(tui, SCREEN)
    tui.add_argument(
        "--web",
        nargs="?",
        const="8740",
        metavar="[HOST:]PORT",
        help="show it in a browser instead, on this machine only (8740; needs amt-live[web])",
    )
    tui.add_argument("--list-keys", action="store_true", help="print the keys, as a keys file")
    live = add("live", _live, "a prompt for lines such as 'tempo 140 ~8', on a daemon that runs")
    _add_address(live)
    form = add("format", _format, "a set list written the usual way, in place")
    form.add_argument("file", metavar="SET.amt")
    form.add_argument("--check", action="store_true", help="change nothing; 1 if it would change")
    send = add("send", _send, "one OSC message; prints the reply")
    _add_address(send)
    send.add_argument("address", metavar="ADDRESS")
    send.add_argument("args", nargs="*", metavar="ARGS")
    completion = add("completion", _completion, "completion of commands and addresses for a shell")
    completion.add_argument("shell", metavar="bash|zsh|fish")
    panic = add("panic", _panic, "silence everything, even with no daemon running")
    _add_address(panic)
    generate = add("generate", _generate, "a mood into a MIDI file, faster than real time")
    generate.add_argument("text", metavar="TEXT")
    generate.add_argument("-o", "--out", required=True, metavar="OUT.mid")
    generate.add_argument("--bars", default="16", metavar="N", help="length (default: 16)")
    generate.add_argument(
        "--takes",
        default="1",
        metavar="N",
        help="as OUT-1.mid, OUT-2.mid ... with seeds that count up",
    )
    _add_options(generate, ("tempo", "seed", "model"))
    replay = add("replay", _replay, "a take again, byte for byte; or another way from a bar of it")
    replay.add_argument("take", metavar="TAKE.mid")
    replay.add_argument("-o", "--out", metavar="OUT.mid", help="default: TAKE-replay.mid")
    replay.add_argument("--branch-bar", metavar="N", help="from this bar of the take on, otherwise")
    replay.add_argument("--mood", metavar="TEXT", help="the mood to branch into")
    replay.add_argument("--seed", metavar="N", help="the seed to branch with")
    replay.add_argument("--model", metavar="DIR", help="default: the model that played the take")
    analyze = add("analyze", _analyze, "what is in a MIDI file: key, chords, density, mood, style")
    analyze.add_argument("file", metavar="IN.mid")
    analyze.add_argument("--json", action="store_true")
    analyze.add_argument("--plot", metavar="OUT", help="draw a piano roll: .png or .svg")
    _add_options(analyze, ("model",))
    render = add("render", _render, "a MIDI file through a soundfont: .wav, .flac, .mp3 or .ogg")
    render.add_argument("file", metavar="IN.mid")
    render.add_argument("-o", "--out", required=True, metavar="OUT")
    render.add_argument("--soundfont", metavar="FILE", help="default: the best one found here")
    demo = add(
        "demo", _demo, "two minutes that show it all: played, or a file where nothing sounds"
    )
    demo.add_argument("file", nargs="?", metavar="SET.amt", help="a set list of your own instead")
    demo.add_argument("-o", "--out", metavar="OUT", help="into .mid, .wav, .flac, .ogg or .mp3")
    _add_options(demo, _DEMO)
    add("ports", _ports, "the MIDI systems and ports that are there")
    add("models", _models, "the models that are there")
    doctor = add("doctor", _doctor, "what works on this machine, and what does not")
    doctor.add_argument("--json", action="store_true")
    doctor.epilog, doctor.formatter_class = DOCTOR_HELP, argparse.RawDescriptionHelpFormatter
    bench = add("bench", _bench, "how fast a model is on this machine")
    bench.add_argument("name", nargs="?", metavar="MODEL", help="as --model")
    bench.add_argument("--json", action="store_true")
    bench.add_argument(
        "--peers",
        action="store_true",
        help="measure other runtimes at the same weights, where installed (needs amt-live[train])",
    )
    bench.add_argument(
        "--shape",
        metavar="6x512",
        help="random weights of so many layers and such a width (needs amt-live[train])",
    )
    _add_options(bench, ("model",))
    for name, sentence in OFFLINE.items():
        add(name, lambda _: 2, f"{sentence} (needs amt-live[train])")
    return parser


def _add_options(parser: argparse.ArgumentParser, names: Sequence[str]) -> None:
    for option in OPTIONS:
        if option.name in names:
            shown = parser.add_argument(option.flag, metavar=option.metavar, help=_sentence(option))
            if option.alone is not None:
                shown.nargs, shown.const = "?", option.alone


def _sentence(option: Option) -> str:
    sentence = option.sentence
    if option.choices:
        sentence += ": " + ", ".join(option.choices)
    return sentence if option.default is None else f"{sentence} (default: {option.default})"


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", metavar="HOST", help="where the daemon is (default: here)")
    parser.add_argument("--osc-port", metavar="N", help="its port (default: 9740)")


def _config(options: argparse.Namespace, names: Sequence[str] = _PLAYING) -> Config:
    flags = {name: getattr(options, name, None) for name in names}
    return load_config(flags, config_path_in_use())


def _address(options: argparse.Namespace) -> tuple[str, int]:
    config = _config(options, ("osc_port",))
    return options.host or "127.0.0.1", config.osc_port


# Playing.


def _play(options: argparse.Namespace) -> int:
    from amt_live.launch import play

    config = _config(options, (*_PLAYING, *SCREEN))  # what is wrong is said before anything starts
    flags: list[str] = []
    for option in OPTIONS:
        if option.name in SCREEN:
            continue
        value = getattr(options, option.name)
        if value is not None:
            flags.append(f"{option.flag}={value}")
    return play(flags, theme=config.theme, keys=config.keys)


def _daemon(options: argparse.Namespace) -> int:
    config = _config(options)
    from amt_live.daemon import run

    return run(
        config,
        _say,
        may_be_silent=options.may_be_silent,
        ends_with_stdin=options.ends_with_stdin,
    )


def _say(line: str) -> None:
    print(line, flush=True)


def _tui(options: argparse.Namespace) -> int:
    host, osc_port = _address(options)
    config = _config(options, SCREEN)
    if options.web is not None:
        from amt_live.tui.web import serve

        flags = [f"--host={host}", f"--osc-port={osc_port}"]
        flags += [f"--{name}={value}" for name in SCREEN if (value := getattr(config, name))]
        return serve(options.web, flags, _say)
    from amt_live.tui.run import list_keys, run

    if options.list_keys:
        return list_keys(_say)
    return run(host, osc_port, theme=config.theme, keys=config.keys).code


def _live(options: argparse.Namespace) -> int:
    host, osc_port = _address(options)
    from amt_live.livecode.prompt import run_prompt

    return run_prompt(host, osc_port, _say)


def _format(options: argparse.Namespace) -> int:
    from amt_live.livecode.formatting import run_format

    return run_format(options.file, _say, only_check=options.check)


def _send(options: argparse.Namespace) -> int:
    host, osc_port = _address(options)
    from amt_live.osc.send import run_send

    return run_send(host, osc_port, options.address, options.args)


def _completion(options: argparse.Namespace) -> int:
    from amt_live.osc.completion import script

    subcommands = next(a for a in _parser()._actions if isinstance(a.choices, dict))
    print(script(options.shell, list(subcommands.choices or ())), end="")
    return 0


def _panic(options: argparse.Namespace) -> int:
    host, osc_port = _address(options)
    from amt_live.tools import panic

    return panic(host, osc_port, _say)


# Offline.


def _generate(options: argparse.Namespace) -> int:
    config = _config(options, ("tempo", "seed", "model"))
    bars = Option("bars", int, 16, "N", "", low=1, high=10_000).read(options.bars, "--bars")
    takes = Option("takes", int, 1, "N", "", low=1, high=1_000).read(options.takes, "--takes")
    from amt_live.tools import generate

    return generate(options.text, options.out, bars, takes, config, _say)


def _replay(options: argparse.Namespace) -> int:
    def whole(name: str, low: int, high: int) -> int | None:
        text = getattr(options, name)
        option = Option(name, int, None, "N", "", low=low, high=high)
        return None if text is None else int(option.read(text, option.flag))

    branch_bar, seed = whole("branch_bar", 1, 1_000_000), whole("seed", 0, MAX_SEED)
    from amt_live.tools import replay

    return replay(
        options.take,
        options.out,
        _say,
        model=options.model,
        branch_bar=branch_bar,
        mood=options.mood,
        seed=seed,
    )


def _analyze(options: argparse.Namespace) -> int:
    config = _config(options, ("model",))
    from amt_live.analyze import analyze

    return analyze(options.file, config.model, _say, as_json=options.json, plot=options.plot)


def _render(options: argparse.Namespace) -> int:
    from amt_live.render_audio import render_audio

    return render_audio(options.file, options.out, _say, soundfont=options.soundfont)


def _demo(options: argparse.Namespace) -> int:
    config = _config(options, _DEMO)
    from amt_live.demo.playing import demo

    return demo(config, _say, out=options.out, file=options.file)


def _ports(options: argparse.Namespace) -> int:
    del options
    from amt_live.tools import ports

    return ports(_say)


def _models(options: argparse.Namespace) -> int:
    del options
    from amt_live.tools import models

    return models(_say)


def _doctor(options: argparse.Namespace) -> int:
    from amt_live.doctor import doctor

    return doctor(_say, as_json=options.json)


def _bench(options: argparse.Namespace) -> int:
    if options.name is not None:
        options.model = options.name
    config = _config(options, ("model",))
    if options.peers or options.shape is not None:
        asked = [config.model]
        asked += ["--peers"] * options.peers + ["--json"] * options.json
        asked += [] if options.shape is None else [f"--shape={options.shape}"]
        return _offline("bench", asked)
    from amt_live.tools import bench

    return bench(config, _say, as_json=options.json)


def _offline(name: str, argv: list[str]) -> int:
    """Reach the offline half by name, only now."""
    from importlib.metadata import entry_points

    how = f"amt-live {name} needs the offline half: pip install 'amt-live[train]'"
    found = entry_points(group="amt_live.offline", name=name)
    if not found:
        raise AmtError(how)
    try:
        command: Callable[[list[str]], int] = next(iter(found)).load()
        return command(argv)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in _TRAIN_MODULES:
            raise AmtError(how) from None
        raise
