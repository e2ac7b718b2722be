"""Opens the desk of hands beside a band: the daemon's few lines. Nothing is heard before it is
wanted."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from amt_live import paths
from amt_live.config import Config
from amt_live.engine.engine import Engine
from amt_live.midi.output import NotesSent, PlayerReport, PortOpened
from amt_live.midi.player_process import PlayerProcess
from amt_live.midi_in.controller_file import ControllerFile
from amt_live.midi_in.desk import HandsDesk
from amt_live.midi_in.listening import HandsProcess
from amt_live.music.parts import PARTS

MAKE_ONE: Final = "new"


class Hands:
    """The desk of a running band, and the process that it hears through."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        player: PlayerProcess,
        complain: Callable[[str], None],
    ) -> None:
        named = config.controllers
        path = paths.controllers_file() if named is None else Path(named).expanduser()
        self._engine = engine
        self.desk = HandsDesk(
            engine.submit,
            engine.on_played,
            player.send_on,
            lambda: engine.state,
            complain,
            ControllerFile(path),
            thru=config.thru == "on",
        )
        port = None if config.midi_in == MAKE_ONE else config.midi_in
        self._process = HandsProcess(
            self.desk.take_in, lambda: player.opened.own, config.midi_api, port
        )
        is_silent = config.midi_api == "null"
        self.desk.attach(self._process, is_wanted=config.midi_in is not None and not is_silent)

    def also(self, then: Callable[[PlayerReport], None]) -> Callable[[PlayerReport], None]:
        """A taker of the player's reports that hands them on to ``then``. Thread: reports."""

        def take_in(report: PlayerReport) -> None:
            self._mind(report)
            then(report)

        return take_in

    def _mind(self, report: PlayerReport) -> None:
        if isinstance(report, NotesSent):
            channels = {part.name: part.channel - 1 for part in self._engine.state.parts}
            notes = ((channels.get(PARTS[n.part].name, 0), n) for n in report.notes)
            self.desk.sent([(channel, note.pitch, note.velocity) for channel, note in notes])
        elif isinstance(report, PortOpened):
            self._process.tell_own()

    def close(self) -> None:
        """Hear no more."""
        self._process.close()
