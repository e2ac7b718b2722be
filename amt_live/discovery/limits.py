"""How much the network may ask of discovery, in one place; tests make smaller ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of what is accepted over HTTP and WebSocket. A request line or header has 8 KB."""

    connections: int = 64
    """Connections at once, of every kind; more are closed at once."""
    listeners: int = 16
    """WebSockets among them."""
    request_s: float = 5.0
    """How long a request may take to arrive, and an answer to be taken."""
    requests_per_s: float = 50.0
    """Requests a second from one address, in the long run ..."""
    requests_at_once: int = 200
    """... and how many in a burst."""
    message_bytes: int = 8192
    """What one WebSocket message may hold: as much as a datagram to the band."""
    messages_per_s: float = 200.0
    """WebSocket messages a second from one client, in the long run ..."""
    messages_at_once: int = 600
    """... and in a burst: who listens to everything says so in one go."""
    events: int = 256
    """Messages that may wait for a slow client; of values only the newest waits."""
