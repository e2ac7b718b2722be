"""The ledger: what was started is ended, and an older note never cuts a newer one."""

from hypothesis import given
from hypothesis import strategies as st

from amt_live.midi.messages import Wire, note_off, note_on
from amt_live.midi.voices import Ledger

# Few channels and pitches, so that keys collide.
KEYS = st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(60, 62))
ACTIONS = st.lists(
    st.one_of(
        KEYS.map(lambda key: ("start", key)),
        st.integers(0, 30).map(lambda index: ("end", index)),
        st.integers(0, 3).map(lambda part: ("end_part", part)),
    ),
    max_size=60,
)


def play(actions):
    """Run actions; returns the ledger, all that was sent, and what a plain model says sounds."""
    ledger, sent, held, started = Ledger(), [], {}, []
    for action, value in actions:
        if action == "start":
            part, channel, pitch = value
            voice, wires = ledger.start(part, channel, pitch, 80)
            started.append(voice)
            held[voice.id] = (part, channel, pitch)
        elif action == "end":
            if not started:
                continue
            voice = started[value % len(started)]
            wires = ledger.end(voice.id)
            held.pop(voice.id, None)
        else:
            wires = ledger.end_part(value)
            held = {key: note for key, note in held.items() if note[0] != value}
        sent += wires
        assert sounding_on_wire(sent) == {note[1:] for note in held.values()}
    return ledger, sent


def sounding_on_wire(wires):
    """The keys left on; fails where ons and offs of one key do not alternate."""
    on = set()
    for wire in wires:
        key = (wire.channel, wire.data[1])
        assert wire.is_note_on != (key in on)
        on ^= {key}
    return on


@given(ACTIONS)
def test_a_key_sounds_exactly_while_a_note_holds_it_and_ons_and_offs_alternate(actions):
    ledger, sent = play(actions)
    sent += ledger.end_all()
    assert sounding_on_wire(sent) == set()
    assert len(ledger) == 0
    assert ledger.end_all() == ()


def test_the_older_notes_end_does_not_cut_the_newer_note():
    ledger = Ledger()
    older, _ = ledger.start(2, 0, 60, 80)
    newer, wires = ledger.start(2, 0, 60, 90)
    assert wires == (Wire(2, note_off(0, 60)), Wire(2, note_on(0, 60, 90)))
    assert ledger.end(older.id) == ()
    assert ledger.end(newer.id) == (Wire(2, note_off(0, 60)),)


def test_ending_a_voice_twice_sends_nothing_the_second_time():
    ledger = Ledger()
    voice, _ = ledger.start(0, 9, 36, 100)
    assert len(ledger.end(voice.id)) == 1
    assert ledger.end(voice.id) == ()
