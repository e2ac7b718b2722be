"""The tree that OSCQuery clients browse: valid, and the address table, no more and no less."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from amt_live.control.state import (
    ArmedMood,
    BandState,
    BeatPassed,
    ErrorNotice,
    Health,
    HealthReport,
    MoodApplied,
    MoodArmed,
    NotePlayed,
    TransportChanged,
)
from amt_live.discovery.answers import answer_to, is_allowed, is_ours
from amt_live.discovery.tree import build, described, forms_of, host_info, type_of
from amt_live.osc.addresses import ROUTES
from amt_live.osc.arguments import Refusal
from amt_live.osc.pushes import notice_message
from amt_live.osc.routing import command_of
from tests.osc.band import PARTS_AT_START

SCHEMA = json.loads((Path(__file__).parent / "schema.json").read_text())
NODES = build()
STATE = BandState(
    parts=PARTS_AT_START,
    mood="calm",
    armed=ArmedMood(3, "storm", 1920, 2, 1.0, 0.5),
    scenes=("verse", "chorus"),
    knobs=(("density", 0.5),),
    model="tiny",
)
VALUES = {
    path: ROUTES[path].entry.read(STATE, ROUTES[path].part)
    for path in NODES
    if path in ROUTES and ROUTES[path].entry.read is not None
}
INFO = host_info(9740, "127.0.0.1")
TREE = described(NODES["/"], VALUES)
EXAMPLES = {
    "key": "D minor",
    "chords": "Dm7 | G7",
    "leans": "C 2 F# -8 bass -4",
    "text": "calm",
    "target": "/amt/density",
    "name": "verse",
    "when": "@bar",
}


def flat(node):
    yield node
    for child in node.get("CONTENTS", {}).values():
        yield from flat(child)


TOLD = {node["FULL_PATH"]: node for node in flat(TREE)}
METHODS = {path: node for path, node in TOLD.items() if node.get("TAGS")}


@pytest.mark.parametrize("values", [{}, VALUES], ids=["before the band answers", "while it plays"])
def test_the_tree_is_valid(values):
    Draft202012Validator.check_schema(SCHEMA)
    tree = json.loads(json.dumps(described(NODES["/"], values), allow_nan=False))
    errors = list(Draft202012Validator(SCHEMA).iter_errors(tree))
    assert errors == []


def test_a_wrong_tree_is_not_valid():
    for wrong in (
        {"ACCESS": 4},
        {"FULL_PATH": "amt"},
        {"RANGE": [{"MIN": 1}]},
        {"VALUE": [1]},
        {"SURPRISE": 1},
        {"OVERLOADS": [{}]},
    ):
        node = {"FULL_PATH": "/a", "ACCESS": 2, "DESCRIPTION": "x", "TYPE": "f", **wrong}
        assert not Draft202012Validator(SCHEMA).is_valid(node), wrong


def test_the_methods_are_the_addresses_of_the_table():
    assert METHODS.keys() == {path for path, route in ROUTES.items() if route.part != "*"}
    access = {"setting": 3, "action": 2, "service": 2, "reading": 1, "push": 1}
    for path, node in METHODS.items():
        entry = ROUTES[path].entry
        assert node["DESCRIPTION"] == entry.sentence
        assert node["ACCESS"] == access[entry.kind]
        assert node["TAGS"] == [entry.kind]


def forms(node):
    return [form for form in (node, *node.get("OVERLOADS", [])) if "TYPE" in form]


def test_every_attribute_has_as_many_entries_as_the_type():
    for node in METHODS.values():
        for form in forms(node):
            for name in ("VALUE", "RANGE", "UNIT", "EXTENDED_TYPE", "CLIPMODE"):
                assert len(form.get(name, form["TYPE"])) == len(form["TYPE"]), node["FULL_PATH"]


def atom_of(tag, name, limits):
    if "VALS" in limits:
        return limits["VALS"][-1]
    if tag == "s":
        return EXAMPLES.get(name, "calm")
    return limits.get("MAX", 1)


def test_what_the_tree_says_can_be_sent_is_taken_and_what_is_outside_is_refused():
    refused = 0
    for path, node in METHODS.items():
        route = ROUTES[path]
        if route.entry.kind not in ("setting", "action"):
            continue
        for form in forms(node):
            tags = form["TYPE"].replace("I", "")
            names, limits = form.get("EXTENDED_TYPE", []), form.get("RANGE", [])
            atoms = [atom_of(*each) for each in zip(tags, names, limits, strict=True)]
            command_of(route, atoms)
            for index, each in enumerate(limits):
                for wrong in (each["MIN"] - 1, each["MAX"] + 1) if "MIN" in each else ():
                    with pytest.raises(Refusal):
                        command_of(route, [*atoms[:index], wrong, *atoms[index + 1 :]])
                    refused += 1
    assert refused > 300


def tags_of(atoms):
    return "".join({int: "i", float: "f", str: "s"}[type(atom)] for atom in atoms)


@pytest.mark.parametrize("path", sorted(VALUES))
def test_values_are_of_the_type_that_is_told(path):
    value, node = VALUES[path], TOLD[path]
    settles = [form for form in forms(node) if form["TYPE"] == tags_of(value)]
    if not value:
        assert "VALUE" not in node and "TYPE" not in node
    else:
        assert len(settles) >= 1 and settles[0]["VALUE"] == list(value)


def test_pushes_are_of_the_type_that_is_told():
    for notice in (
        MoodArmed(1, "calm", 2, 1.0, 0.5),
        MoodApplied(1, "calm", 2, 1.0, 0.5),
        BeatPassed(1, 2),
        NotePlayed("piano", 60, 90, 0.5),
        TransportChanged("playing"),
        HealthReport(Health()),
        ErrorNotice("why"),
    ):
        address, atoms = notice_message(notice)
        (form,) = forms_of(ROUTES[address].entry)
        assert type_of(form) == tags_of(atoms), address


def test_a_knob_that_is_free_has_its_word_and_no_number():
    density, energy = TOLD["/amt/density"], TOLD["/amt/energy"]
    assert density["VALUE"] == [0.5]
    assert "VALUE" not in energy and energy["OVERLOADS"][0]["VALUE"] == ["free"]
    assert TOLD["/amt/scene/list"]["VALUE"] == ["verse", "chorus"]
    assert TOLD["/amt/panic"]["CRITICAL"] is True and TOLD["/amt/panic"]["TYPE"] == "I"
    assert TOLD["/amt/tempo"]["UNIT"] == ["time.bpm"]


def ask(target, method="GET"):
    answer = answer_to(method, target, NODES, VALUES, INFO)
    return answer.status, json.loads(answer.body) if answer.body else None


@pytest.mark.parametrize(
    ("target", "told"),
    [
        ("/", TREE),
        ("/amt/", TOLD["/amt"]),
        ("/amt/tempo#fragment", TOLD["/amt/tempo"]),
        ("/%61mt/tempo", TOLD["/amt/tempo"]),
        ("/amt/tempo?VALUE", {"VALUE": [100.0]}),
        ("/amt/tempo?RANGE", {"RANGE": [{"MIN": 20.0, "MAX": 300.0}]}),
        ("/amt/take?TYPE", {}),
        ("/amt/note?VALUE", {}),
        ("/whatever?HOST_INFO", INFO),
    ],
)
def test_questions_are_answered(target, told):
    assert ask(target) == (200, told)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/amt/panic?VALUE", 204),
        ("/amt?VALUE", 204),
        ("/amt/tempo?PATH_CHANGED", 204),
        ("/amt/tempo?NONSENSE", 400),
        ("/amt/tempo?VALUE&TYPE", 400),
        ("/amt/tempo?" + "x" * 5000, 400),
        ("http://elsewhere/amt", 400),
        ("", 400),
        ("/amt/nothing", 404),
        ("/amt/part/*/mute", 404),
        ("/../../etc/passwd", 404),
        ("/%2e%2e/%00", 404),
        ("/amt/page.html?HTML", 404),
    ],
)
def test_other_questions_get_the_status_that_the_proposal_names(target, status):
    assert ask(target)[0] == status


def test_only_questions_are_answered():
    assert ask("/amt/tempo", "POST")[0] == ask("/", "DELETE")[0] == 405


def test_the_page_is_served_where_html_is_asked_for():
    answer = answer_to("GET", "/?HTML", NODES, VALUES, INFO)
    assert answer.status == 200 and answer.content_type.startswith("text/html")
    assert b"<!doctype html>" in answer.body


def test_every_supported_attribute_can_be_asked_for():
    wanted = [name for name, is_there in INFO["EXTENSIONS"].items() if is_there]
    for name in {*wanted, "FULL_PATH", "CONTENTS", "TYPE"} - {"LISTEN", "HTML"}:
        assert ask(f"/amt/tempo?{name}")[0] == 200


@pytest.mark.parametrize(
    ("origin", "is_fine"),
    [
        (None, True),
        ("http://localhost:3000", True),
        ("http://127.0.0.1:9740", True),
        ("https://[::1]:1", True),
        ("http://192.168.1.5:9740", True),
        ("http://192.168.1.6:9740", False),
        ("null", False),
        ("http://evil.example", False),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://[", False),
        ("//", False),
        ("", False),
    ],
)
def test_pages_of_this_machine_may_steer_and_others_may_not(origin, is_fine):
    assert is_allowed(origin, "192.168.1.5:9740") is is_fine


def test_a_name_that_somebody_else_gave_this_machine_is_refused():
    names = frozenset({"localhost", "stage"})
    for host in ("localhost:9740", "127.0.0.1", "[::1]:9740", "10.0.0.4:80", "stage", "a.local:1"):
        assert is_ours(host, names), host
    for host in ("evil.example:9740", "//", "[", "", "localhost@evil.example", "127.0.0.1.evil"):
        assert not is_ours(host, names), host
