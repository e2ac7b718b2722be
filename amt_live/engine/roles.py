"""What the engine needs from the words' side, as a protocol: ``moods.TextMoods`` fills it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from amt_live.text.conditioning import Mood


class MoodReader(Protocol):
    """Words to what the model hears; the empty text is the null mood."""

    def read(self, text: str, overrides: Mapping[str, float], draw: int = 0) -> Mood:
        """The mood of a text; ``overrides`` set attributes by name, in standard deviations, and
        ``draw`` is the number that an example of the text is drawn by."""

    def blend(
        self,
        texts: Sequence[tuple[str, float]],
        overrides: Mapping[str, float],
        draw: int = 0,
    ) -> Mood:
        """The mood of the weighted mean of texts; raises UsageError where they cancel out."""
