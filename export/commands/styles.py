"""Finds the styles of a corpus and gives them to a model as a palette; or shows a palette."""

import argparse
import json
from pathlib import Path

from amt_live.cli import OneLineParser
from amt_live.errors import UsageError
from export.commands.guard import guarded

LEAST, MOST = 2, 64


def main(argv: list[str]) -> int:
    """``amt-live styles CORPUS --into MODEL``: find styles; ``styles MODEL``: show them."""
    parser = OneLineParser("amt-live styles", description=main.__doc__)
    parser.add_argument("source", help="a prepared corpus, or a model whose palette is shown")
    parser.add_argument("-o", "--into", type=Path, help="the model folder that gets the palette")
    parser.add_argument("--least", type=int, default=8, help="fewest styles tried (default: 8)")
    parser.add_argument("--most", type=int, default=24, help="most styles tried (default: 24)")
    parser.add_argument("--map", type=Path, help="where to: MAP.svg, MAP.png (CORPUS/styles)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    return guarded(lambda: _styles(options))


def _styles(options: argparse.Namespace) -> None:
    if options.into is None:
        _show(options)
        return
    if not LEAST <= options.least <= options.most <= MOST:
        raise UsageError(f"--least and --most are {LEAST} to {MOST}, the least not above the most")
    from export.style_map import draw, flattened, write
    from export.styles import Settings, make_styles

    source = Path(options.source)
    settings = Settings(options.least, options.most, options.seed)
    clusters, named = make_styles(source, options.into, settings)
    pictures = write(
        draw(clusters, named, flattened(clusters, options.seed)), options.map or source / "styles"
    )
    tried = clusters.silhouettes
    print(
        f"{len(clusters.documents)} texts in {len(named)} styles (of {min(tried)}-{max(tried)} "
        f"tried), silhouette {clusters.silhouette:.3f}"
    )
    for number, style in enumerate(named, 1):
        print(f"{number:3} {style.name}: {style.text} ({style.size} texts)")
    print(f"written to {options.into / 'styles.json'}; map: {', '.join(map(str, pictures))}")


def _show(options: argparse.Namespace) -> None:
    from amt_live.paths import find_model
    from amt_live.text.styles import load_styles

    if (Path(options.source) / "pieces.jsonl").is_file():
        raise UsageError(f"say which model gets the palette: --into MODEL (from {options.source})")
    styles = load_styles(find_model(options.source))
    if options.json:
        print(json.dumps([{"name": s.name, "text": s.text} for s in styles], ensure_ascii=False))
        return
    for number, style in enumerate(styles, 1):
        print(f"{number:3} {style.name}: {style.text}")
    if not styles:
        print(f"no styles yet; amt-live styles CORPUS --into {options.source} finds some")
