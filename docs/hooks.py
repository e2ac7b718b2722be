"""Makes the pages that code knows better than people: mkdocs calls this while it builds the site.

The reference comes from the parser of the command line, the table of settings, the table of OSC
addresses and the client's docstrings; the how-to pages of other programs are their READMEs under
patches/. Nothing is written beside the site.
"""

import argparse
import contextlib
import inspect
import io
import os
import re
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[1]
COLUMNS = "88"
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s#]+)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    os.environ["COLUMNS"] = COLUMNS
    for name, text in pages():
        files.append(File.generated(config, name, content=text))
    for path in sorted((ROOT / "patches").glob("*/*.svg")):
        name = f"howto/{path.parent.name}-{path.name}"
        files.append(File.generated(config, name, abs_src_path=str(path)))
    return files


def pages() -> Iterator[tuple[str, str]]:
    """Every page that is made: its name in the site and its text."""
    yield "reference/commands.md", commands()
    yield "reference/settings.md", settings()
    yield "reference/osc.md", osc()
    yield "reference/client.md", client()
    for path in sorted((ROOT / "patches").glob("*/README.md")):
        yield f"howto/{path.parent.name}.md", patch_page(path)


def commands() -> str:
    """What ``--help`` says, of every command."""
    from amt_live.cli import OFFLINE, _parser

    parser = _parser()
    lines = ["# Commands", "", parser.format_help().partition("\n\n")[2].partition("\n\n")[0], ""]
    lines += [
        "Exit codes: 0 done, 1 failed, 2 wrong usage. An error is one line that says what to do."
    ]
    (choices,) = (
        action.choices
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    for name, command in choices.items():
        text = _offline_help(name) if name in OFFLINE else command.format_help()
        lines += ["", f"## amt-live {name}", "", "```text", text.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _offline_help(name: str) -> str:
    (found,) = entry_points(group="amt_live.offline", name=name)
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        found.load()(["--help"])
    return said.getvalue()


def settings() -> str:
    """The table of settings."""
    from amt_live.config import OPTIONS

    lines = ["# Settings", "", "Each can stand in the settings file, in the environment, or on the"]
    lines += ["command line; the later wins. `amt-live doctor` says where the file is.", ""]
    lines += ["| setting | environment | flag | default | what it is |", "|---|---|---|---|---|"]
    for option in OPTIONS:
        sentence = option.sentence + (f": {', '.join(option.choices)}" if option.choices else "")
        default = "" if option.default is None else f"`{option.default}`"
        names = f"`{option.name}` | `AMT_LIVE_{option.name.upper()}` | `{option.flag}`"
        lines.append(f"| {names} | {default} | {sentence.replace('|', '&#124;')} |")
    return "\n".join(lines) + "\n"


def osc() -> str:
    """The table of addresses, as patches/README.md has it."""
    from amt_live.osc.reference import render

    return _relinked(render(), ROOT / "patches" / "README.md", "reference")


def client() -> str:
    """The Python client, from its docstrings."""
    from amt_live import client as package

    about = inspect.getdoc(package) or ""
    lines = ["# Python client", "", _as_markdown(about), ""]
    for name in package.__all__:
        thing = getattr(package, name)
        lines += [f"## {name}", ""]
        if not callable(thing):  # a union of what was described above it
            lines += [
                str(thing)
                .replace("amt_live.control.state.", "")
                .replace("amt_live.client.events.", "")
            ]
            continue
        if not inspect.isclass(thing):
            lines += ["```python", f"{name}{inspect.signature(thing)}", "```", ""]
        lines += [_as_markdown(inspect.getdoc(thing) or ""), ""]
        if name in ("Band", "Commands", "Part", "Events", "State"):
            lines += _members(thing)
    return "\n".join(lines) + "\n"


def _members(thing: type) -> list[str]:
    lines = []
    for name, member in vars(thing).items():
        if name.startswith("_") or not (callable(member) or isinstance(member, property)):
            continue
        sign = "" if isinstance(member, property) else str(inspect.signature(member))
        says = " ".join((inspect.getdoc(member) or "").split("\n\n")[0].split())
        lines.append(f"- `{name}{sign.replace('(self, ', '(').replace('(self)', '()')}`: {says}")
    return [*lines, ""]


def _as_markdown(text: str) -> str:
    """A docstring: double backticks to single ones, ``::`` blocks to fenced ones."""
    out: list[str] = []
    is_code = False
    for line in text.splitlines():
        if is_code and line and not line.startswith("    "):
            out += ["```", ""]
            is_code = False
        if not is_code and line.endswith("::"):
            out += [line[:-1], "", "```pycon"]
            is_code = True
        elif is_code:
            out.append(line.removeprefix("    "))
        else:
            out.append(line.replace("``", "`"))
    return "\n".join([*out, *(["```"] if is_code else [])]).replace("```pycon\n\n", "```pycon\n")


def patch_page(path: Path) -> str:
    """A README under patches/ as a page of the site."""
    return _relinked(path.read_text("utf-8"), path, "howto")


def _relinked(text: str, path: Path, folder: str) -> str:
    """Links between files of the repository as links between pages; what is no page, as words."""
    up = "" if folder == "howto" else "../howto/"

    def relink(match: re.Match[str]) -> str:
        picture, words, target, anchor = match[1], match[2], match[3], match[4] or ""
        if "://" in target:
            return match[0]
        found = (path.parent / target).resolve()
        parts = found.relative_to(ROOT).parts if found.is_relative_to(ROOT) else ()
        if parts[:1] == ("patches",) and parts[-1:] == ("README.md",):
            name = f"{up}{parts[1]}.md" if len(parts) == 3 else "../reference/osc.md"
            return f"[{words}]({name}{anchor})"
        if parts[:1] == ("patches",) and found.suffix == ".svg":
            return f"{picture}[{words}]({up}{parts[1]}-{parts[2]})"
        if parts[:1] == ("docs",) and found.suffix == ".md":
            return f"[{words}](../{'/'.join(parts[1:])}{anchor})"
        return words

    return LINK.sub(relink, text)
