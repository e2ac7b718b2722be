"""The token stream keeps every note within the grid's rounding, and never leaves its grammar."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amt_live.music.parts import PARTS
from amt_live.tokens import grammar
from amt_live.tokens import vocabulary as v
from amt_live.tokens.decode import GridNote, note_of
from amt_live.tokens.encode import GridBar, encode, encode_bar, snap


@st.composite
def notes(draw: st.DrawFn, bar_steps: int) -> GridNote:
    position = draw(st.sampled_from([p for p in v.POSITIONS if p < bar_steps]))
    part = draw(st.sampled_from(range(len(PARTS))))
    pitch = draw(st.sampled_from(v.DRUM_PITCHES) if part == 0 else st.integers(0, 127))
    return GridNote(position, part, pitch, draw(st.integers(1, 127)), draw(st.integers(1, 300)))


@st.composite
def bars(draw: st.DrawFn) -> GridBar:
    steps = draw(st.sampled_from(v.BAR_STEPS))
    chord = st.one_of(st.none(), st.tuples(st.integers(0, 11), st.integers(0, 11)))
    return GridBar(
        steps,
        tuple(draw(st.lists(notes(steps), max_size=12))),
        draw(st.one_of(st.none(), st.integers(0, 23))),
        draw(st.one_of(st.none(), st.integers(0, 7))),
        tuple(draw(st.lists(chord, max_size=2))),
    )


def decode(ids: list[int]) -> list[list[GridNote]]:
    state = grammar.START
    decoded: list[list[GridNote]] = []
    for token in ids:
        note = note_of(state, token)
        state = grammar.advance(state, token)
        if state.phase is grammar.Phase.BAR:
            decoded.append([])
        if note:
            decoded[-1].append(note)
    return decoded


@given(st.lists(bars(), min_size=1, max_size=4))
def test_encode_then_decode_keeps_every_note_within_the_rounding(music: list[GridBar]) -> None:
    for bar, got in zip(music, decode(encode(music)), strict=True):
        wanted = {(n.position, n.part, n.pitch): n for n in bar.notes}
        assert {(n.position, n.part, n.pitch) for n in got} == set(wanted)
        assert len(got) == len(wanted)
        for note in got:
            sources = [n for n in bar.notes if n[:3] == note[:3]]
            levels = {v.velocity_level(n.velocity) for n in sources}
            assert v.velocity_level(note.velocity) == max(levels)
            if note.part != 0:
                lengths = {v.DURATIONS[v.nearest_duration(n.duration)] for n in sources}
                assert note.duration in lengths


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32))
def test_every_draw_that_the_grammar_allows_can_be_decoded(seed: int) -> None:
    draw = random.Random(seed)
    state, at_position, started = grammar.START, set[tuple[int, int]](), -1
    for _ in range(300):
        choices = [t for first, end in grammar.allowed(state) for t in range(first, end)]
        choices = [t for t in choices if t not in grammar.forbidden(state)]
        assert choices, "the grammar leads into a dead end"
        assert len(choices) == len(set(choices)) and max(choices) < v.USED
        token = draw.choice(choices)
        note = note_of(state, token)
        before = state
        state = grammar.advance(state, token)
        if state.phase is grammar.Phase.POSITION:
            assert state.position > before.position
            at_position = set()
        if note:
            assert (note.part, note.pitch) not in at_position, "a pitch twice at one position"
            at_position.add((note.part, note.pitch))
            assert len(at_position) <= grammar.MAX_NOTES_PER_POSITION
            started = note.position
    assert started >= 0


@given(st.lists(bars(), min_size=1, max_size=3))
def test_what_is_encoded_is_what_the_mask_allows(music: list[GridBar]) -> None:
    state = grammar.START
    for token in encode(music):
        assert any(first <= token < end for first, end in grammar.allowed(state))
        assert token not in grammar.forbidden(state)
        state = grammar.advance(state, token)


def test_caps_leave_out_the_softest_notes() -> None:
    crowd = tuple(GridNote(0, 2, 40 + i, 40 + 4 * i, 12) for i in range(12))
    (kept,) = decode(encode_bar(GridBar(48, crowd)))
    assert len(kept) == grammar.MAX_NOTES_PER_GROUP
    gone = [n for n in crowd if n.pitch not in {k.pitch for k in kept}]
    level = v.velocity_level
    assert max(level(n.velocity) for n in gone) <= min(level(n.velocity) for n in kept)


def test_a_mood_may_be_set_between_positions_and_nowhere_inside_a_group() -> None:
    ids = encode_bar(GridBar(48, (GridNote(0, 2, 60, 80, 12), GridNote(12, 2, 62, 80, 12))))
    state = grammar.START
    for token in ids[:6]:
        state = grammar.advance(state, token)
    after = grammar.advance(state, v.MOOD)
    assert after.position == 0
    with pytest.raises(ValueError, match="POSITION_0"):
        grammar.advance(after, v.position_id(0))
    assert grammar.advance(after, v.position_id(12)).position == 12
    in_group = grammar.advance(grammar.advance(after, v.position_id(12)), v.part_velocity_id(2, 3))
    with pytest.raises(ValueError, match="MOOD"):
        grammar.advance(in_group, v.MOOD)


@given(st.integers(0, 71))
def test_snapping_moves_by_one_step_at_most(step: int) -> None:
    assert abs(snap(step) - step) <= 1
    assert snap(step) % 12 in (0, 3, 4, 6, 8, 9)


def test_the_table_has_one_id_for_each_name_and_stays_within_the_model() -> None:
    names = [v.name(token) for token in range(v.SIZE)]
    assert len(set(names)) == v.SIZE == 512
    assert v.USED <= v.SIZE
    assert len(v.fingerprint()) == 64
    assert v.name(v.chord_ids(2, 4)[1]) == "QUALITY_m7"
    assert v.name(v.drum_id(36)) == "DRUM_36"
    assert v.name(v.part_velocity_id(2, 5)) == "piano_V5"
