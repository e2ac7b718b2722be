"""``amt-live doctor``: what works on this machine, what does not, and what to do about it.

Ends with a verdict computed from what was measured; see ``speed`` for the formula.
"""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from amt_live.config import Config, config_path_in_use, load_config
from amt_live.doctor.finding import Finding, look
from amt_live.errors import AmtError, one_line

if TYPE_CHECKING:
    from concurrent.futures import Future

    from amt_live.doctor.speed import Punctuality, Speed

HELP: Final = """exit code: 0, or 1 where something keeps the band from playing

keys of --json:
  verdict    the last line, such as: safe to 180 bpm at density 8; jitter p99 0.4 ms
  can_play   whether nothing vital is missing
  findings   list of name, is_good, is_vital, says, fix; the names are python packages settings
             model encoder midi audio osc folders priority speed jitter offline
  figures    tokens_per_s (guided, paced, 512 positions), step_ms, draw_ms, ms_per_note,
             tokens_per_note, jitter_p50_ms, jitter_p99_ms, headroom, and by density "1" to "8":
             tokens_per_beat, safe_bpm = 60 tokens_per_s / (headroom tokens_per_beat)
figures that could not be measured are left out"""

LATE_MS: Final = 5.0
"""Later than this is heard as sloppy."""

SLOW_BPM: Final = 120


def doctor(say: Callable[[str], None], *, as_json: bool) -> int:
    """Look at everything; exit code 1 when something keeps the band from playing."""
    findings, figures, bpm_says = _examine()
    broken = next((f for f in findings if f.is_vital and not f.is_good), None)
    verdict = bpm_says
    if broken is not None:
        verdict = f"cannot play: {broken.name}: {broken.says}"
        verdict += f"; apart from that {bpm_says}" if bpm_says else ""
    if as_json:
        rows = [
            {"name": f.name, "is_good": f.is_good, "is_vital": f.is_vital, "says": f.says}
            | {"fix": "" if f.is_good else f.fix}
            for f in findings
        ]
        told = {"verdict": verdict, "can_play": broken is None}
        say(json.dumps({**told, "findings": rows, "figures": figures}, indent=2))
    else:
        for finding in findings:
            say(finding.line())
        say(verdict)
    return 0 if broken is None else 1


def _examine() -> tuple[list[Finding], dict[str, Any], str]:
    """Findings in the order in which they are read, figures, and the verdict on speed."""
    from amt_live.doctor import machine

    findings = [
        look("python", machine.look_at_python),
        look("packages", machine.look_at_packages),
    ]
    try:
        config = load_config({}, config_path_in_use())
    except AmtError as error:
        fix = "correct the file or the variable that it names"
        findings.append(Finding("settings", False, str(error), fix, is_vital=True))
        return findings, {}, ""
    findings.append(look("settings", machine.look_at_settings))
    if not findings[1].is_good:
        return findings, {}, ""
    return _examine_playing(config, findings)


def _examine_playing(
    config: Config, findings: list[Finding]
) -> tuple[list[Finding], dict[str, Any], str]:
    from concurrent.futures import ThreadPoolExecutor

    from amt_live.doctor import machine, playing, sound, speed
    from amt_live.midi.ports import list_ports

    with ThreadPoolExecutor(1) as beside:
        # The player is judged while the model works, as on a stage.
        timing = beside.submit(speed.measure_timing)
        found, model = playing.look_at_model(config)
        findings.append(found)
        measured = None
        slow: Finding | None = None
        if model is not None:
            findings.append(look("encoder", lambda: playing.look_at_encoder(model)))
            try:
                measured = speed.measure_speed(model, playing.another_decoder(config, model))
            except Exception as error:
                fix = "amt-live bench shows more"
                slow = Finding("speed", False, one_line(error), fix, is_vital=True)
        systems = list_ports()
        findings.append(look("midi", lambda: sound.look_at_midi(config, systems)))
        findings.append(look("audio", lambda: sound.look_at_audio(systems)))
        findings.append(look("osc", lambda: playing.look_at_osc(config)))
        findings.append(look("folders", lambda: machine.look_at_folders(config)))
        punctual, jitter = _jitter(timing)
    granted = punctual.realtime if punctual else ""
    findings.append(look("priority", lambda: machine.look_at_priority(granted)))
    if measured is not None:
        findings.append(_speed(measured))
    elif slow is not None:
        findings.append(slow)
    findings += [jitter, look("offline", machine.look_at_offline)]
    return findings, _figures(measured, punctual), _verdict(measured, punctual)


def _jitter(timing: "Future[Punctuality]") -> "tuple[Punctuality | None, Finding]":
    from amt_live.doctor.machine import how_to_get_priority

    try:
        punctual = timing.result()
    except Exception as error:
        fix = "amt-live daemon --midi-api null says more"
        return None, Finding("jitter", False, one_line(error), fix, is_vital=True)
    says = f"notes go out late by {punctual.p50_ms:.2f} ms (p50), {punctual.p99_ms:.2f} ms (p99)"
    fix = f"close what else runs, or get priority: {how_to_get_priority()}"
    return punctual, Finding("jitter", punctual.p99_ms <= LATE_MS, says, fix)


def _speed(speed: "Speed") -> Finding:
    from amt_live.tokens.vocabulary import DENSITY_LEVELS

    says = (
        f"{speed.tokens_per_s:.0f} tokens a second, guided and paced, {speed.ms_per_note:.1f} ms a "
        f"note ({speed.tokens_per_note:.2f} tokens); {speed.tokens_per_beat(DENSITY_LEVELS):.0f} "
        f"tokens a beat at density {DENSITY_LEVELS}"
    )
    is_good = speed.safe_bpm(DENSITY_LEVELS) >= SLOW_BPM
    fix = "close what else runs, choose a smaller --model, a slower tempo or a lower density"
    return Finding("speed", is_good, says, fix)


def _figures(speed: "Speed | None", punctual: "Punctuality | None") -> dict[str, Any]:
    from amt_live.doctor.speed import HEADROOM
    from amt_live.tokens.vocabulary import DENSITY_LEVELS

    figures: dict[str, Any] = {"headroom": HEADROOM}
    if speed is not None:
        levels = range(1, DENSITY_LEVELS + 1)
        for name in ("tokens_per_s", "step_ms", "draw_ms", "ms_per_note", "tokens_per_note"):
            figures[name] = round(getattr(speed, name), 3)
        figures["tokens_per_beat"] = {str(n): round(speed.tokens_per_beat(n), 1) for n in levels}
        figures["safe_bpm"] = {str(n): speed.safe_bpm(n) for n in levels}
    if punctual is not None:
        figures["jitter_p50_ms"] = round(punctual.p50_ms, 3)
        figures["jitter_p99_ms"] = round(punctual.p99_ms, 3)
    return figures


def _verdict(speed: "Speed | None", punctual: "Punctuality | None") -> str:
    """The densest music that can be played at all, how fast, and how punctually."""
    from amt_live.tokens.vocabulary import DENSITY_LEVELS

    told: list[str] = []
    if speed is not None:
        safe = [(n, speed.safe_bpm(n)) for n in range(DENSITY_LEVELS, 0, -1)]
        density, bpm = next(((n, b) for n, b in safe if b), (1, 0))
        told.append(f"safe to {bpm} bpm at density {density}" if bpm else "too slow to play")
    if punctual is not None:
        told.append(f"jitter p99 {punctual.p99_ms:.1f} ms")
    return "; ".join(told)
