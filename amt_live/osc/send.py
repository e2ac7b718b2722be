"""``amt-live send ADDRESS [ARGS...]``: one message, its answer, and an exit code for scripts."""

import sys
from collections.abc import Sequence
from typing import Final

from amt_live.errors import AmtError, UsageError
from amt_live.osc.arguments import Atom
from amt_live.osc.client import Reply, send_and_wait
from amt_live.osc.limits import Limits

_LIMITS: Final = Limits()


def run_send(
    host: str, port: int, address: str, args: Sequence[str], timeout_s: float = 2.0
) -> int:
    """Send and print the reply; returns 0 when done, 1 on a fail or no answer, 2 on wrong usage.

    Arguments travel as the strings they are: the daemon takes numeric strings for numbers.
    """
    try:
        _check(address, args)
        reply, heard = send_and_wait(host, port, address, tuple(args), timeout_s)
    except AmtError as error:
        sys.stderr.write(f"amt-live: {error}\n")
        return error.exit_code
    for message in heard:
        sys.stdout.write(_line(message.address, message.atoms))
    sys.stdout.write(_reply_line(reply))
    return 0 if reply.ok else 1


def _check(address: str, args: Sequence[str]) -> None:
    if not address.startswith("/"):
        raise UsageError(f"'{address}' is not an OSC address; write it as /amt/{address}")
    if len(address) > _LIMITS.address_chars or not address.isascii() or not address.isprintable():
        raise UsageError("that is not an OSC address; /amt/help lists them all")
    if sum(len(arg) for arg in args) > _LIMITS.datagram_bytes // 2:
        raise UsageError("the arguments are too long for one message")


def _reply_line(reply: Reply) -> str:
    if not reply.ok:
        return _line("/amt/fail", (reply.address, reply.code, reply.why))
    if reply.values:
        answer = {"/amt/ping": "/amt/pong", "/amt/sync": "/amt/synced"}
        return _line(answer.get(reply.address, reply.address), reply.values)
    return _line("/amt/done", (reply.address,))


def _line(address: str, atoms: Sequence[Atom]) -> str:
    words = [f"{atom:.7g}" if isinstance(atom, float) else str(atom) for atom in atoms]
    return " ".join([address, *words]).rstrip() + "\n"
