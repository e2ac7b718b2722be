"""The figures of ``amt-live bench``: as JSON, and as lines for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from amt_live.benching.band import Costs
from amt_live.inference.bench import Decoding, Step
from amt_live.inference.decoder import CHUNK

PACED_AT: Final = 512


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one run; ``first_note_s`` None where no daemon played it."""

    name: str
    provider: str
    load: float | None
    """Processes that wanted a core when it began, where the system tells."""
    decoding: Decoding
    prefill: dict[int, float]
    embed_ms: float
    first_note_s: float | None
    costs: Costs
    missing_peers: tuple[str, ...] = ()

    @property
    def guided_paced_ms(self) -> float:
        """The step that a band waits for, at 512 positions or the last place measured."""
        place = min(PACED_AT, max(self.decoding.guided))
        return self.decoding.guided[place].paced_ms

    @property
    def ms_per_token(self) -> float:
        """Step and Python around it."""
        return self.guided_paced_ms + self.costs.python_us / 1000

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        peers, peers_ms = self._peers()
        return {
            "model": self.name,
            "provider": self.provider,
            "load": self.load,
            "decode": _by_place(self.decoding.plain),
            "decode_batch2": _by_place(self.decoding.guided),
            "prefill": {
                str(count): {"ms": round(ms, 2), "tokens_per_s": round(count / ms * 1000, 1)}
                for count, ms in self.prefill.items()
            },
            "embed_ms": round(self.embed_ms, 3),
            "first_note_s": None if self.first_note_s is None else round(self.first_note_s, 3),
            "ms_per_note": round(self.costs.tokens_per_note * self.ms_per_token, 3),
            "tokens_per_note": round(self.costs.tokens_per_note, 3),
            "tokens_per_s": round(1000 / self.ms_per_token, 1),
            "python_us": round(self.costs.python_us, 1),
            "python_us_parts": {
                "draw": round(self.costs.draw_us, 1),
                "stream": round(self.costs.stream_us, 1),
                "step": round(self.costs.step_us, 1),
            },
            "peers": peers,
            "peers_ms": peers_ms,
            "peers_missing": list(self.missing_peers),
        }

    def _peers(self) -> tuple[dict[str, dict[str, float]], dict[str, dict[str, list[float]]]]:
        """How many times our step theirs takes, back to back; and their milliseconds."""
        ours = self.decoding.plain
        ratios, times = {}, {}
        for name, row in self.decoding.others.items():
            ratios[name] = {str(at): round(ms[0] / ours[at].ms, 3) for at, ms in row.items()}
            times[name] = {str(at): [round(value, 4) for value in ms] for at, ms in row.items()}
        return ratios, times

    def lines(self) -> list[str]:
        """For people."""
        rows = [
            f"model            {self.name}",
            f"runs on          {self.provider}",
            f"other load       {'not told' if self.load is None else f'{self.load:.1f} processes'}",
            "",
            *_table("a step", self.decoding.plain),
            *_table("a guided pair", self.decoding.guided),
            "",
        ]
        for count, ms in self.prefill.items():
            rows.append(f"prefill of {count:<5} {ms:.1f} ms, in chunks of {CHUNK}")
        costs = self.costs
        share = costs.python_us / 10 / self.guided_paced_ms
        first = self.first_note_s
        note = "not measured" if first is None else f"{first:.2f} s after the start of a daemon"
        rows += [
            f"a mood's text    {self.embed_ms:.1f} ms",
            f"first note       {note}",
            f"Python           {costs.python_us:.0f} us a step, {share:.1f}% of a paced guided "
            f"one: draw {costs.draw_us:.0f}, mask, leaning and notes {costs.stream_us:.0f}, "
            f"inputs {costs.step_us:.0f}",
            f"tokens           {1000 / self.ms_per_token:.0f} a second, guided and paced, "
            f"at {PACED_AT} positions",
            f"a note           {costs.tokens_per_note * self.ms_per_token:.2f} ms "
            f"({costs.tokens_per_note:.2f} tokens)",
        ]
        return [*rows, *self._peer_lines()]

    def _peer_lines(self) -> list[str]:
        if not self.decoding.others and not self.missing_peers:
            return []
        rows = [
            "",
            "the same weights elsewhere, one thread: ms a step, times ours; times ours paced",
        ]
        for name, row in self.decoding.others.items():
            cells = []
            for at, (hot, paced) in row.items():
                ours = self.decoding.plain[at]
                cells.append(
                    f"{hot:7.2f} {hot / ours.ms:5.2f}x {paced / ours.paced_ms:5.2f}x at {at}"
                )
            rows.append(f"{name:<18} {'   '.join(cells)}")
        return [*rows, *self.missing_peers]


def _by_place(steps: Mapping[int, Step]) -> dict[str, dict[str, float]]:
    return {str(place): step.as_dict() for place, step in steps.items()}


def _table(title: str, steps: Mapping[int, Step]) -> list[str]:
    return [
        f"{title:<16} {step.ms:6.2f} ms at {place:<4} positions = {step.ratio:.2f}x the limit of "
        f"{step.limit_ms:.2f} ms ({step.megabytes:.1f} MB read); paced {step.paced_ms:.2f} ms"
        for place, step in steps.items()
    ]
