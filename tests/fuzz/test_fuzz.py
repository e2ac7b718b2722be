"""Hostile input, a little of it: what ``run.py`` and ``files.py`` do at length."""

import json
import random
import tempfile
import time
from itertools import islice
from pathlib import Path

import pytest
from pythonosc.parsing import ntp

from amt_live.control.commands import Capture, SetModel, StartTake
from amt_live.osc.arguments import Refusal
from amt_live.osc.codec import Malformed, decode, encode
from amt_live.osc.guards import RateLimiter
from amt_live.osc.intake import panics_in
from amt_live.osc.limits import Limits
from amt_live.osc.routing import command_of, look_up
from tests.fuzz.datagrams import IMMEDIATELY, PATHS, TIME_TAGS, Corpus, bundle, giants, padded
from tests.fuzz.files import Goods, cases, fuzz
from tests.fuzz.reading import read_all
from tests.fuzz.run import CHANGES_THE_MUSIC, LIMITS, main

LIMITS_OF_OSC = Limits()
KINDS = (
    "midi",
    "log",
    "journal",
    "scenes",
    "bank",
    "config",
    "history",
    "styles",
    "model",
    "graph",
)


def test_hostile_datagrams_are_read_without_an_exception() -> None:
    seen = read_all(6000, seed=11)
    assert seen["datagrams"] > 6000
    for outcome in ("malformed", "refused", "read", "done"):  # or the corpus has gone blunt
        assert seen[outcome] > 100, seen


def test_the_corpus_is_the_same_for_the_same_seed_and_leaves_out_what_it_is_told_to() -> None:
    first, second = (list(islice(Corpus(5), 500)) for _ in range(2))
    assert first == second != list(islice(Corpus(6), 500))
    calm = list(islice(Corpus(5, CHANGES_THE_MUSIC), 2000))
    assert not any(word in data for data in calm for word in CHANGES_THE_MUSIC)


def test_a_daemon_survives_a_flood(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--datagrams", "6000", "--rate", "2000", "--model", "tiny", "--quiet", "--json"])
    figures = json.loads(capsys.readouterr().out)
    assert figures["exceptions"] == 0 and figures["exit_code"] == 0
    assert figures["panics"] > 0  # and each was answered, however long this machine took
    assert figures["panic_max_ms"] < float("inf")
    assert set(LIMITS) <= set(figures)


@pytest.fixture(scope="module")
def goods() -> Goods:
    with tempfile.TemporaryDirectory() as folder:
        return Goods(Path(folder))


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_files_are_one_line_at_most(kind: str, goods: Goods) -> None:
    every = cases(goods)
    assert set(every) == set(KINDS)
    ended, defects = fuzz(kind, every[kind], 12, seed=random.Random(kind).randrange(99))
    assert defects == []
    assert sum(ended.values()) == 12


# The bounds by themselves.


def test_a_text_of_a_megabyte_and_all_giants_are_one_refusal_each() -> None:
    (item,) = decode(encode("/amt/mood", "m" * 1_000_000), LIMITS_OF_OSC, 0.0, 0.0)
    assert isinstance(item, Malformed) and item.code == "size"
    for data in giants():
        assert all(isinstance(item, Malformed) for item in decode(data, LIMITS_OF_OSC, 0.0, 0.0))


def test_no_name_is_a_path() -> None:
    for address, kind in (("/amt/take/start", StartTake), ("/amt/model", SetModel)):
        for path in PATHS:
            try:
                command = command_of(look_up(address), [path])
            except Refusal:
                continue
            assert isinstance(command, kind)
            name = str(command.name)
            assert not {"/", "\\", ":", "\0"} & set(name) and name.strip(".")
    assert isinstance(command_of(look_up("/amt/capture"), [4, "good name"]), Capture)


def test_time_tags_of_every_century_are_read() -> None:
    for tag in (*TIME_TAGS, ntp.system_time_to_ntp(0.0)):
        (item,) = decode(bundle(tag, encode("/amt/ping")), LIMITS_OF_OSC, 0.0, 1.8e9)
        assert not isinstance(item, Malformed)


def test_a_panic_is_found_alone_in_bundles_and_beside_rubbish_but_not_in_a_text() -> None:
    panic = encode("/amt/panic")
    deep = panic
    for _ in range(6):
        deep = bundle(IMMEDIATELY, deep)
    rubbish = padded(b"/amt/panic") + b"no type tags"
    for data, count in (
        (panic, 1),
        (bundle(IMMEDIATELY, encode("/amt/seed", 1), panic, panic), 2),
        (deep, 1),
        (rubbish, 1),
        (encode("/amt/mood", "/amt/panic"), 0),
        (bundle(IMMEDIATELY, encode("/amt/mood", "/amt/panic")), 0),
        (encode("/amt/panicky"), 0),
        (panic + b"\x00" * 9000, 0),
    ):
        assert panics_in(data, LIMITS_OF_OSC) == count, data[:60]


def test_many_senders_together_leave_room_for_those_who_listen() -> None:
    limits = Limits(rate_per_s=10, burst=100, all_rate_per_s=50, all_burst=200, quiet=5)
    limiter = RateLimiter(limits)
    now_s = time.perf_counter() + 10
    flood = sum(limiter.admit(("127.0.0.1", n % 20), now_s) for n in range(5000))
    assert flood == 20 * 5 + 200  # what 20 senders may say quietly, and what the rest share
    assert limiter.admit(("127.0.0.1", 9999), now_s)  # one that has said nothing yet
    assert limiter.admit(("127.0.0.1", 1), now_s + 10, is_listener=True)
    many = sum(limiter.admit(("127.0.0.1", 10_000 + n), now_s) for n in range(5000))
    assert many == 200 - 20 * 5 - 1  # a sender a message: they share too


def test_an_atheris_run_where_it_is_installed() -> None:
    atheris = pytest.importorskip("atheris", reason="atheris is not installed: pip install atheris")
    from tests.fuzz.coverage_guided import one_input

    one_input(b"/amt/mood\x00\x00\x00,s\x00\x00calm\x00\x00\x00\x00")
    assert atheris.FuzzedDataProvider
