"""The stream on a real graph in 8 bits, where every last digit counts."""

from dataclasses import replace
from pathlib import Path

from amt_live.engine.model import open_model
from amt_live.engine.moods import MoodDesk
from amt_live.engine.plan import Plan
from amt_live.engine.stream import BEAT_TICKS, Stream
from amt_live.inference.generator import Sampling
from amt_live.music.events import Event, Note

TINY = Path(__file__).parents[2] / "models" / "tiny"
BAR = 4 * BEAT_TICKS


def play(known_at: int, turn_at: int, until: int) -> list[Event]:
    """Bars under one mood, then another that is told when the stream is at ``known_at``."""
    model = open_model(TINY, seed=11)
    model.generator.set_sampling(Sampling(top_p=0.97, guidance=2.0))
    calm, wild = MoodDesk(model.moods, "calm"), MoodDesk(model.moods, "wild")
    stream = Stream(model.generator, Plan(calm.direction()))
    events: list[Event] = []
    told = False
    while stream.horizon_ticks < until or not told:
        if not told and stream.horizon_ticks >= known_at:
            told = True
            direction = replace(wild.direction(), revision=(1, None))
            stream.plan.revise(turn_at, lambda _, to=direction: to)  # type: ignore[misc]
            stream.rewind(turn_at)
            events = [event for event in events if event.start_ticks < turn_at]
        events += stream.advance()
    return [event for event in events if event.start_ticks < until]


def test_a_mood_gives_the_same_notes_known_early_or_late_across_a_full_context() -> None:
    turn_at, until = 9 * BAR + 480, 12 * BAR
    early = play(0, turn_at, until)
    late = play(turn_at + 2 * BAR, turn_at, until)
    assert early == late
    assert len([event for event in early if isinstance(event, Note)]) > 200
    assert early != play(0, turn_at + 480, until)
