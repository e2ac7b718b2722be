"""What stands between the wire and the band: rate limits, the inbox, the queue of time tags.

All live on the server's loop. Invariant: none grows beyond its limit, and nothing in any of them
makes a panic wait.
"""

import heapq
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from amt_live.osc.codec import Message
from amt_live.osc.limits import Limits

Sender = tuple[str, int]
"""Host and port of whoever sent a datagram."""

_REMEMBERED_SENDERS: Final = 512
_WARNING_PAUSE_S: Final = 1.0


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_s: float
    warned_s: float = -1e9

    def spend(self, cost: float, rate_per_s: float, burst: float, now_s: float) -> bool:
        """Whether there is so much left; then it is taken."""
        self.tokens = min(burst, self.tokens + (now_s - self.at_s) * rate_per_s)
        self.at_s = now_s
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True


class RateLimiter:
    """Token buckets: one for each sender, and one for each kind of sender, which they share.

    Kinds are those that listen, those that sent next to nothing lately, and the rest: a flood, from
    however many places, is the rest, and the first message of a performer gets past it.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buckets: OrderedDict[Sender, _Bucket] = OrderedDict()
        now_s = time.perf_counter()
        self._strangers = _Bucket(limits.all_burst, now_s)
        self._quiet = _Bucket(limits.all_burst, now_s)
        self._listeners = _Bucket(limits.all_burst, now_s)
        self._warnings = _Bucket(limits.warnings_per_s, now_s)

    def admit(
        self, sender: Sender, now_s: float, cost: int = 1, *, is_listener: bool = False
    ) -> bool:
        """Whether ``sender`` may spend ``cost`` messages now."""
        limits = self._limits
        bucket = self._buckets.get(sender)
        if bucket is None:
            bucket = self._buckets[sender] = _Bucket(limits.burst, now_s)
            if len(self._buckets) > _REMEMBERED_SENDERS:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(sender)
        if not bucket.spend(cost, limits.rate_per_s, limits.burst, now_s):
            return False
        is_quiet = bucket.tokens >= limits.burst - limits.quiet
        shared = self._strangers
        if is_listener or is_quiet:
            shared = self._listeners if is_listener else self._quiet
        return shared.spend(cost, limits.all_rate_per_s, limits.all_burst, now_s)

    def should_warn(self, sender: Sender, now_s: float) -> bool:
        """Whether to tell a sender that it is cut: once a second, lest the answers flood too."""
        bucket = self._buckets.get(sender)
        if bucket is None or now_s - bucket.warned_s < _WARNING_PAUSE_S:
            return False
        most = self._limits.warnings_per_s
        if not self._warnings.spend(1, most, most, now_s):
            return False
        bucket.warned_s = now_s
        return True


@dataclass(order=True, slots=True)
class _Timed:
    at_s: float
    number: int
    message: Message = field(compare=False)
    sender: Sender = field(compare=False)


class TimedQueue:
    """Messages that wait for their time tag, earliest first, equal ones in order of arrival."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._heap: list[_Timed] = []
        self._of_sender: Counter[Sender] = Counter()
        self._count = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, message: Message, sender: Sender, at_s: float) -> bool:
        """Keep a message until ``at_s``; False when there is no room (for this sender)."""
        limits = self._limits
        full = len(self._heap) >= limits.timed
        if full or self._of_sender[sender] >= limits.timed_per_sender:
            return False
        self._of_sender[sender] += 1
        self._count += 1
        heapq.heappush(self._heap, _Timed(at_s, self._count, message, sender))
        return True

    @property
    def next_s(self) -> float | None:
        """When the earliest message is due; None when none waits."""
        return self._heap[0].at_s if self._heap else None

    def due(self, now_s: float) -> Iterator[tuple[Message, Sender]]:
        """Take out, in order, what is due by now."""
        while self._heap and self._heap[0].at_s <= now_s:
            timed = heapq.heappop(self._heap)
            self._of_sender[timed.sender] -= 1
            if not self._of_sender[timed.sender]:
                del self._of_sender[timed.sender]
            yield timed.message, timed.sender
