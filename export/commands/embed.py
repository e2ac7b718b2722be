"""Reads texts with a text encoder: how fast, and which are near each other."""

import argparse
import json
from pathlib import Path

from amt_live.cli import OneLineParser
from amt_live.paths import DEFAULT_MODEL
from export.commands.guard import guarded


def main(argv: list[str]) -> int:
    """``amt-live embed [TEXT...] [-f FILE]``: texts a second, and what is near to each text."""
    parser = OneLineParser("amt-live embed", description=main.__doc__)
    parser.add_argument("text", nargs="*")
    parser.add_argument("-f", "--file", type=Path, help="a file with one text a line")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="whose encoder (default: default)")
    parser.add_argument(
        "--encoder", type=Path, help="another: exported folder, BERT folder, wheel or hub name"
    )
    parser.add_argument("--pooling", choices=("mean", "cls"), default="mean")
    parser.add_argument("--save", type=Path, help="keep the exported encoder in this folder")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    return guarded(lambda: _embed(options))


def _embed(options: argparse.Namespace) -> None:
    from export.embedding import compare, lines, open_encoder, read_texts

    texts = read_texts(options.text, options.file)
    with open_encoder(options.model, options.encoder, options.pooling, options.save) as encoder:
        record = compare(encoder, texts)
    if options.json:
        print(json.dumps(record, ensure_ascii=False))
        return
    for line in lines(record):
        print(line)
    if options.save:
        print(f"kept in {options.save}")
