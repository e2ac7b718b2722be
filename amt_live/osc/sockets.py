"""The UDP socket of the server: opened with a roomy buffer, or an error that says what to do."""

import contextlib
import errno
import logging
import socket
import sys
from typing import Final

from amt_live.errors import NetworkError, UsageError
from amt_live.osc.owner import owner_of_udp_port

DEFAULT_HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = 9740

RECEIVE_BUFFER_BYTES: Final = 1 << 20
"""What a burst may pile up to while the loop is busy; the system may grant less."""

FLOOD_BUFFER_BYTES: Final = 1 << 22
"""What the server asks for: a panic that comes in a flood must not find the buffer full."""

_log = logging.getLogger(__name__)


def open_udp(host: str, port: int) -> socket.socket:
    """A bound, non-blocking UDP socket; raises NetworkError or UsageError that names the fix."""
    family, address = resolve(host, port)
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        for size in (RECEIVE_BUFFER_BYTES, FLOOD_BUFFER_BYTES):  # some refuse what is too much
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
        if sys.platform == "win32":
            # Otherwise another program may take the port over while this one listens.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        sock.setblocking(False)
        sock.bind(address)
    except OSError as error:
        sock.close()
        raise _bind_error(host, port, error) from None
    if not sock.getsockname()[0].startswith(("127.", "::1")):
        _log.warning("OSC listens on %s: whoever reaches that address plays the band", host)
    return sock


def resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    """Family and numeric address of a host, IPv4 first (what OSC programs mean by localhost)."""
    if not host.strip():
        raise UsageError("the OSC host is empty; 127.0.0.1 is this machine, 0.0.0.0 all networks")
    if not 0 <= port <= 65535:
        raise UsageError(f"OSC port {port} is outside 1-65535")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError):
        raise NetworkError(f"no machine is called '{host}'; try 127.0.0.1") from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))


def _bind_error(host: str, port: int, error: OSError) -> NetworkError:
    if error.errno == errno.EADDRINUSE:
        owner = owner_of_udp_port(port)
        by = f" by {owner}" if owner else " by another program"
        return NetworkError(
            f"OSC port {port} is taken{by}; stop it, or choose another with --osc-port"
        )
    if error.errno == errno.EADDRNOTAVAIL:
        return NetworkError(f"{host} is not an address of this machine; try --osc-host 127.0.0.1")
    if error.errno in (errno.EACCES, errno.EPERM):
        return NetworkError(f"OSC port {port} may not be opened; choose one above 1023")
    return NetworkError(f"OSC port {port} on {host} cannot be opened: {error.strerror or error}")
