"""Describes the styles of a prepared corpus in words from Wikipedia."""

import argparse
from pathlib import Path

from amt_live.cli import OneLineParser
from amt_live.errors import UsageError
from export.commands.guard import guarded


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that ``describe`` and ``prepare --wikipedia`` share."""
    parser.add_argument(
        "--delay", type=float, default=1.0, help="seconds between two requests (default: 1.0)"
    )
    parser.add_argument("--wikipedia-url", help="another language: https://de.wikipedia.org")
    parser.add_argument("--cache", type=Path, help="where pages are kept (the user's cache folder)")
    parser.add_argument(
        "--artists", nargs="+", type=Path, default=[], help="labels files: describe artists too"
    )
    parser.add_argument("--with-names", action="store_true", help="let artists' names be words")
    parser.add_argument("--contact", help="your mail or page, for the user agent")


def main(argv: list[str]) -> int:
    """``amt-live describe DIR``: words for the styles of a prepared corpus, from Wikipedia."""
    parser = OneLineParser("amt-live describe", description=main.__doc__)
    parser.add_argument("corpus", type=Path, help="folder that `amt-live prepare` wrote")
    add_options(parser)
    options = parser.parse_args(argv)
    return guarded(lambda: describe(options.corpus, options))


def describe(folder: Path, options: argparse.Namespace) -> None:
    """Describe a corpus as the options say, and tell how it went."""
    if not 0 <= options.delay <= 3600:
        raise UsageError(f"--delay {options.delay:g} is outside 0-3600 s")
    from export.descriptions import DESCRIPTIONS_NAME, Settings, describe_corpus
    from export.wikipedia import BASE_URL, CONTACT, Manners

    settings = Settings(
        Manners(delay_s=options.delay),
        options.wikipedia_url or BASE_URL,
        options.cache,
        options.contact or CONTACT,
        tuple(options.artists),
        options.with_names,
    )
    for line in describe_corpus(folder, settings).lines():
        print(line)
    print(f"written to {folder / DESCRIPTIONS_NAME}")
