"""How a wording becomes what somebody types: sentence frames and adverbs. Data only."""

from typing import Final

ADJECTIVE: Final = (
    "{}", "{} music", "something {}", "make it {}", "keep it {}", "play it {}", "{} please",
    "a {} piece", "it should be {}", "now {}", "let it sound {}", "a {} passage", "go {}",
    "I want it {}", "get {}", "everything {}",
)  # fmt: skip
NOUN: Final = (
    "{}", "with {}", "give me {}", "let's have {}", "I want {}", "{} please", "now {}", "{} now",
    "play {}", "how about {}", "let me hear {}", "try {}", "a piece with {}",
    "there should be {}",
)  # fmt: skip
MANNER: Final = (
    "{}", "play {}", "keep it {}", "everything {}", "{} please", "music {}", "now {}", "all {}",
    "a piece {}", "stay {}", "continue {}",
)  # fmt: skip
SCENE: Final = (
    "{}", "like {}", "music for {}", "soundtrack for {}", "{}, please", "imagine {}",
    "think of {}", "the mood of {}", "scene: {}", "picture this: {}", "it feels like {}",
)  # fmt: skip
PHRASE: Final = (
    "{}", "{} please", "the mood is {}", "it feels like {}", "now {}", "mood: {}", "think {}",
    "music that says {}",
)  # fmt: skip
COMPARATIVE: Final = (
    "{}", "make it {}", "much {}", "a bit {}", "even {}", "now {}", "a little {}", "way {}",
    "{} please", "get {}", "go {}", "{} now", "can you play {}", "it should get {}", "slightly {}",
)  # fmt: skip
PART: Final = (
    "{}", "with {}", "{} please", "add {}", "give me {}", "more {}", "bring in the {}",
    "featuring {}", "let's hear {}", "{} playing", "some {}", "{} music", "{} up front",
    "I want {}",
)  # fmt: skip
ONLY: Final = (
    "just {}", "only {}", "nothing but {}", "{} only", "drop the rest, just {}",
    "strip it down to {}", "{} and nothing else",
)  # fmt: skip
SOLO: Final = (
    "solo {}", "{} solo", "unaccompanied {}", "{} alone", "just {}", "only {}", "a solo for {}",
    "one {}", "lonely {}",
)  # fmt: skip
GENRE: Final = (
    "{}", "{} music", "some {}", "play {}", "{} please", "a bit of {}", "{} style",
    "in the style of {}", "switch to {}", "let's play {}", "{} feel", "{} groove", "go {}",
    "{} now", "like {}",
)  # fmt: skip

STRONG: Final = ("very", "really", "extremely", "utterly", "so", "completely")
MILD: Final = ("rather", "quite", "fairly", "a little", "somewhat", "kind of")
"""Before adjectives of the outer and of the inner levels."""

WHOLE: Final = (
    "{}", "{}", "{}", "{}, instrumental", "play {}", "{} please", "{} music", "something {}",
    "make it {}", "I'd like {}", "let's try {}", "next: {}", "the mood is {}",
)  # fmt: skip
"""Around a whole caption of several phrases."""

KEYS: Final = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
KEY: Final = ("{}", "in {}", "key of {}", "{} please")
BPM: Final = ("{} bpm", "at {} bpm", "{} beats a minute", "tempo {}", "around {} bpm")
