"""How other programs find the band and what can be asked of it: OSCQuery and zeroconf.

A process of its own, started by the daemon and a client of it like any other: whatever arrives here
from a network or a browser, the music does not notice. Needs the extra ``[discovery]``.
"""
