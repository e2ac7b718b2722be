"""What Wikipedia says of the styles of a corpus, kept in it as ``descriptions.json``.

``describe_corpus`` asks for every genre of a prepared corpus (and for artists when asked to) and
writes what it has after each page, so that nothing is lost whenever it ends. ``with_descriptions``
gives the phrases found to the pieces, where captions look for style words.
"""

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from tqdm import tqdm

from amt_live.errors import FileError
from amt_live.paths import APP
from export.corpus import Corpus
from export.style_phrases import sentences, style_phrases
from export.wikipedia import (
    BASE_URL,
    CONTACT,
    LICENCE,
    Manners,
    Page,
    Skipped,
    Stopped,
    Wikipedia,
    write_atomically,
)

DESCRIPTIONS_NAME: Final = "descriptions.json"
FORMAT: Final = 1
MOST_SENTENCES: Final = 6
_MUSICAL: Final = (
    "music",
    "song",
    "dance",
    "jazz",
    "rhythm",
    "composer",
    "singer",
    "band",
    "genre",
)
_TITLES: Final = {
    "afrocuban": "Afro-Cuban jazz", "ambient": "Ambient music", "country": "Country music",
    "doo-wop": "Doo-wop", "folk": "Folk music", "hip hop": "Hip-hop", "hiphop": "Hip-hop",
    "house": "House music", "march": "March (music)", "pop": "Pop music", "punk": "Punk rock",
    "r&b": "Rhythm and blues", "rock": "Rock music", "romantic": "Romantic music",
    "salsa": "Salsa music", "soul": "Soul music", "swing jazz": "Swing music",
    "trap": "Trap music", "twist": "Twist (dance)", "video game": "Video game music",
}  # fmt: skip
"""Pages whose title is not to be guessed from the label."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to ask. ``artists``: labels files whose artists are asked for too. ``with_names``: an
    artist's name may become a style word."""

    manners: Manners = field(default_factory=Manners)
    base_url: str = BASE_URL
    cache: Path | None = None
    contact: str = CONTACT
    artists: tuple[Path, ...] = ()
    with_names: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """How it went: subjects described, pages that do not exist, those left out with the reason,
    requests over the network; ``stopped`` says why the rest was not asked for."""

    described: int
    missing: int
    skipped: tuple[tuple[str, str], ...]
    requests: int
    phrases: int
    left: int = 0
    stopped: str = ""

    def lines(self) -> list[str]:
        """For the terminal."""
        made = [
            f"{self.described} described in {self.phrases} phrases, {self.missing} without a page, "
            f"{len(self.skipped)} left out; {self.requests} requests"
        ]
        made += [f"  left out {subject}: {why}" for subject, why in self.skipped]
        if self.stopped:
            made.append(f"  {self.stopped}: {self.left} wait for the next run; nothing is lost")
        return made


@dataclass(frozen=True, slots=True)
class Description:
    """One subject: where the words come from, and what they say."""

    label: str
    kind: str
    title: str
    url: str
    revision: str
    sentences: tuple[str, ...]
    phrases: tuple[str, ...]


class Descriptions:
    """What is known, by label."""

    def __init__(self, entries: Iterable[Description] = ()) -> None:
        self._entries = {(entry.kind, entry.label.casefold()): entry for entry in entries}

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def entries(self) -> tuple[Description, ...]:
        return tuple(self._entries.values())

    def fingerprint(self) -> str:
        """A hash of all phrases; empty where there are none."""
        phrases = sorted((key, entry.phrases) for key, entry in self._entries.items())
        return hashlib.sha256(repr(phrases).encode()).hexdigest()[:16] if phrases else ""

    def phrases_for(self, labels: Mapping[str, str]) -> tuple[str, ...]:
        """The style words of a piece with these labels (``genre``, ``artist``)."""
        found: dict[str, None] = {}
        for kind in ("genre", "artist"):
            entry = self._entries.get((kind, labels.get(kind, "").casefold()))
            found |= dict.fromkeys(entry.phrases if entry else ())
        return tuple(found)

    @classmethod
    def load(cls, folder: Path) -> "Descriptions":
        """Those of a corpus; none where it has no file. Raises FileError for a broken one."""
        path = folder / DESCRIPTIONS_NAME
        if not path.is_file():
            return cls()
        try:
            record = json.loads(path.read_text("utf-8"))
            if record["format"] != FORMAT:
                raise ValueError(f"format {record['format']!r}")
            return cls(_description(entry) for entry in record["descriptions"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            how = f"remove it, or make it again: amt-live describe {folder}"
            raise FileError(f"{path} cannot be used ({error}); {how}") from error


def _description(entry: dict[str, Any]) -> Description:
    lists = {name: tuple(map(str, entry[name])) for name in ("sentences", "phrases")}
    return Description(**{**entry, **lists})


def with_descriptions(corpus: Corpus, folder: Path) -> Corpus:
    """The corpus with the phrases of its descriptions among the style words of its pieces."""
    known = Descriptions.load(folder)
    if not len(known):
        return corpus
    pieces = []
    for piece in corpus.pieces:
        words = [piece.labels.get("style_words", ""), *known.phrases_for(piece.labels)]
        joined = ", ".join(word for word in words if word)
        labels = {**piece.labels, "style_words": joined} if joined else piece.labels
        pieces.append(replace(piece, labels=labels))
    return replace(corpus, pieces=tuple(pieces))


def describe_corpus(
    folder: Path, settings: Settings, sleep: Callable[[float], object] | None = None
) -> Summary:
    """Describe a prepared corpus; raises FileError where it is none."""
    rows = _labels(folder)
    people = [row for path in settings.artists for row in _csv_rows(path)]
    wiki = Wikipedia(
        settings.cache or default_cache(),
        settings.base_url,
        settings.manners,
        contact=settings.contact,
        **({} if sleep is None else {"sleep": sleep}),
    )
    subjects = _subjects(rows, people)
    names = {row.get("artist", "") for row in [*rows, *people]}
    names |= {t for row in [*rows, *people] if len((t := row.get("title", "")).split()) > 1}
    if settings.with_names:
        names = set()
    return _describe(folder, wiki, subjects, tuple(names), settings)


def _describe(
    folder: Path,
    wiki: Wikipedia,
    subjects: Sequence[tuple[str, str]],
    names: Sequence[str],
    settings: Settings,
) -> Summary:
    made: list[Description] = []
    skipped: list[tuple[str, str]] = []
    missing = left = 0
    is_whole = False
    bar = tqdm(subjects, desc="describing", unit="page", disable=None)
    try:
        for kind, label in bar:
            try:
                page = _find(wiki, kind, label)
            except Skipped as why:
                skipped.append((label, str(why)))
            except Stopped:
                left += 1
            else:
                missing += page is None
                if page is not None:
                    made.append(_described(kind, label, page, names, settings.with_names))
        is_whole = not left
    finally:
        bar.close()
        # Also when interrupted; what an earlier run wrote and this one did not reach is kept.
        _write(folder, made, is_whole=is_whole)
    return Summary(
        len(made),
        missing,
        tuple(skipped),
        wiki.requests,
        sum(len(entry.phrases) for entry in made),
        left,
        wiki.why_stopped,
    )


def _find(wiki: Wikipedia, kind: str, label: str) -> Page | None:
    """The page about the music of that name, if there is one."""
    known = _TITLES.get(label.casefold())
    upper = label[:1].upper() + label[1:]
    guesses = [known] if known else [upper, f"{upper} music"]
    if kind == "artist":
        last, comma, first = label.partition(",")
        guesses = [f"{first.strip()} {last.strip()}" if comma else label]
    for title in guesses:
        page = wiki.page(title)
        if page is not None and page.kind == "standard" and _is_musical(page):
            return page
    return None


def _is_musical(page: Page) -> bool:
    text = f"{page.title} {page.description} {page.extract}".casefold()
    return any(word in text for word in _MUSICAL)


def _described(
    kind: str, label: str, page: Page, names: Sequence[str], with_names: bool
) -> Description:
    own = (page.title, label) if kind == "artist" and not with_names else ()
    phrases = style_phrases(page.extract, (*names, *own))
    if kind == "artist" and with_names:
        phrases = (f"in the style of {page.title}", *phrases)
    return Description(
        label,
        kind,
        page.title,
        page.url,
        page.revision,
        sentences(page.extract)[:MOST_SENTENCES],
        phrases,
    )


def _write(folder: Path, made: Sequence[Description], *, is_whole: bool) -> None:
    before = () if is_whole else Descriptions.load(folder).entries
    entries = {(entry.kind, entry.label): entry for entry in (*before, *made)}
    record = {
        "format": FORMAT,
        "source": "Wikipedia",
        "licence": LICENCE,
        "descriptions": [asdict(entries[key]) for key in sorted(entries)],
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    write_atomically(folder / DESCRIPTIONS_NAME, text + "\n")


def _subjects(
    rows: Sequence[Mapping[str, str]], people: Sequence[Mapping[str, str]]
) -> list[tuple[str, str]]:
    """Genres, then artists, the commonest first: whenever it ends, most pieces are described."""
    made = []
    for kind, source in (("genre", rows), ("artist", people)):
        counts = Counter(" ".join(row.get(kind, "").split()) for row in source)
        made += [(kind, label) for label, _ in counts.most_common() if label]
    return made


def _labels(folder: Path) -> list[dict[str, str]]:
    try:
        lines = (folder / "pieces.jsonl").read_text("utf-8").splitlines()
        return [dict(json.loads(line)["labels"]) for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        how = f"make one with: amt-live prepare MIDI... -o {folder}"
        raise FileError(f"{folder} is no prepared corpus ({error}); {how}") from error


def _csv_rows(path: Path) -> list[dict[str, str]]:
    try:
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise FileError(f"{path} cannot be read ({error.strerror}); give a labels file.") from None
    rows = csv.DictReader(io.StringIO(text))
    return [{k: v for k, v in row.items() if isinstance(k, str) and v} for row in rows]


def default_cache() -> Path:
    """Where pages are kept, for every corpus of this user."""
    import platformdirs

    return platformdirs.user_cache_path(APP, appauthor=False) / "wikipedia"
