"""Tells the network, over zeroconf, that a band is here: OSCQuery and OSC.

Runs on the loop of the discovery process. A daemon bound to loopback is announced on the loopback
interface alone.
"""

import ipaddress
import socket
from typing import Final

import ifaddr
from zeroconf import InterfaceChoice, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from amt_live.discovery.tree import NAME
from amt_live.osc.sockets import DEFAULT_PORT

QUERY_TYPE: Final = "_oscjson._tcp.local."
OSC_TYPE: Final = "_osc._udp.local."

_HOST_CHARS: Final = 40
"""A name has 63 bytes."""


class Announcement:
    """Stands from ``start`` to ``close``."""

    def __init__(self, host: str, http_port: int, osc_port: int) -> None:
        self._host = host
        self._ports = {QUERY_TYPE: http_port, OSC_TYPE: osc_port}
        self._zeroconf: AsyncZeroconf | None = None

    async def start(self) -> None:
        """Announce; a name that somebody else has gets a number. Raises OSError."""
        everywhere = ipaddress.ip_address(self._host).is_unspecified
        self._zeroconf = AsyncZeroconf(
            interfaces=InterfaceChoice.All if everywhere else [self._host]
        )
        addresses = _addresses() if everywhere else [self._host]
        for kind, port in self._ports.items():
            service = ServiceInfo(
                kind,
                f"{band_name(self._host, self._ports[OSC_TYPE])}.{kind}",
                port=port,
                parsed_addresses=addresses,
                # A name of its own: the machine's leads elsewhere.
                server=f"{NAME}-{self._ports[OSC_TYPE]}.local.",
                properties={"txtvers": "1"},
            )
            await (await self._zeroconf.async_register_service(service, allow_name_change=True))

    async def close(self) -> None:
        """Say goodbye."""
        if self._zeroconf is not None:
            await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()


def band_name(host: str, osc_port: int) -> str:
    """A name that no other band has: conflicts are not always seen in time."""
    name = NAME
    if not ipaddress.ip_address(host).is_loopback:
        name = f"{name} on {socket.gethostname().partition('.')[0][:_HOST_CHARS]}"
    return name if osc_port == DEFAULT_PORT else f"{name} {osc_port}"


def _addresses() -> list[str]:
    found = [ip.ip for adapter in ifaddr.get_adapters() for ip in adapter.ips if ip.is_IPv4]
    outside = [str(ip) for ip in found if not ipaddress.ip_address(str(ip)).is_loopback]
    return outside or [socket.gethostbyname("localhost")]
