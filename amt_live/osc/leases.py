"""Who gets pushes, and for how long: subscriptions that expire unless their owner keeps talking."""

from dataclasses import dataclass

from amt_live.osc.guards import Sender
from amt_live.osc.limits import Limits


@dataclass(slots=True)
class _Lease:
    owner: Sender
    until_s: float


class Leases:
    """Targets of pushes. A target is its owner itself, or another port of the owner's machine."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._leases: dict[Sender, _Lease] = {}

    def __len__(self) -> int:
        return len(self._leases)

    def grant(self, owner: Sender, port: int | None, now_s: float) -> tuple[Sender, bool] | None:
        """Lease pushes: the target and whether it is new; None when there is no room."""
        target = owner if port is None else (owner[0], port)
        self.expire(now_s)
        is_new = target not in self._leases
        if is_new and len(self._leases) >= self._limits.leases:
            return None
        self._leases[target] = _Lease(owner, now_s + self._limits.lease_s)
        return target, is_new

    def end(self, owner: Sender, port: int | None) -> None:
        """End the lease of one port of the owner's machine, or all that the owner has taken."""
        if port is not None:
            self._leases.pop((owner[0], port), None)
            return
        for target in [t for t, lease in self._leases.items() if lease.owner == owner]:
            del self._leases[target]

    def renew(self, owner: Sender, now_s: float) -> bool:
        """Any message from an owner keeps its leases alive; whether it has any."""
        until_s = now_s + self._limits.lease_s
        held = [lease for lease in self._leases.values() if lease.owner == owner]
        for lease in held:
            lease.until_s = until_s
        return bool(held)

    def holds(self, owner: Sender) -> bool:
        """Whether this sender has leased anything."""
        return any(lease.owner == owner for lease in self._leases.values())

    def expire(self, now_s: float) -> None:
        """Forget those whose owners fell silent."""
        for target in [t for t, lease in self._leases.items() if lease.until_s <= now_s]:
            del self._leases[target]

    def targets(self) -> list[Sender]:
        """Everyone who gets pushes."""
        return list(self._leases)

    def elsewhere(self, owner: Sender) -> list[Sender]:
        """Targets of this owner other than the socket it sends from (Max hears on another port)."""
        return [t for t, lease in self._leases.items() if lease.owner == owner and t != owner]
