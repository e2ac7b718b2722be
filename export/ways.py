"""The ways in which a mood can enter a model, and what of a mood it can hear; to compare them."""

from typing import Final

WAYS_IN: Final = ("slot+add", "slot", "prefix")
"""In the slot of every bar and added to every token; in the slots alone; in the first slot of a
passage alone, as a plain prefix is."""
HEARD: Final = ("both", "attributes", "embedding")
"""Measured attributes, the embedding of the words, or both."""
