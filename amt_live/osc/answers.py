"""What goes back to whoever sent a message: done, fail, or the value that was asked for.

Runs on the server's loop. Done and fail go to the sender alone, exactly once; values go also to the
other port on which the sender listens, if it leased one (Max cannot hear where it sends from).
"""

from amt_live.osc.arguments import Atom, Refusal
from amt_live.osc.guards import Sender
from amt_live.osc.leases import Leases
from amt_live.osc.pushes import Send


class Answers:
    """Sends answers, and knows where each sender hears."""

    def __init__(self, leases: Leases, send: Send) -> None:
        self._leases = leases
        self._send = send

    def done(self, sender: Sender, address: str) -> None:
        """A command was carried out."""
        self._send(sender, "/amt/done", address)

    def fail(self, sender: Sender, address: str, refusal: Refusal) -> None:
        """A command was not carried out; a listener elsewhere at least learns why."""
        self._send(sender, "/amt/fail", address, refusal.code, str(refusal))
        for target in self._leases.elsewhere(sender):
            self._send(target, "/amt/error", f"{address}: {refusal}")

    def tell(self, sender: Sender, address: str, *atoms: Atom) -> None:
        """What was asked for."""
        for ear in self.ears(sender):
            self._send(ear, address, *atoms)

    def ears(self, sender: Sender) -> list[Sender]:
        """The sender itself, and where else it listens."""
        return [sender, *self._leases.elsewhere(sender)]
