"""The band as one immutable value, for every reader.

Thread: engine.
"""

from typing import TYPE_CHECKING

from amt_live.control.state import ArmedMood, BandState
from amt_live.engine.meters import place
from amt_live.engine.understood import understood

if TYPE_CHECKING:
    from amt_live.engine.band import Band


def snapshot_of(band: "Band") -> BandState:
    """Everything that a screen shows, now."""
    position = band.playhead_ticks
    bar, beat = place(band.stream, position)
    armed = band.moods.armed
    reading = band.moods.current if armed is None else armed.reading
    return BandState(
        transport=band.transport.state,
        mood=band.moods.current.text,
        armed=_armed(band),
        quantise=band.quantise,
        tempo_bpm=band.transport.tempo_bpm,
        position_ticks=position,
        bar=bar,
        beat=beat,
        seed=band.seed,
        sampling=band.sampling,
        parts=band.parts.states,
        knobs=(
            ("swing", band.swing),
            ("density", band.density),
            ("energy", band.moods.energy),
        ),
        key=band.key,
        chords=band.chords,
        take=band.take,
        model=band.model,
        midi_api=band.midi_api,
        midi_port=band.midi_port,
        late=band.lateness.policy,
        latency_ms=band.latency_ms,
        health=band.health.health(band.horizon_beats()),
        clock=band.clocking.source,
        clock_state=band.clocking.state,
        clock_peers=band.clocking.peers,
        sends_clock=band.sends_clock,
        scenes=band.scene_names,
        banks=band.banks.numbers,
        styles=band.style_names,
        call=band.calling.state,
        understood=understood(reading.text, reading.mood.attributes),
    )


def _armed(band: "Band") -> ArmedMood | None:
    armed = band.moods.armed
    if armed is None:
        return None
    bar, beat = place(band.stream, armed.at_ticks)
    eta_s = max(band.transport.seconds_until(armed.at_ticks), 0.0)
    return ArmedMood(armed.reading.id, armed.reading.text, armed.at_ticks, bar, beat, eta_s)
