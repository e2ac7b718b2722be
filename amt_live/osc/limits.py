"""How much one sender may ask for, in one place: the server reads every bound from here.

A performer at full speed stays far below all of them; they exist so that a broken patch, a flood
or a forged datagram costs the music nothing.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is accepted from the wire. Tests make smaller ones."""

    datagram_bytes: int = 8192
    bundle_depth: int = 4
    elements: int = 128
    """Messages and bundles inside one datagram."""
    atoms: int = 256
    address_chars: int = 128
    text_chars: int = 1000
    """Characters of one atom; the address table is stricter for each argument."""

    ahead_s: float = 60.0
    """How far in the future a time tag may lie."""
    timed: int = 1024
    """Messages that may wait for their time tag, all senders together."""
    timed_per_sender: int = 256

    rate_per_s: float = 500.0
    """Messages a second from one sender in the long run ..."""
    burst: int = 1000
    """... and how many at once."""
    all_rate_per_s: float = 600.0
    """Messages a second from all senders of a kind together (see ``RateLimiter``): a flood from
    many places leaves room for a screen and for who has something to say now and then."""
    all_burst: int = 1200
    quiet: int = 60
    """A sender that has spent no more than this of its burst counts as quiet."""
    inbox: int = 1024
    """Datagrams that may wait for their turn; each turn takes ``slice_s``."""
    slice_s: float = 0.001
    """How long messages are carried out at a stretch, so that a panic is never far away ..."""
    pause_s: float = 0.001
    """... and the pause between two such stretches, in which the band has the processor."""
    warnings_per_s: float = 10.0
    """Senders a second that are told that they are cut."""

    leases: int = 32
    lease_s: float = 60.0

    in_flight: int = 256
    """Commands that may be under way at once."""
    execute_s: float = 10.0
    """How long a command may take before its sender is told that it failed."""
