"""Rows for what the daemon tells: services to a client, readings of the state, and pushes."""

from typing import Final

from amt_live.control.state import BandState, FileState
from amt_live.osc.arguments import Argument, Atom
from amt_live.osc.entries import Address, carried, push


def _armed(state: BandState, _part: str) -> tuple[Atom, ...]:
    if state.armed is None:
        return (0, "", 0, 0.0, 0.0)
    armed = state.armed
    return (armed.id, armed.text, armed.bar, float(armed.beat), float(armed.eta_s))


def _health(state: BandState, _part: str) -> tuple[Atom, ...]:
    health = state.health
    return (
        float(health.horizon_beats),
        float(health.tokens_per_s),
        float(health.lateness_p99_ms),
        health.underruns,
        health.dropped,
        float(health.lateness_p50_ms),
        float(health.lateness_p999_ms),
        health.port_losses,
        health.xruns,
        health.rights,
        health.thinned,
        health.repeated,
        health.held,
    )


def _understood(state: BandState, _part: str) -> tuple[Atom, ...]:
    reading = state.understood
    nearest = ", ".join(reading.nearest)
    return (reading.text, float(reading.valence), float(reading.arousal), nearest)


def _file(file: FileState) -> tuple[Atom, ...]:
    return (file.file, file.line, file.column, file.text, int(file.is_error), file.saves)


_FILE: Final = carried("file$", "line#", "column#", "text$", "is_error#", "saves#")

ROWS: Final[tuple[Address, ...]] = (
    Address(
        "/amt/notify",
        "service",
        "1 sends everything that happens to the asker (or to that port of its machine) for 60 s, "
        "renewed by any message from it; 0 ends that.",
        (
            Argument("on", "whole", 0, 1),
            Argument("port", "whole", 1, 65535, optional=True),
        ),
    ),
    Address("/amt/status", "service", "Sends every value there is, then done.", cost=50),
    Address(
        "/amt/help",
        "service",
        "Sends one line for each address, or for the one that is asked about.",
        (Argument("address", "text", max_chars=128, optional=True),),
        cost=20,
    ),
    Address("/amt/ping", "service", "Answered by /amt/pong with the version of the daemon."),
    Address(
        "/amt/sync",
        "service",
        "Answered by /amt/synced with the same number when all earlier messages have taken effect.",
        (Argument("number", "whole", -(2**31), 2**31 - 1, optional=True, default=0),),
    ),
    Address(
        "/amt/transport/state",
        "reading",
        "What the transport does: stopped, waiting (for a clock), count_in or playing.",
        (Argument("state", "word", words=("stopped", "waiting", "count_in", "playing")),),
        read=lambda state, _part: (state.transport,),
    ),
    Address(
        "/amt/take/state",
        "reading",
        "The take that is being recorded; empty when none is.",
        carried("name$"),
        read=lambda state, _part: (state.take or "",),
    ),
    Address(
        "/amt/scene/list",
        "reading",
        "The names of the scenes, as many arguments as there are scenes.",
        carried("name$"),
        read=lambda state, _part: state.scenes,
        many=True,
    ),
    Address(
        "/amt/styles",
        "reading",
        "The names of the model's styles, as many arguments as there are styles.",
        carried("name$"),
        read=lambda state, _part: state.styles,
        many=True,
    ),
    Address(
        "/amt/set/state",
        "reading",
        "What became of the set list when it was saved last; line and column from 1, 0 for none.",
        _FILE,
        read=lambda state, _part: _file(state.set_list),
    ),
    Address(
        "/amt/rules/state",
        "reading",
        "The same for the rules: that they run, what they print, or why they were rolled back.",
        _FILE,
        read=lambda state, _part: _file(state.rules),
    ),
    Address(
        "/amt/midi/port",
        "reading",
        "The MIDI system and the port that the band plays into.",
        carried("api$", "port$"),
        read=lambda state, _part: (state.midi_api, state.midi_port),
    ),
    Address(
        "/amt/mood/armed",
        "reading",
        "A mood was accepted and waits for this bar and beat; id 0 when none waits.",
        carried("id#", "text$", "bar#", "beat", "eta_s:seconds"),
        read=_armed,
    ),
    Address(
        "/amt/mood/understood",
        "reading",
        "How the armed mood was read, else the one that plays: dark to bright, calm to wild, about "
        "-2 to 2, and the nearest moods and kinds of music.",
        carried("text$", "valence", "arousal", "nearest$"),
        read=_understood,
    ),
    Address(
        "/amt/beat",
        "reading",
        "A beat is passed; both count from 1.",
        carried("bar#", "beat#"),
        read=lambda state, _part: (state.bar, int(state.beat)),
    ),
    Address(
        "/amt/health",
        "reading",
        "How the band is doing, about twice a second.",
        carried(
            "horizon_beats:beats",
            "tokens_per_s:tokens a second",
            "lateness_p99_ms:milliseconds",
            "underruns#",
            "dropped#",
            "lateness_p50_ms:milliseconds",
            "lateness_p999_ms:milliseconds",
            "port_losses#",
            "xruns#",
            "rights$",
            "thinned#",
            "repeated#",
            "held#",
        ),
        read=_health,
    ),
    push(
        "/amt/mood/applied",
        "A mood took effect here.",
        *carried("id#", "text$", "bar#", "beat", "latency_ms:milliseconds"),
    ),
    push("/amt/mood/cancelled", "The armed mood was forgotten.", *carried("id#", "text$")),
    push(
        "/amt/note",
        "A note was sent to the port.",
        *carried("part$", "pitch#", "velocity#", "beats:beats"),
    ),
    push(
        "/amt/decided",
        "A note is decoded and waits: it will be sent so many beats from now, unless it is wiped.",
        *carried("part$", "pitch#", "velocity#", "beats:beats", "in_beats:beats"),
    ),
    push(
        "/amt/wiped",
        "What was decided from so many beats from now on is taken back: it is decoded anew.",
        *carried("in_beats:beats"),
    ),
    push("/amt/error", "Something went wrong while the music goes on.", *carried("why$")),
    push(
        "/amt/startup",
        "The first thing a new listener gets; again after the daemon was restarted.",
        *carried("version$"),
    ),
    push("/amt/shutdown", "The daemon ends."),
    push("/amt/done", "A command was carried out.", *carried("address$")),
    push(
        "/amt/fail",
        "A command was not carried out: one word, and one line that says what to do.",
        *carried("address$", "code$", "why$"),
    ),
    push("/amt/pong", "Answer to ping.", *carried("version$")),
    push("/amt/synced", "Answer to sync.", *carried("number#")),
)
