"""Drives a real daemon with the Python client, for the tests: prints what it sees."""

import os
import sys

from amt_live.client import (
    BeatPassed,
    Changed,
    MoodApplied,
    MoodArmed,
    NotePlayed,
    TransportChanged,
    connect,
)

name = os.environ["AMT_LIVE_NAME"]


def say(*words: object) -> None:
    print("said:", *words, flush=True)


def until(address: str, *values: object) -> None:
    """Print what happens up to the mood that is applied, or to a value that has changed."""
    for event in events:
        match event:
            case MoodArmed(_, text, bar, beat):
                say("armed", text, bar, beat)
            case MoodApplied(_, text, bar, beat):
                say("applied", text, bar, beat)
                if (address, text) == ("/amt/mood/applied", *values):
                    return
            case BeatPassed(bar, beat):
                say("beat", bar, beat)
            case NotePlayed(part, pitch):
                say("note", part, pitch)
            case TransportChanged(state):
                if (address, state) == ("/amt/transport/state", *values):
                    return
            case Changed(changed, now):
                if changed == "/amt/tempo":
                    say("tempo", f"{now[0]:g}")
                if (changed, *now) == (address, *values):
                    return
    sys.exit(f"no {address} {values}")


with connect(port=int(os.environ["AMT_LIVE_OSC_PORT"]), timeout_s=30) as band:
    events = band.events(60)
    say("connected")
    if os.environ["AMT_LIVE_MODE"] == "listen":
        until("nothing")
    band.mood(f"{name} waltz", at="beat")
    until("/amt/mood/applied", f"{name} waltz")
    band.tempo(144)
    until("/amt/tempo", 144)
    band.take(f"{name}-take")
    say("take")
    band.end_take()
    band.capture(2, f"{name}-capture")
    say("captured")
    band.panic()
    until("/amt/transport/state", "stopped")
    say("panic stopped")
