"""Commands to actions of the band. Thread: engine.

Ranges are checked here again, because what is out of range here would stop the music later.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, Final

from amt_live.control.commands import (
    MAX_GLIDE_BARS,
    MAX_LATENCY_MS,
    MAX_MOOD_CHARS,
    BlendMood,
    CancelMood,
    Capture,
    ClearBank,
    Command,
    CueScene,
    DeleteScene,
    GlideMood,
    Panic,
    RecallBank,
    SaveScene,
    SendClock,
    SetChords,
    SetClock,
    SetKey,
    SetKnob,
    SetLate,
    SetLatency,
    SetModel,
    SetMood,
    SetPart,
    SetQuantise,
    SetSampling,
    SetSeed,
    SetStyle,
    SetTempo,
    StartTake,
    StopTake,
    StoreBank,
    Transport,
    UndoMood,
)
from amt_live.control.hands import CancelCall, StartCall
from amt_live.control.leans import Lean
from amt_live.engine.band import Band
from amt_live.engine.harmony import parse_chords, parse_key
from amt_live.engine.meters import place
from amt_live.engine.recipes import blended, plain
from amt_live.engine.ruled import lean
from amt_live.engine.scenes import SceneDesk, level_of
from amt_live.engine.swapping import SwapDesk
from amt_live.engine.takes import TakeDesk
from amt_live.errors import UsageError
from amt_live.music.keys import key_name
from amt_live.music.timeline import MAX_BPM, MIN_BPM
from amt_live.text.styles import find_style

_SAMPLING_RANGES: Final = {
    "temperature": (0.1, 2.0),
    "top_p": (0.05, 1.0),
    "top_k": (0, 512),
    "guidance": (0.0, 5.0),
}


class Controls:
    """Carries out commands; raises AmtError for what cannot be done."""

    def __init__(
        self,
        band: Band,
        takes: TakeDesk,
        scenes: SceneDesk | None = None,
        swaps: SwapDesk | None = None,
    ) -> None:
        self._band = band
        self._takes = takes
        scenes = scenes or SceneDesk(band)
        self._swaps = swaps or SwapDesk(band, None, lambda work: work())
        self._actions: dict[type, Callable[[Any], object]] = {
            SetMood: self._mood,
            SetStyle: self._style,
            BlendMood: self._blend,
            GlideMood: self._glide,
            CancelMood: lambda _: self._cancel(),
            UndoMood: lambda _: self._undo(),
            SetQuantise: self._quantise,
            SetTempo: self._tempo,
            SetClock: lambda command: band.clocking.follow(command.source),
            SendClock: lambda command: band.send_clock(command.is_on),
            Transport: self._transport,
            SetLate: lambda command: band.lateness.choose(command.policy),
            SetLatency: self._latency,
            Panic: lambda _: self._panic(),
            SetModel: self._model,
            SetSeed: self._seed,
            SetSampling: self._sampling,
            SetPart: self._part,
            SetKnob: self._knob,
            SetKey: self._key,
            SetChords: self._chords,
            SaveScene: lambda command: scenes.save(command.name),
            CueScene: lambda command: scenes.cue(command.name, command.when),
            DeleteScene: lambda command: scenes.delete(command.name),
            StoreBank: lambda command: band.banks.store(command.number, command.when),
            RecallBank: self._recall,
            ClearBank: lambda command: band.banks.clear(command.number),
            StartTake: lambda command: self._takes.start(band, command.name),
            StopTake: lambda _: self._takes.stop(band),
            StartCall: lambda command: band.calling.start(command),
            CancelCall: lambda _: band.calling.cancel(),
            Lean: lambda command: lean(band, command.bar, command.leans),
            Capture: lambda command: self._takes.capture(band, command.bars, command.name),
        }

    def execute(self, command: Command) -> "Future[object] | None":
        """Carry out one command; a future for one that goes on beside the music."""
        self._band.follow()
        outcome = self._actions[type(command)](command)
        self._band.publish_state()
        self._band.tape.asked(command)
        if isinstance(outcome, Future) and outcome.done():
            outcome.result()
            return None
        return outcome if isinstance(outcome, Future) else None

    def _mood(self, command: SetMood) -> None:
        self._band.arming.arm(self._band.moods.read(plain(_text(command.text))), command.when)

    def _style(self, command: SetStyle) -> None:
        text = find_style(self._band.styles, command.style).text
        self._band.arming.arm(self._band.moods.read(plain(text)), command.when)

    def _blend(self, command: BlendMood) -> None:
        self._band.arming.arm(self._band.moods.read(blended(command.texts)), command.when)

    def _glide(self, command: GlideMood) -> None:
        if not 1 <= command.bars <= MAX_GLIDE_BARS:
            raise UsageError(f"a glide of {command.bars} bars is outside 1-{MAX_GLIDE_BARS}")
        self._band.arming.arm_glide(plain(_text(command.text)), command.bars, command.when)

    def _cancel(self) -> None:
        if not self._band.arming.disarm():
            raise UsageError("no mood is armed")

    def _undo(self) -> None:
        moods = self._band.moods
        previous = moods.previous()
        if previous is None:
            raise UsageError("no mood was played before this one")
        self._band.arming.arm(replace(previous, id=moods.new_id(), step=0), None, is_undo=True)

    def _quantise(self, command: SetQuantise) -> None:
        self._band.quantise = command.when

    def _tempo(self, command: SetTempo) -> None:
        if not MIN_BPM <= command.bpm <= MAX_BPM:
            raise UsageError(f"tempo {command.bpm:g} is outside {MIN_BPM:g}-{MAX_BPM:g} bpm")
        if not self._band.clocking.take_tempo(command.bpm):
            self._band.set_tempo(command.bpm, command.glide_beats)

    def _transport(self, command: Transport) -> None:
        if command.action == "stop":
            self._band.clocking.asked_to_stop()
        else:
            self._band.clocking.asked_to_play()
        match command.action:
            case "play":
                self._band.play()
            case "count_in":
                self._band.play(count_in=True)
            case "continue":
                self._band.resume()
            case "stop":
                self._band.stop()

    def _panic(self) -> None:
        self._band.output.panic()
        self._band.stop()

    def _latency(self, command: SetLatency) -> None:
        if not abs(command.latency_ms) <= MAX_LATENCY_MS:
            why = f"{command.latency_ms:g} ms is outside {-MAX_LATENCY_MS:g}-{MAX_LATENCY_MS:g} ms"
            raise UsageError(why)
        self._band.set_latency(command.latency_ms)

    def _model(self, command: SetModel) -> "Future[None]":
        armed = self._band.moods.armed
        if armed is not None and armed.bank is not None:
            raise UsageError("a bank is about to be recalled; ask again when it plays")
        return self._swaps.swap(command.name, command.when)

    def _recall(self, command: RecallBank) -> None:
        if self._swaps.is_busy:
            raise UsageError("another model is on its way; ask again in a moment")
        self._band.banks.recall(command.number, command.when)

    def _seed(self, command: SetSeed) -> None:
        self._band.set_seed(command.seed)

    def _sampling(self, command: SetSampling) -> None:
        low, high = _SAMPLING_RANGES[command.name]
        if not low <= command.value <= high:
            raise UsageError(f"{command.name} {command.value:g} is outside {low:g}-{high:g}")
        values: dict[str, Any] = {command.name: command.value}
        if command.name == "top_k":
            values[command.name] = int(command.value)
        self._band.set_sampling(replace(self._band.sampling, **values))

    def _part(self, command: SetPart) -> None:
        band = self._band
        band.parts.set(command, band.output)
        if command.field == "program":
            band.pin(dict(band.parts.programs_by_hand))
            # A mood that is decoded already may hold another sound for this part.
            band.go_back(band.next_bar_ticks())

    def _knob(self, command: SetKnob) -> None:
        if command.value is not None and not 0 <= command.value <= 1:
            raise UsageError(f"{command.name} {command.value:g} is outside 0-1")
        if command.name == "swing":
            self._band.set_swing(command.value)
            return
        if command.name == "energy":
            self._band.arming.set_energy(command.value)
            return
        self._band.density = command.value
        level = level_of(command.value)
        self._band.arming.direct(lambda direction: replace(direction, density=level))

    def _key(self, command: SetKey) -> None:
        key = None if command.key is None else parse_key(command.key)
        self._band.key = None if key is None else key_name(key)
        self._band.arming.direct(lambda direction: replace(direction, key=key))

    def _chords(self, command: SetChords) -> None:
        chords = () if command.chords is None else parse_chords(command.chords)
        self._band.chords = command.chords
        first, _ = place(self._band.stream, self._band.next_bar_ticks())
        self._band.arming.direct(lambda d: replace(d, chords=chords, chords_from_bar=first - 1))


def _text(words: str) -> str:
    text = " ".join(words.split())
    if not text:
        raise UsageError("the mood is empty; type a few words, such as: calm piano ballad")
    if len(text) > MAX_MOOD_CHARS:
        raise UsageError(f"the mood has {len(text)} characters; {MAX_MOOD_CHARS} is the most")
    return text
