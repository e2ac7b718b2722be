"""A picture as SVG."""

from xml.sax.saxutils import escape

from amt_live.analysis.shapes import Picture


def to_bytes(picture: Picture) -> bytes:
    """The whole file."""
    size = f'width="{picture.width}" height="{picture.height}"'
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {picture.width} {picture.height}" font-family="monospace" font-size="10">',
        f'<rect {size} fill="{picture.ground}"/>',
    ]
    for r in picture.rectangles:
        opacity = "" if r.opacity == 1 else f' opacity="{r.opacity:.2f}"'
        rows.append(
            f'<rect x="{r.x:.1f}" y="{r.y:.1f}" width="{r.width:.1f}" height="{r.height:.1f}" '
            f'fill="{r.colour}"{opacity}/>'
        )
    rows += [
        f'<text x="{w.x:.1f}" y="{w.y:.1f}" fill="{w.colour}">{escape(_printable(w.text))}</text>'
        for w in picture.words
    ]
    return ("\n".join(rows) + "\n</svg>\n").encode()


def _printable(text: str) -> str:
    """Without control characters, which no XML reader takes."""
    return "".join(c if c.isprintable() else "?" for c in text)
