"""The SuperCollider class and its help file, asked of the real sclang."""

import os
import re
import subprocess
from collections.abc import Callable

import pytest

from patches.making import supercollider
from tests.patches.drivers import PATCHES, block, sclang

ASKED = """
(
var methods = AmtLive.methods.collect(_.name);
var taken = methods.reject { |name|
    Object.findRespondingMethodFor(name).isNil
};
var example = File.readAllString("EXAMPLE");
// One block in parentheses, then lines.
var end = example.find("\\n)\\n") + 2;
var head = example.keep(end), rest = example.drop(end);
var page = File.readAllString("PAGE");
var tree = SCDoc.parseFileFull("HELP");
("methods:" + methods.asArray.collect(_.asString).join(" ")).postln;
("taken:" + taken.asArray.join(" ")).postln;
("help:" + tree.notNil).postln;
("example:" + [head, rest, page].collect { |code| code.compile.notNil }).postln;
0.exit;
)
"""


@pytest.fixture(scope="module")
def answers(
    require_external: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """What sclang says about the class, by the word in front of it."""
    folder = tmp_path_factory.mktemp("sclang")
    script = folder / "ask.scd"
    example = str(PATCHES / "supercollider" / "example.scd")
    page = folder / "page.scd"
    page.write_text(block(PATCHES / "supercollider" / "README.md", "supercollider"))
    named = {"HELP": supercollider.HELP, "EXAMPLE": example, "PAGE": page}
    asked = ASKED
    for name, path in named.items():
        asked = asked.replace(name, str(path))
    script.write_text(asked)
    own = dict.fromkeys(("XDG_CONFIG_HOME", "XDG_DATA_HOME"), str(folder))
    quiet = {"QT_QPA_PLATFORM": "offscreen", "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    done = subprocess.run(
        [*sclang(require_external("sclang"), folder), str(script)],
        env={**os.environ, **own, **quiet},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    said = dict(line.split(":", 1) for line in done.stdout.splitlines() if ": " in line)
    assert "help" in said, done.stdout
    said["everything"] = done.stdout
    return said


def test_the_class_compiles_without_a_warning(answers: dict[str, str]) -> None:
    assert "ERROR" not in answers["everything"]
    assert "WARNING" not in answers["everything"]


def test_every_address_has_a_method_that_no_other_object_has(answers: dict[str, str]) -> None:
    methods = set(answers["methods"].split())
    assert {supercollider.method_name(entry) for entry in supercollider.ENTRIES} <= methods
    taken = set(answers["taken"].split())
    assert taken & {supercollider.method_name(entry) for entry in supercollider.ENTRIES} == set()
    assert taken == {"stop"}  # of Object it does nothing


def test_sclang_reads_the_help_file_and_it_tells_of_every_method(answers: dict[str, str]) -> None:
    assert answers["help"].strip() == "true"
    page = supercollider.HELP.read_text()
    private = re.findall(r"\w+", re.findall(r"PRIVATE:: (.+)", page)[0])
    told = {*re.findall(r"METHOD:: (\w+)", page), *private}
    methods = {name.rstrip("_") for name in answers["methods"].split()}
    assert methods - {name.rstrip("_") for name in told} == set()


def test_the_example_and_the_lines_of_the_page_compile(answers: dict[str, str]) -> None:
    assert answers["example"].strip() == "[ true, true, true ]"
