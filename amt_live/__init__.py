"""amt-live: a band that listens to words."""

__version__ = "0.1.0"
