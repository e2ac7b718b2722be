"""The documentation: builds without a warning, and every command shown in it is run.

Each shell block of a page is run as it stands (``<!-- run -->``), or a shorter command in its place
(``<!-- run instead (why): command -->``). ``<!-- file: NAME`` makes a file first. The commands of a
page run in order, in a folder of their own, beside a daemon that plays into nothing.
"""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from amt_live.cli import OFFLINE, _parser
from amt_live.osc.addresses import ROUTES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if page.name != "language.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
MARK = re.compile(r"<!-- run(?: instead \((?P<why>[^)]+)\): (?P<command>[^\n]+?))? -->\s*$")
FILE = re.compile(r"<!-- file: (\S+)\n(.*?)-->", re.DOTALL)
SHELL = ("sh", "bash", "console", "shell")


def parts_of(page: Path) -> Iterator[tuple[str, str, re.Match[str] | None]]:
    """Each block: its language, its text and its mark."""
    text = page.read_text("utf-8")
    for block in BLOCK.finditer(text):
        yield block[1], block[2], MARK.search(text[: block.start()])


def script_of(page: Path) -> str:
    """What is run for a page."""
    lines = []
    for language, text, mark in parts_of(page):
        if mark is None or not (language in SHELL or language == "python"):
            continue
        if mark["command"] is not None:
            lines.append(mark["command"])
        elif language == "python":
            lines.append(f"python - <<'END'\n{text}END")
        else:
            lines.append(text)
    return "\n".join(lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_shell_block_says_how_it_is_run(page: Path) -> None:
    unmarked = [text for kind, text, mark in parts_of(page) if kind in SHELL and mark is None]
    assert unmarked == [], "write <!-- run --> or <!-- run instead (why): command --> before it"
    text = page.read_text("utf-8")
    used = [m for _, _, m in parts_of(page) if m is not None]
    assert len(used) == text.count("<!-- run"), "a mark that belongs to no block"
    assert all(len(mark["why"] or "as it stands") > 8 for mark in used)


@pytest.fixture(scope="module")
def band(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What commands need to reach a daemon of their own, and to keep out of the user's files."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    kinds = ("CONFIG", "DATA", "STATE", "CACHE")
    env = {**os.environ, "HOME": str(home), **{f"XDG_{kind}_HOME": str(home) for kind in kinds}}
    env |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    env |= {"AMT_LIVE_MODEL": "tiny", "AMT_LIVE_MIDI_API": "null", "AMT_LIVE_OSC_PORT": port}
    env |= {"AMT_LIVE_DISCOVERY": "off", "JACK_NO_START_SERVER": "1", "COLUMNS": "88"}
    env.pop("AMT_LIVE_CONFIG", None)
    daemon = subprocess.Popen(
        ["amt-live", "daemon"], env=env, stdout=subprocess.PIPE, text=True, cwd=home
    )
    assert daemon.stdout is not None
    while daemon.stdout.readline() not in ("ready\n", ""):
        pass
    yield env
    daemon.terminate()
    daemon.wait(30)
    daemon.stdout.close()


RUN = [page for page in PAGES if script_of(page)]


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_every_command_of_a_page_runs(
    page: Path,
    band: dict[str, str],
    tmp_path: Path,
    soundfont: Path,
    require_external: Callable[[str], str],
) -> None:
    for program in ("fluidsynth", "oscsend"):
        require_external(program)
    for name, text in FILE.findall(page.read_text("utf-8")):
        (tmp_path / name).write_text(text)
    port = band["AMT_LIVE_OSC_PORT"]
    # The smallest soundfont there is, where the command leaves the choice to the program.
    script = re.sub(r"(amt-live render [^\n]+)", rf"\1 --soundfont {soundfont}", script_of(page))
    script = script.replace("9740", port).replace("connect()", f"connect(port={port})")
    done = subprocess.run(
        ["bash", "-eux", "-c", script],
        cwd=tmp_path,
        env=band,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-1500:]
    assert "Traceback" not in done.stderr


def test_every_command_and_option_in_a_sentence_exists() -> None:
    (commands,) = (a.choices for a in _parser()._actions if isinstance(a.choices, dict))
    pages = [*PAGES, *sorted((ROOT / "patches").glob("*/README.md"))]
    wrong = []
    for page in pages:
        spans = re.findall(r"`(amt-live [^`\n]+)`", page.read_text("utf-8"))
        blocks = [text for kind, text, _ in parts_of(page) if kind in SHELL]
        lines = [line for text in blocks for line in text.splitlines()]
        for said in [*spans, *(line for line in lines if line.startswith("amt-live "))]:
            words = shlex.split(said.replace("'", ""), comments=True)
            name = words[1] if len(words) > 1 and not words[1].startswith("-") else "play"
            if name in OFFLINE:
                continue  # its block is run with --help; its options are known to it alone
            known = commands[name].format_help() if name in commands else ""
            wrong += [
                f"{page.name}: {said}"
                for word in words[1:] or [""]
                if not known or (word.startswith("--") and word.partition("=")[0] not in known)
            ]
    assert wrong == []


def test_every_address_in_a_page_is_in_the_table() -> None:
    for page in PAGES:
        used = set(re.findall(r"/amt/[\w/*]+", page.read_text("utf-8")))
        assert used <= ROUTES.keys(), page


@pytest.mark.timeout(600)  # the help of one command imports torch: seconds, or minutes under load
def test_the_site_builds_without_a_warning_and_its_reference_is_whole(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="the docs are built with amt-live[docs]")
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=560, check=False
    )
    assert done.returncode == 0, done.stderr[-1500:]
    assert "WARNING" not in done.stderr
    osc = (site / "reference" / "osc.html").read_text("utf-8")
    assert [address for address in ROUTES if "/part/" not in address and address not in osc] == []
    commands = (site / "reference" / "commands.html").read_text("utf-8")
    assert all(f"amt-live {name}" in commands for name in ("daemon", "demo", *OFFLINE))
    assert "--synth" in (site / "reference" / "settings.html").read_text("utf-8")
    assert "connect_async" in (site / "reference" / "client.html").read_text("utf-8")
    titles = {
        entry["title"]
        for entry in json.loads((site / "search/search_index.json").read_text())["docs"]
    }
    assert {"Commands", "To the first set", "amt-live in Pure Data"} <= titles
    # Nothing is fetched from anywhere when it is read.
    index = (site / "index.html").read_text("utf-8")
    assert not re.search(r'(?:src|href)="https?://[^"]+\.(?:css|js|woff2?)"', index)
