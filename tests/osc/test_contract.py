"""One table: help, completion, the page, the OSCQuery tree and the TouchOSC layout say the same."""

import re
import subprocess
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from amt_live.cli import main
from amt_live.discovery.tree import build, described
from amt_live.errors import UsageError
from amt_live.music.parts import PART_NAMES
from amt_live.osc.addresses import ADDRESSES, ROUTES
from amt_live.osc.completion import addresses, choices, script
from amt_live.osc.reference import render
from amt_live.osc.routing import command_of, help_about, look_up
from amt_live.osc.touch_face import HEIGHT, WIDTH, controls
from amt_live.osc.touchosc import layout, picture
from tests.osc.band import WIDE, stage

PATCHES = Path(__file__).parents[2] / "patches"
TOUCHOSC = PATCHES / "touchosc"


def flat(node):
    yield node
    for child in node.get("CONTENTS", {}).values():
        yield from flat(child)


def test_every_surface_names_the_same_addresses_with_the_same_sentence():
    sentences = {entry.path: entry.sentence for entry in ADDRESSES}
    assert {path: sentence for path, _, sentence in help_about("")} == sentences
    page = render()
    rows = [re.split(r" ?(?<!\\)\| ?", line) for line in page.splitlines()]
    named = {row[1].strip("`"): row[-2] for row in rows if row[1:] and row[1].startswith("`/amt/")}
    assert {path.replace("PART", "{part}"): told for path, told in named.items()} == {
        path: sentence.replace("|", "\\|") for path, sentence in sentences.items()
    }
    told = {
        node["FULL_PATH"]: node["DESCRIPTION"]
        for node in flat(described(build()["/"], {}))
        if "TAGS" in node
    }
    assert told == {p: r.entry.sentence for p, r in ROUTES.items() if r.part != "*"}
    sent = {p: r.entry.sentence for p, r in ROUTES.items() if r.entry.kind != "push"}
    assert addresses() == sent
    for path in (path for path in sent if "/part/" not in path):
        assert path in script("bash", []) and f"'{path}'" in script("fish", [])


def test_limits_are_the_same_in_help_and_tree():
    nodes = {n["FULL_PATH"]: n for n in flat(described(build()["/"], {}))}
    for path, route in ROUTES.items():
        if route.entry.kind not in ("setting", "action") or route.part == "*":
            continue
        limits = [
            a for a in route.entry.arguments if a.kind in ("whole", "real") and not a.optional
        ]
        told = [each for each in nodes[path].get("RANGE", []) if "MIN" in each]
        wanted = [{"MIN": a.low, "MAX": a.high} for a in limits]
        assert told == wanted * (route.entry.repeats or (1,))[0], path
        for argument in route.entry.arguments:
            assert argument.limits in help_about(path)[0][1]


NEEDED = {
    "/amt/mood/glide": ["calm", 4],
    "/amt/call": [4],
    "/amt/bank/store": [3],
    "/amt/bank/recall": [3],
}


def test_completed_words_are_taken():
    for path, words in choices().items():
        for word in words:
            route = look_up(path)
            needed = NEEDED.get(path, ["calm"])
            if path == "/amt/mood/blend":
                needed = ["calm", 1, "storm", 1]
            command_of(route, [*needed, word] if route.entry.takes_when else [word])
    assert choices()["/amt/quantise"] == list(ROUTES["/amt/quantise"].entry.arguments[0].words)


def test_a_real_bash_completes(tmp_path, capsys):
    assert main(["completion", "bash"]) == 0
    file = tmp_path / "completion.bash"
    file.write_text(capsys.readouterr().out)

    def complete(*words):
        at = len(words) - 1
        ask = (
            f'source "$0"; COMP_WORDS=("$@"); COMP_CWORD={at}; _amt_live; echo "${{COMPREPLY[@]}}"'
        )
        done = subprocess.run(
            ["bash", "-c", ask, str(file), *words], capture_output=True, text=True, check=True
        )
        assert done.stderr == ""
        return done.stdout.split()

    assert complete("amt-live", "se") == ["send"]
    assert complete("amt-live", "send", "/amt/temp") == ["/amt/tempo"]
    assert complete("amt-live", "send", "--osc-port", "9741", "/amt/quantise", "8") == ["8bars"]
    assert complete("amt-live", "send", "/amt/mood", "calm", "@be") == ["@beat"]
    assert complete("amt-live", "send", "/amt/density", "fr") == ["free"]


def test_other_shells_get_their_own_script_or_one_line():
    assert script("zsh", ["send"]).startswith("autoload")
    assert "complete -c amt-live" in script("fish", ["send"])
    with pytest.raises(UsageError, match="bash, zsh, fish"):
        script("tcsh", [])


# TouchOSC


def test_the_layout_and_its_picture_are_what_the_table_makes():
    # Regenerate with: python -m amt_live.osc.touchosc
    assert zlib.decompress((TOUCHOSC / "amt-live.tosc").read_bytes()) == layout()
    assert (TOUCHOSC / "amt-live.svg").read_text(encoding="utf-8") == picture()


def path_of(osc):
    return "".join(partial.findtext("value") for partial in osc.find("path"))


def test_all_that_the_layout_sends_is_taken_at_both_ends_of_its_travel():
    document = ElementTree.fromstring(layout())
    assert document.tag == "lexml" and document.get("version") == "3"
    sending = [osc for osc in document.iter("osc") if osc.findtext("send") == "1"]
    for osc in sending:
        route = look_up(path_of(osc))
        for end in ("scaleMin", "scaleMax"):
            atoms = []
            for partial in osc.find("arguments"):
                is_moved = partial.findtext("type") == "VALUE"
                atom = partial.findtext(end if is_moved else "value")
                is_text = partial.findtext("conversion") == "STRING"
                atoms.append(atom if is_text else float(atom))
            if route.entry.kind != "service":
                command_of(route, atoms)
    moved = {path_of(osc) for osc in sending}
    for name in PART_NAMES:
        assert {f"/amt/part/{name}/mute", f"/amt/part/{name}/level"} <= moved
    wanted = "mood tempo density energy swing transport/play transport/stop panic capture quantise"
    assert {f"/amt/{path}" for path in wanted.split()} <= moved


def test_every_node_has_a_frame_inside_the_face_and_an_id_of_its_own():
    nodes = list(ElementTree.fromstring(layout()).iter("node"))
    assert len({node.get("ID") for node in nodes}) == len(nodes) > 100
    for node in nodes:
        (frame,) = [p for p in node.find("properties") if p.findtext("key") == "frame"]
        x, y, width, height = (int(frame.find("value").findtext(key)) for key in "xywh")
        assert 0 <= x <= x + width <= WIDTH and 0 <= y <= y + height <= HEIGHT
        keys = [p.findtext("key") for p in node.find("properties")]
        assert len(keys) == len(set(keys))


def test_nothing_on_the_face_covers_anything_else():
    frames = [control.frame for control in controls()]
    for index, (x, y, width, height) in enumerate(frames):
        for other_x, other_y, other_width, other_height in frames[index + 1 :]:
            apart = x + width <= other_x or other_x + other_width <= x
            assert apart or y + height <= other_y or other_y + other_height <= y


def test_every_address_on_the_page_of_the_layout_is_in_the_table():
    used = set(re.findall(r"/amt/[\w/*]+", (TOUCHOSC / "README.md").read_text()))
    assert used and used <= ROUTES.keys()


# Every address over the wire: what test_server.py leaves out

SERVICES = {entry.path: entry for entry in ADDRESSES if entry.kind == "service"}
OPTIONALS = {
    entry.path: entry
    for entry in ADDRESSES
    if entry.kind in ("setting", "action") and any(a.optional for a in entry.arguments)
}


async def test_every_service_answers_and_refuses_what_it_does_not_take():
    async with stage(WIDE) as s:
        for path, entry in SERVICES.items():
            atoms = [1] * sum(not argument.optional for argument in entry.arguments)
            if path != "/amt/sync":  # which is what settled() asks
                s.send(path, *atoms)
                answers = [answer[0] for answer in await s.ear.settled(s.port)]
                assert answers and "/amt/fail" not in answers
            for wrong in ([*atoms, *["x"] * 9], ["x" * 600]):
                assert (await s.ask(path, *wrong))[:2] == ("/amt/fail", path)
            for index, argument in enumerate(entry.arguments):
                if argument.kind == "whole":
                    for value, code in (
                        (argument.low - 1, "range"),
                        (argument.high + 1, "range"),
                        ("x", "arguments"),
                    ):
                        asked = await s.ask(path, *([1] * index), value)
                        assert asked[:3] == ("/amt/fail", path, code)


async def test_every_optional_argument_has_its_limits_too():
    async with stage(WIDE) as s:
        for path, entry in OPTIONALS.items():
            for index, argument in enumerate(entry.arguments):
                before = [a.high if a.kind != "text" else "calm" for a in entry.arguments[:index]]
                if argument.kind in ("whole", "real"):
                    for wrong in (argument.low - 1, argument.high + 1):
                        refused = await s.ask(path, *before, wrong)
                        assert refused[:3] == ("/amt/fail", path, "range")
                    assert (await s.ask(path, *before, argument.low))[0] == "/amt/done"
                elif argument.kind == "word":
                    refused = await s.ask(path, *before, "nonsense")
                    assert refused[:3] == ("/amt/fail", path, "arguments")
                    for word in argument.words:
                        assert (await s.ask(path, *before, word))[0] == "/amt/done"
                else:
                    refused = await s.ask(path, *before, "x" * (argument.max_chars + 1))
                    assert refused[:3] == ("/amt/fail", path, "text")
        assert OPTIONALS
