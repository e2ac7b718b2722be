"""Frozen phrases for evaluation: none of them is in the captions that models are trained on.
Data only."""

from typing import Final

AROUSAL: Final = (
    ("drowsy campfire lullaby", "stampede of wild horses"),
    ("slow mist over the harbour", "sirens and a bank robbery"),
    ("meditation in a temple garden", "mosh pit going mad"),
    ("a sleepy kitten on a blanket", "a swarm of killer bees"),
    ("candlelight dinner for two", "rocket launch countdown"),
    ("daydreaming on a train", "street fight at midnight"),
    ("whispered bedtime story", "shouting at the top of your lungs"),
    ("faint breeze through the reeds", "hurricane tearing off the roof"),
    ("yoga at dawn", "boxing match final round"),
    ("sparse tender and sleepy", "busy furious and loud"),
    ("lazy afternoon by the pond", "racing motorbikes"),
    ("very gentle, barely moving", "hectic, pounding, at full power"),
)
"""(calm, aroused): opposite in energy, not in brightness."""

VALENCE: Final = (
    ("a sad farewell", "a happy reunion"),
    ("grief in a minor key", "joy in a major key"),
    ("gloomy dungeon", "sunny meadow"),
    ("the villain plots in the dark", "the children open their presents"),
    ("tragic ending", "happy ending"),
    ("melancholy autumn rain", "cheerful spring morning"),
    ("haunted mansion", "ice cream parlour"),
    ("sinister and bitter", "sweet and friendly"),
    ("mourning the fallen soldiers", "celebrating the harvest"),
    ("dark waltz of ghosts", "bright waltz of butterflies"),
    ("betrayed and heartbroken", "newly in love and glad"),
    ("ominous shadows gather", "a rainbow over the fields"),
)
"""(dark, bright): opposite in valence, not in energy."""
