"""The language that moods are played in: lines, set lists, rules; a client of the daemon.

A rules file begins with ``from amt_live.livecode import every_bar, on_mood``.
"""

from amt_live.livecode.rules import Band, every_bar, on_mood

__all__ = ["Band", "every_bar", "on_mood"]
