"""The language that moods are played in: lines, set lists, rules; a client of the daemon.

A rules file begins with ``from amt_live.livecode import every_bar, logits, on_mood``.
"""

from amt_live.livecode.rules import Ahead, Band, every_bar, logits, on_mood

__all__ = ["Ahead", "Band", "every_bar", "logits", "on_mood"]
