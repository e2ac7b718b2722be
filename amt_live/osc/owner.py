"""Who holds a UDP port: asked when the band's own is taken, so that the error can name the culprit.

Linux only (it reads ``/proc``); elsewhere, or for a process of another user, the answer is None.
"""

import os
from pathlib import Path


def owner_of_udp_port(port: int) -> str | None:
    """The process that has ``port`` open, as ``python3 (process 4711)``; None if not known."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        try:
            for handle in (process / "fd").iterdir():
                if os.readlink(handle) in sockets:
                    name = (process / "comm").read_text(errors="replace").strip()
                    return f"{name} (process {process.name})"
        except OSError:
            continue  # it ended meanwhile, or belongs to somebody else
    return None


def _inodes(port: int) -> set[str]:
    """Inodes of the UDP sockets bound to ``port``."""
    inodes = set()
    for table in ("/proc/net/udp", "/proc/net/udp6"):
        try:
            lines = Path(table).read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            columns = line.split()
            if int(columns[1].rpartition(":")[2], 16) == port:
                inodes.add(columns[9])
    return inodes
