"""The snippets for Sonic Pi and TidalCycles, as far as they can be tried without the programs.

Each message that they send is sent to a real OSC server; their Ruby is checked by the real Ruby.
"""

import ast
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from amt_live.osc.client import OscClient
from tests.osc.band import stage
from tests.patches.drivers import block

PATCHES = Path(__file__).parents[2] / "patches"
SONIC_PI = PATCHES / "sonic-pi" / "amt-live.rb"
TIDAL = PATCHES / "tidal" / "amt-live.hs"

# What a pattern would put into a shape of Tidal's, by the name of its argument.
IN_A_PATTERN = {
    **{"mood": "storm", "bpm": 120.0, "density": 0.5, "energy": 0.5, "swing": 0.2, "key": "Dm"},
    **{"drumsoff": 1, "bassoff": 0, "keepbars": 16, "panic": 1},
}

Said = tuple[str, tuple[str | float, ...]]


def said_by_sonic_pi() -> list[Said]:
    """Every ``osc`` line, also those in comments; what is worked out there is one number here."""
    text = SONIC_PI.read_text().replace("cycle.tick", '"storm"')
    lines = re.findall(r"^\W*osc (\".+)$", re.sub(r"rrand\([^)]*\)", "0.5", text), re.M)
    values = [ast.literal_eval(f"({line},)") for line in lines]
    return [(address, tuple(atoms)) for address, *atoms in values]


def said_by_tidal() -> list[Said]:
    """Every shape, its arguments filled as a pattern would."""
    shapes = re.findall(r'OSC "([^"]+)" \$ ArgList \[(.*?)\]', TIDAL.read_text())
    said = []
    for address, arguments in shapes:
        names = re.findall(r'\("(\w+)", (?:Nothing|Just \$ VS "([^"]+)")\)', arguments)
        said.append((address, tuple(default or IN_A_PATTERN[name] for name, default in names)))
    return said


async def test_every_message_of_the_snippets_is_understood() -> None:
    messages = [*said_by_sonic_pi(), *said_by_tidal()]
    assert len(said_by_sonic_pi()) > 10 and len(said_by_tidal()) == len(IN_A_PATTERN)
    async with stage() as s:
        client = OscClient("127.0.0.1", s.port)
        await client.connect()
        for address, atoms in messages:
            if address in ("/amt/notify", "/amt/take/stop"):
                continue  # another listener's port; nothing is being recorded here
            reply = await client.request(address, *atoms)
            assert reply.ok, (address, atoms, reply)
        await client.close()


def test_every_name_in_a_pattern_of_the_page_is_one_of_a_shape() -> None:
    page = (PATCHES / "tidal" / "README.md").read_text() + TIDAL.read_text()
    assert set(re.findall(r'p[SFI] "(\w+)"', page)) <= {*IN_A_PATTERN, "at"}


def test_node_reads_the_lines_of_its_page(
    require_external: Callable[[str], str], tmp_path: Path
) -> None:
    lines = tmp_path / "page.mjs"
    lines.write_text(block(PATCHES / "node" / "README.md", "js"))
    command = [require_external("node"), "--check", str(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_python_reads_the_bridge_to_live() -> None:
    compile(block(PATCHES / "ableton" / "README.md", "python"), "ableton", "exec")


def test_ruby_reads_the_snippet_for_sonic_pi(require_external: Callable[[str], str]) -> None:
    ruby = require_external("ruby")
    done = subprocess.run([ruby, "-wc", str(SONIC_PI)], capture_output=True, text=True, check=False)
    assert "Syntax OK" in done.stdout, done.stderr
