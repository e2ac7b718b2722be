"""Zeroconf: a real browser on the loopback interface finds what a loopback daemon announces."""

import asyncio

from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from amt_live.discovery.announce import OSC_TYPE, QUERY_TYPE, Announcement, band_name

PATIENCE_S = 30


async def test_a_band_on_loopback_is_found_on_loopback_and_says_goodbye():
    heard: asyncio.Queue[tuple[str, ServiceStateChange]] = asyncio.Queue()

    def changed(zeroconf, service_type, name, state_change):
        heard.put_nowait((name, state_change))

    looker = AsyncZeroconf(interfaces=["127.0.0.1"])
    browser = AsyncServiceBrowser(looker.zeroconf, [QUERY_TYPE, OSC_TYPE], handlers=[changed])
    announcement = Announcement("127.0.0.1", 47_001, 47_000)
    wanted, ours = {QUERY_TYPE: 47_001, OSC_TYPE: 47_000}, {}
    try:
        await announcement.start()
        async with asyncio.timeout(PATIENCE_S):
            while len(ours) < 2:
                name, state = await heard.get()
                kind = name.partition(".")[2]
                info = AsyncServiceInfo(kind, name)
                if state is not ServiceStateChange.Added:
                    continue
                await info.async_request(looker.zeroconf, 3000)
                if info.port == wanted[kind]:  # other bands may play on this machine
                    ours[name] = info
        assert all(name.startswith("amt-live") for name in ours)
        assert all(info.parsed_addresses() == ["127.0.0.1"] for info in ours.values())
        await announcement.close()
        left = set(ours)
        async with asyncio.timeout(PATIENCE_S):
            while left:
                name, state = await heard.get()
                if state is ServiceStateChange.Removed:
                    left.discard(name)
    finally:
        await announcement.close()
        await browser.async_cancel()
        await looker.async_close()


def test_every_band_has_a_name_of_its_own():
    names = [
        band_name(*place) for place in (("127.0.0.1", 9740), ("127.0.0.1", 9741), ("::1", 9742))
    ]
    assert names == ["amt-live", "amt-live 9741", "amt-live 9742"]
    outside = band_name("0.0.0.0", 9741)
    assert outside.startswith("amt-live on ") and len(outside) < 64
