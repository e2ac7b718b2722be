"""Keeps numbers within limits. Pure; thread: any."""


def within(value: float, low: float, high: float) -> float:
    """The nearest number to ``value`` from ``low`` to ``high``."""
    if value < low:
        return low
    return high if value > high else value
