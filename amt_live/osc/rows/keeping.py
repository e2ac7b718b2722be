"""Rows for what is kept: scenes, takes and captures."""

from collections.abc import Sequence
from typing import Final

from amt_live.control.commands import (
    MAX_CAPTURE_BARS,
    MAX_NAME_CHARS,
    MAX_SCENES,
    Capture,
    CueScene,
    DeleteScene,
    SaveScene,
    SetModel,
    StartTake,
    StopTake,
)
from amt_live.osc.arguments import Argument, Atom
from amt_live.osc.entries import Address, number, when_of
from amt_live.osc.words import bare_name, scene_name

_SCENE: Final = Argument("name", "text", max_chars=MAX_NAME_CHARS)


def _cue(_part: str, values: Sequence[Atom | None]) -> CueScene:
    name, when = values
    return CueScene(scene_name(str(name)), when_of(when))


def _take(_part: str, values: Sequence[Atom | None]) -> StartTake:
    return StartTake(None if values[0] is None else bare_name(str(values[0])))


def _capture(_part: str, values: Sequence[Atom | None]) -> Capture:
    name = None if values[1] is None else bare_name(str(values[1]))
    return Capture(int(number(values[0])), name)


def _model(_part: str, values: Sequence[Atom | None]) -> SetModel:
    name, when = values
    return SetModel(bare_name(str(name)), when_of(when))


ROWS: Final[tuple[Address, ...]] = (
    Address(
        "/amt/model",
        "setting",
        "The model that plays, by its folder's bare name. Another one is opened beside the music "
        "and plays from a bar line on; a bad one changes nothing.",
        (Argument("name", "text", max_chars=MAX_NAME_CHARS, default=""),),
        _model,
        lambda state, _part: (state.model,),
        takes_when=True,
        cost=50,
    ),
    Address(
        "/amt/scene/save",
        "action",
        f"Keep all that is set now (mood, tempo, controls, sampling, parts); {MAX_SCENES} at most.",
        (_SCENE,),
        lambda _part, values: SaveScene(scene_name(str(values[0]))),
    ),
    Address(
        "/amt/scene/cue",
        "action",
        "Set all of a scene at the next boundary: it is armed and cancelled like a mood.",
        (_SCENE,),
        _cue,
        takes_when=True,
    ),
    Address(
        "/amt/scene/delete",
        "action",
        "Forget a scene.",
        (_SCENE,),
        lambda _part, values: DeleteScene(scene_name(str(values[0]))),
    ),
    Address(
        "/amt/take/start",
        "action",
        "Record what is sent to the port, into the takes folder; a bare name or none.",
        (Argument("name", "text", max_chars=MAX_NAME_CHARS, optional=True),),
        _take,
    ),
    Address(
        "/amt/take/stop", "action", "End the recording and write it.", make=lambda *_: StopTake()
    ),
    Address(
        "/amt/capture",
        "action",
        "Write the last bars, and the one in progress, into the takes folder, "
        "though nothing was recording; a bare name or none.",
        (
            Argument("bars", "whole", 1, MAX_CAPTURE_BARS, unit="bars"),
            Argument("name", "text", max_chars=MAX_NAME_CHARS, optional=True),
        ),
        _capture,
        cost=20,
    ),
)
