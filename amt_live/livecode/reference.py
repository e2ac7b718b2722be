"""The language as a page and as a grammar for editors, made from the table of keywords.

Run ``python -m amt_live.livecode.reference`` in the repository after changing the table: it writes
``docs/language.md`` and ``docs/amt.tmLanguage.json``; a test keeps them so.
"""

import json
from pathlib import Path
from typing import Any, Final

from amt_live.control.commands import MAX_GLIDE_BARS, MAX_MOOD_CHARS
from amt_live.control.leans import MAX_LEANS, MAX_NATS
from amt_live.control.when import When
from amt_live.livecode.keywords import KEYWORDS, Keyword
from amt_live.livecode.rules import MAX_LINES as MAX_RULE_LINES
from amt_live.livecode.rules import PATIENCE
from amt_live.livecode.rules_host import CALL_S, LOAD_S
from amt_live.livecode.runner import MAX_TYPED
from amt_live.livecode.syntax import (
    MAX_CHOICES,
    MAX_EVERY,
    MAX_FILE_BYTES,
    MAX_LINE_CHARS,
    MAX_LINES,
    MAX_TURNS,
)
from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ROUTES
from amt_live.osc.entries import ALL_PARTS

PAGE: Final = Path("docs/language.md")
GRAMMAR: Final = Path("docs/amt.tmLanguage.json")

_WHENS: Final = " ".join(f"`@{when}`" for when in When)

_PAGE: Final = """\
# The language of the mood line

<!-- Made from amt_live/livecode by `python -m amt_live.livecode.reference`; do not edit. -->

One language for the mood line of the screen, for a prompt (`amt-live live`) and for files
(`amt-live --set SET.amt`). One statement a line:

```
{examples}
```

## What a line means

- A line is **a mood**, unless its first word is a keyword of the table below. `dark waltz` needs
  no keyword; `mood TEXT` forces a mood, whatever it begins with: `mood tempo rubato`.
- **Words that also begin moods** are keywords only in front of what they take:
{soft}

  So `take five`, `swing era big band`, `stop motion` and `at dawn` are moods.
- All other keywords always are: `tempo rubato` is an error that says how to write the mood.
- **A slip of the finger is no mood**: `tepmo 140` and `isolate drms` are errors that name what was
  probably meant.
- Keywords may be written in capitals. From a `#` at the beginning of a line or behind a space on,
  the line is a comment (`F#` and `C#m7` are not).
- Errors name line and column, counted from 1, and what to write: `set.amt:3:7: bpm 1400 is
  outside 20-300 bpm`. On the screen and at the prompt only the column.

## When it happens

The last word may say when: {whens}.

- Without one, moods, styles, blends, scenes and banks wait for the boundary that `quantise` has set
  (a bar); keys, chords, density and energy wait for the next bar line; everything else acts at once
  when it is typed, and at the next bar line when it comes from a file.
- Moods and what waits for bars are exact. What acts at once (tempo, mute ...) is sent when the
  beat is heard of, some milliseconds after it.
- `~8` glides: a tempo over so many beats, a mood over so many bars ({glide} at most).
- `at 33 ...` is bar 33, counted from 1. `every 8 ...` is at bars 1, 9, 17 ...; `at 5 every 8 ...`
  at 5, 13 ... Of lists in brackets each item is taken in turn: `every 8 mood [calm, storm]`,
  `every 4 [mute drums, unmute drums]`. Which one depends on the bar alone, so that an edit
  elsewhere or a new start does not shift it.
- Lines with `at` and `every` that are typed end with the screen or the prompt they were typed in,
  or with `clear`; those of a set list go on without any screen.

## Keywords

| line | takes | what it does | for example |
|---|---|---|---|
{table}

PARTS are one or more of: {parts}, or `all`.

## Grammar

```ebnf
file      = {{ line newline }} ;
line      = [ statement ] [ comment ] ;
statement = "clear" | [ "at" bar ] [ "every" number [ "bars" ] ] command ;
command   = mood | keyword arguments [ glide ] [ when ] ;
mood      = [ "mood" ] text [ glide ] [ when ] ;
glide     = "~" number [ "beats" | "bars" ] ;
when      = {ebnf_whens} ;
list      = "[" text {{ "," text }} "]" ;      (* behind "every", anywhere in the command *)
comment   = "#" text ;                       (* first in the line, or behind a space *)
```

Behind `at` and `every` stands no `@when`, since the bar is said already. Neither nests.

## A set list

`amt-live --set SET.amt` (or `amt-live daemon --set SET.amt`) follows a file: what is saved there
is played.

- A save is taken **whole or not at all**. With an error anywhere in it the last good state stays,
  and the error is shown (`/amt/error`, `/amt/set/state`). The music does not notice.
- Only **what has changed** is said to the band, at the next boundary. A line that is deleted is
  taken back: `mute`, `isolate`, `level`, `octave`, knobs, key, chords and sampling go back to their
  defaults; mood, tempo, seed, model and sounds stay as they are.
- Two lines that set the same thing are an error, unless `at` or `every` says when.
- What only does something (`capture 16`, `scene save verse`) is done when the line appears.
- Before the first note what the file says is set, so that the first bar is right.
- Editors that write in place or replace the file are both fine; a file that is gone changes
  nothing.

`amt-live format SET.amt` writes it the usual way; `docs/amt.tmLanguage.json` colours it in
editors that read TextMate grammars.

## Rules

`amt-live --rules rules.py` runs Python beside the music, in a process of its own:

```python
from amt_live.livecode import every_bar, logits, on_mood


@every_bar(4)
def build(band):
    band("density .8" if band.bar % 32 > 24 else "density free")


@on_mood
def follow(band, text):
    if "storm" in text:
        band("tempo 150 ~16")


@logits
def bluer(ahead):
    ahead.pitch_class["Eb"] += 1.5
    ahead.pitch_class["Bb"] += 1.5
    if ahead.bar % 4 == 0:
        ahead.part["drums"] -= 4
```

- `@every_bar` calls at each bar line, `@every_bar(4)` at bars 1, 5, 9 ...; `@on_mood` when a mood
  has taken effect. `band("...")` says a line of this language (without `at`, `every` and
  `clear`); `band.bar`, `.mood`, `.tempo`, `.key`, `.chords`, `.density`, `.energy`, `.swing`,
  `.muted` and `.scenes` are what is played now. What is printed is shown (`/amt/rules/state`).
- `@logits` is called at each bar line with the bar that will be decoded next (`ahead.bar`; what is
  heard then, `ahead.heard` and `ahead.beat`, lies some bars before it), and leans on what the model
  draws there, in nats: 1 makes something 2.7 times as likely beside what it competes with, {nats:g}
  to one side is the most, 0 leaves it as it is. `ahead.pitch_class["C"]` (or 0-11, all but drums),
  `ahead.pitch[60]`, `ahead.part["bass"]`, `ahead.length[6]` and `ahead.step[18]` (12 steps to the
  beat) can be read, set, and gone through (`for name in ahead.part`); or return them by name, as
  in `{{"C": 2, "pitch60": 1, "bass": -4, "length6": 1, "step18": -2}}`. `.beats` (of a bar),
  `.tempo`, `.mood`, `.key`, `.chord` (of the chord line in that bar), `.density`, `.energy`,
  `.muted` and `.sounding` (parts of the last bar) are what is known. All functions together may
  lean on {leans} names. Nothing is forbidden for good: which part, which pitch, which length is
  leaned on, not whether there is one.
- The band never waits for it: it decodes at its own pace, and leans that come too late are dropped
  (and said once). Each call leans on one bar; when the rules go, the leaning goes. Leans are in the
  log of a take, so `amt-live replay` gives the same bytes. The same from elsewhere: `/amt/lean`.
- The file is loaded again when it is saved, beside the version that runs, which goes on until the
  new one has loaded ({load:g} s of processor time at most). A call that raises, or takes more than
  {call:g} s of processor time or {wall:g} s in all, ends its version: the one before it is started
  again, and the error is shown with its line.
- Rules are kept apart by process, priority, memory and time, so that the music does not notice
  them; they are not kept from your files. Run only rules that you trust.

## Limits

A line has {line} characters at most, a mood {mood}; a file {lines} lines and {bytes} bytes. A
list has {choices} items, all lists of a line together {turns} turns; `every` counts to {every}.
{typed} typed lines may repeat. One call of the rules may say {rule_lines} lines.
"""

_SOFT: Final = {
    "alone": "nothing may follow",
    "number": "a number or `free`",
    "count": "a number",
    "part": "a part",
    "take": "`start` or `stop`",
    "key": "a key or `free`",
}


def page() -> str:
    """The page, in Markdown."""
    return _PAGE.format(
        examples="\n".join(
            k.example for k in KEYWORDS if k.shape != "alone" and k.name not in ("model", "style")
        ),
        soft="\n".join(_soft_line(kind, words) for kind, words in _SOFT.items()),
        whens=_WHENS,
        ebnf_whens=" | ".join(f'"@{when}"' for when in When),
        glide=MAX_GLIDE_BARS,
        table="\n".join(map(_row, KEYWORDS)),
        parts=", ".join(PART_NAMES),
        load=LOAD_S,
        call=CALL_S,
        wall=CALL_S * PATIENCE,
        line=MAX_LINE_CHARS,
        mood=MAX_MOOD_CHARS,
        lines=MAX_LINES,
        bytes=MAX_FILE_BYTES,
        choices=MAX_CHOICES,
        turns=MAX_TURNS,
        every=MAX_EVERY,
        typed=MAX_TYPED,
        rule_lines=MAX_RULE_LINES,
        nats=MAX_NATS,
        leans=MAX_LEANS,
    )


def _soft_line(kind: str, takes: str) -> str:
    names = ", ".join(f"`{keyword.name}`" for keyword in KEYWORDS if keyword.soft == kind)
    return f"  - {names}: {takes}."


def _row(keyword: Keyword) -> str:
    cells = (f"`{keyword.usage}`", _takes(keyword), keyword.sentence, f"`{keyword.example}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _takes(keyword: Keyword) -> str:
    """The limits, as the table of addresses has them."""
    route = ROUTES.get(keyword.address.replace("{part}", ALL_PARTS))
    if route is None or keyword.shape in ("alone", "parts", "take"):
        return ""
    return "; ".join(argument.limits for argument in route.entry.arguments)


def grammar() -> dict[str, Any]:
    """A TextMate grammar: colours, not meaning."""
    names = "|".join(keyword.name for keyword in KEYWORDS)
    return {
        "name": "amt-live set list",
        "scopeName": "source.amt",
        "fileTypes": ["amt"],
        "patterns": [
            {"name": "comment.line.number-sign.amt", "match": r"(^|(?<=\s))#.*$"},
            {"name": "keyword.control.amt", "match": r"(?i)^\s*(at|every)(?=\s+\d)|(?<=\d\s)every"},
            {"name": "keyword.other.amt", "match": rf"(?i)(^\s*|(?<=\d\s)|(?<=\[))({names})\b"},
            {"name": "constant.language.amt", "match": rf"@({'|'.join(When)})\b|\bfree\b"},
            {"name": "constant.numeric.amt", "match": r"(?<=\s)~?[+-]?(\d+\.?\d*|\.\d+)\b"},
            {"name": "variable.parameter.amt", "match": rf"\b({'|'.join(PART_NAMES)}|all)\b"},
            {"name": "punctuation.separator.amt", "match": r"[\[\],|%]"},
        ],
    }


def grammar_text() -> str:
    """The grammar as its file has it."""
    return json.dumps(grammar(), indent=2) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    GRAMMAR.write_text(grammar_text(), encoding="utf-8")
