"""The demo into a file, where nothing can be heard: the set list on a clock that does not tick.

The same runner that plays set lists counts the bars here, and the same commands reach the same
band; only the time between them is left out.
"""

from collections.abc import Callable
from pathlib import Path

from amt_live.control.commands import Command
from amt_live.control.state import BeatPassed, Notice, TransportChanged
from amt_live.demo.script import Script, Teller
from amt_live.engine.model import open_model
from amt_live.livecode.runner import Runner
from amt_live.livecode.setlist import SetList
from amt_live.livecode.statements import Command as Line
from amt_live.midi.smf import write
from amt_live.offline import Request, Stage, Take
from amt_live.osc.arguments import Atom
from amt_live.osc.routing import command_of, look_up

Say = Callable[[str], None]


class Follower:
    """Plays a set list to a band that tells its beats; see ``offline.Follow``. Thread: one."""

    def __init__(self, script: Script, say: Say) -> None:
        self._asked: list[Command] = []
        self._runner = Runner(self._send)
        self._teller = Teller(script)
        self._say = say
        SetList(self._runner, "set").save(script.text)

    def __call__(self, notice: Notice | None) -> list[Command]:
        """What is to be done now; None is asked before the first note."""
        match notice:
            case BeatPassed(bar=bar, beat=beat):
                self._runner.hear("/amt/beat", (bar, beat))
                for line in self._teller.reach(bar):
                    self._say(line)
            case TransportChanged(state=state):
                self._runner.hear("/amt/transport/state", (state,))
        asked, self._asked = self._asked, []
        return asked

    def _send(self, address: str, atoms: tuple[Atom, ...], line: Line) -> None:
        del line
        self._asked.append(command_of(look_up(address), atoms))


def play_script(model_folder: Path, script: Script, seed: int, say: Say) -> Take:
    """Play a set list to its last bar, faster than real time. Raises AmtError."""
    stage = Stage(open_model(model_folder, seed))
    return stage.play(Request("", seed, script.bars), follow=Follower(script, say))


def render_demo(model_folder: Path, script: Script, seed: int, out: Path, say: Say) -> Path:
    """The demo as a MIDI file, and beside it as sound where ``out`` is a sound file.

    Returns what was written last. Raises AmtError.
    """
    take = play_script(model_folder, script, seed, say)
    midi = out.with_suffix(".mid")
    write(take.song, midi)
    say(f"{midi}: {len(take.notes)} notes, {take.duration_s:.0f} s of music")
    return midi
