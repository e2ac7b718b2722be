import json

import pytest

from amt_live.errors import FileError
from export.commands.describe import main
from export.corpus import Corpus, PieceInfo
from export.descriptions import DESCRIPTIONS_NAME, Descriptions, Settings, with_descriptions
from export.descriptions import describe_corpus as describe
from export.lexicon import INNER, MODIFIERS, NOUNS
from export.style_phrases import style_phrases
from export.wikipedia import Manners
from tests.export.web import body, page, web

BOSSA = (
    "Bossa nova is a relaxed style of samba developed in the late 1950s in Rio de Janeiro, Brazil. "
    "It has a calm syncopated rhythm. João Gilberto sang over soft nylon-string guitar."
)
ROCK = "Rock music is a broad genre. Loud drums and heavy guitar riffs drive it."

EXTRACTS = {
    "Dusty Springfield": "Dusty Springfield (16 April 1939 - 2 March 1999) was an English singer. "
    "With her smoky voice, she was an important singer of blue-eyed soul and dramatic ballads. "
    "Dusty moved to Memphis; The Springfields made records with lively guitars.",
    "Barry White": "Barry Eugene Carter, better known as Barry White, had a deep bass voice. White "
    "wrote romantic ballads with lush strings for the Love Unlimited Orchestra.",
    "Lance Bass": "James Lance Bass is an American singer. Bass grew up in Mississippi and sang "
    "low harmonies over upbeat electronic beats.",
    "The Smooth Strings": "The Smooth Strings were a trio. Critics heard smooth strings and gentle "
    "guitars, as in Smooth Strings at Night.",
    "k.d. lang": "k.d. lang is a Canadian singer. lang's warm voice and slow country ballads won "
    "her fame; bell hooks wrote of her.",
    "Sunny": "Sunny is a South Korean singer. Sunny was praised for sunny, upbeat songs. Sunny "
    "melodies and bright vocals abound.",
    "Grace Slick": "Grace Slick sang with Jefferson Airplane in San Francisco. Slick's powerful "
    "voice met distorted guitars. Cool and Hot were her cats.",
}


def test_no_name_survives_in_a_phrase():
    for name, extract in EXTRACTS.items():
        phrases = style_phrases(extract, EXTRACTS)
        words = {word for phrase in phrases for word in phrase.split()}
        assert phrases and words <= MODIFIERS | NOUNS | INNER, name
        assert not any(f" {name.lower()} " in f" {phrase} " for phrase in phrases)
    said = {name: style_phrases(extract, EXTRACTS) for name, extract in EXTRACTS.items()}
    assert said["Dusty Springfield"] == ("smoky voice", "dramatic ballads", "lively guitars")
    assert said["Barry White"] == ("deep bass voice", "romantic ballads", "lush strings")
    assert said["Lance Bass"] == ("low harmonies", "upbeat electronic beats")
    assert said["The Smooth Strings"] == ("gentle guitars",)
    assert "sunny" not in {word for phrase in said["Sunny"] for word in phrase.split()}
    assert said["Grace Slick"] == ("powerful voice", "distorted guitars")


def test_phrases_tell_mood_instruments_and_tempo():
    assert style_phrases(BOSSA) == (
        "relaxed",
        "calm syncopated rhythm",
        "soft nylon-string guitar",
    )
    assert style_phrases("Slow tempos, gloomy melodies. It is very fast.") == (
        "slow tempos",
        "gloomy melodies",
        "fast",
    )


@pytest.mark.parametrize(
    "text", ["", "...", "1999", "Ein Stück für Klavier", "(" * 3000, "a " * 9000]
)
def test_any_text_can_be_read(text):
    assert style_phrases(text, ["", "?"]) == ()


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    rows = [{"genre": "bossa nova"}, {"genre": "rock"}, {"genre": "rock"}, {"genre": "zzz"}, {}]
    lines = [json.dumps({"name": f"{n}.mid", "labels": row}) for n, row in enumerate(rows)]
    (folder / "pieces.jsonl").write_text("\n".join(lines))
    return folder


@pytest.fixture
def server():
    with web() as made:
        made.script["Bossa nova"] = [page("Bossa nova", BOSSA)]
        made.script["Rock music"] = [page("Rock music", ROCK)]
        yield made


def _settings(server, tmp_path, **more):
    manners = Manners(delay_s=0, timeout_s=1, backoff_s=0)
    return Settings(manners, server.url, tmp_path / "cache", **more)


def test_a_corpus_is_described_once(server, corpus, tmp_path, capsys):
    argv = [str(corpus), "--delay", "0", "--wikipedia-url", server.url]
    argv += ["--cache", str(tmp_path / "cache")]
    assert main(argv) == 0
    assert "2 described in 5 phrases, 1 without a page, 0 left out; 4" in capsys.readouterr().out
    assert server.asked == ["Rock music", "Bossa nova", "Zzz", "Zzz music"]
    assert main(argv) == 0
    assert "0 requests" in capsys.readouterr().out
    record = json.loads((corpus / DESCRIPTIONS_NAME).read_text())
    assert record["licence"].startswith("CC BY-SA")
    bossa, rock = record["descriptions"]
    assert (bossa["title"], bossa["revision"]) == ("Bossa nova", "1234")
    assert bossa["url"].startswith("https://") and len(bossa["sentences"]) == 3
    assert rock["phrases"] == ["loud drums", "heavy guitar riffs"]


def test_pieces_get_the_phrases_of_their_genre(server, corpus, tmp_path):
    describe(corpus, _settings(server, tmp_path))
    known = Descriptions.load(corpus)
    assert known.phrases_for({"genre": "Bossa Nova"})[0] == "relaxed"
    assert known.phrases_for({"genre": "zzz"}) == known.phrases_for({}) == ()
    labels = {"genre": "rock", "style_words": "steady"}
    pieces = tuple(
        PieceInfo("a.mid", "x", "train", (0, 0), (0, 0), (), row) for row in (labels, {})
    )
    first, second = with_descriptions(Corpus(None, None, pieces), corpus).pieces
    assert first.labels["style_words"] == "steady, loud drums, heavy guitar riffs"
    assert second.labels == {}


def test_a_page_about_something_else_is_not_taken(server, corpus, tmp_path):
    server.script["Zzz"] = [page("Zzz", "Zzz is a moth.", description="Species of moth")]
    server.script["Zzz music"] = [page("Zzz", "May refer to songs.", type="disambiguation")]
    assert describe(corpus, _settings(server, tmp_path)).missing == 1


def test_what_fails_is_left_out_and_named(server, corpus, tmp_path):
    server.script["Rock music"] = [body(b"", 500)]
    summary = describe(corpus, _settings(server, tmp_path))
    assert summary.skipped == (("rock", "status 500"),) and summary.described == 1
    assert "left out rock: status 500" in "\n".join(summary.lines())


def test_without_network_nothing_is_lost_and_one_line_says_so(server, corpus, tmp_path):
    settings = _settings(server, tmp_path)
    server.script["Bossa nova"] = [body(b"", 429, Retry_After="7200")]
    summary = describe(corpus, settings)
    assert (summary.described, summary.left) == (1, 2)
    server.server.shutdown()
    server.server.server_close()
    summary = describe(corpus, settings)
    assert (summary.described, summary.left, summary.requests) == (1, 2, 1)
    (line,) = [line for line in summary.lines() if "cannot be reached" in line]
    assert "2 wait for the next run; nothing is lost" in line
    assert len(Descriptions.load(corpus)) == 1


def test_interrupted_it_keeps_what_it_has_and_goes_on(server, corpus, tmp_path):
    settings = _settings(server, tmp_path)
    describe(corpus, settings)
    (tmp_path / "cache").rename(tmp_path / "lost")
    first = server.script["Rock music"]
    server.script["Bossa nova"].insert(0, body(b"", 429, Retry_After="5"))

    def interrupt(seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        describe(corpus, settings, interrupt)
    assert len(Descriptions.load(corpus)) == 2 and first
    server.asked.clear()
    assert describe(corpus, settings).described == 2
    assert "Rock music" not in server.asked


def test_names_are_words_only_when_asked_for(server, corpus, tmp_path):
    labels = tmp_path / "x.labels.csv"
    labels.write_text('file,artist\na.mid,"Springfield, Dusty"\n')
    server.script["Dusty Springfield"] = [
        page("Dusty Springfield", EXTRACTS["Dusty Springfield"], description="English singer")
    ]
    describe(corpus, _settings(server, tmp_path, artists=(labels,)))
    artist = {"artist": "Springfield, Dusty"}
    assert Descriptions.load(corpus).phrases_for(artist) == (
        "smoky voice",
        "dramatic ballads",
        "lively guitars",
    )
    describe(corpus, _settings(server, tmp_path, artists=(labels,), with_names=True))
    assert "in the style of Dusty Springfield" in Descriptions.load(corpus).phrases_for(artist)


def test_what_is_no_corpus_and_a_broken_file_are_one_line(tmp_path, corpus, capsys):
    assert main([str(tmp_path / "none")]) == 1
    assert "is no prepared corpus" in capsys.readouterr().err
    (corpus / DESCRIPTIONS_NAME).write_text("{")
    with pytest.raises(FileError, match="amt-live describe"):
        Descriptions.load(corpus)
    assert main([str(corpus), "--delay", "-1"]) == 2
