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
    ("an owl gliding over snow", "a runaway mine cart"),
    ("resting by the fireside", "the stadium erupts"),
    ("slowly waking on a sunday", "late for the train, sprinting"),
    ("drifting on an air mattress", "white-water rafting"),
    ("a monk copying a manuscript", "a jackhammer crew at noon"),
    ("dozing grandparents", "teenagers at a foam party"),
    ("a snail crossing the path", "greyhounds out of the gate"),
    ("soft snores in the next room", "a drill sergeant screaming orders"),
    ("hushed library aisle", "trading floor in a crash"),
    ("unhurried and subdued", "frantic and explosive"),
    ("music to fall asleep to", "music to smash things to"),
    ("with hardly any energy", "with boundless energy"),
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
    ("the dog died today", "we got a puppy today"),
    ("condemned prisoner's last night", "honeymoon night"),
    ("a cursed doll in the attic", "a toy shop window at yuletide"),
    ("grim and hopeless", "warm and hopeful"),
    ("he never came back from the sea", "he came back from the sea"),
    ("weeping willow over a grave", "cherry trees in blossom"),
    ("famine and plague", "feast and plenty"),
    ("a bitter divorce", "a golden wedding"),
    ("lament of the defeated", "song of the victors"),
    ("crows over a battlefield", "swallows over a wheat field"),
    ("remorse", "delight"),
    ("something is terribly wrong here", "everything will be all right"),
)
"""(dark, bright): opposite in valence, not in energy."""

GENRES: Final = {
    "rock": (
        "some rock for the road",
        "rock with a rough guitar sound",
        "an uptempo rock number",
        "indie rock, drums and guitars",
    ),
    "metal": (
        "the heaviest metal you know",
        "metal at full distortion",
        "a metal track with blast beats",
        "gothic metal, dark and massive",
    ),
    "jazz": (
        "jazz after midnight",
        "relaxed jazz for a small group",
        "a jazz standard, swung",
        "jazz with a walking bass line",
    ),
    "blues": (
        "the blues, plain and simple",
        "a blues in twelve bars",
        "electric blues, mid-tempo",
        "blues for a late bar",
    ),
    "latin": (
        "latin rhythms for dancing",
        "a latin number for the ballroom",
        "latin salsa, hot and danceable",
        "easy latin with percussion",
    ),
    "classical": (
        "classical, in the old style",
        "a classical movement, elegantly phrased",
        "classical salon repertoire",
        "something classical and refined",
    ),
    "folk": (
        "folk from the village",
        "a folk tune from the old country",
        "a traditional folk air",
        "folk, plain and danceable",
    ),
    "electronic": (
        "electronic beats for the dance floor",
        "electronic club track",
        "electronic techno with a steady kick",
        "electronic music from a sequencer",
    ),
    "pop": (
        "pop for the radio",
        "a pop number with a hook",
        "modern pop, verse and chorus",
        "pop, light and singable",
    ),
    "country": (
        "country from nashville, tennessee",
        "a country song with a two-step beat",
        "country, easy going",
        "country for the honky-tonk",
    ),
    "soul": (
        "soul with a deep groove",
        "soul from the seventies",
        "a soul ballad for a club band",
        "funk and soul, tight rhythm section",
    ),
    "hip hop": (
        "hip hop to freestyle over",
        "a hip hop backing track",
        "hip hop with a sampled feel",
        "old school hip hop",
    ),
    "ambient": (
        "ambient textures with no beginning and no end",
        "an ambient piece that hovers",
        "ambient, hardly any pulse",
        "ambient for a gallery opening",
    ),
    "orchestral": (
        "orchestral and grand",
        "an orchestral piece with strings and horns",
        "orchestral music for a film scene",
        "orchestral, sweeping",
    ),
    "ragtime": (
        "ragtime on an old upright",
        "a ragtime number",
        "ragtime, syncopated and cheerful",
        "piano ragtime with an oom-pah left hand",
    ),
    "march": (
        "a march for the parade",
        "a march for wind band",
        "a march in strict time",
        "march music for the square",
    ),
}
"""Wordings that name the genres of ``export.attributes``, as a performer does."""

GENRE_SCENES: Final = {
    "rock": (
        "four friends, loud amplifiers and a garage door half open",
        "an encore that makes the whole arena stomp and clap",
        "leather jackets, cheap beer and overdriven guitars",
    ),
    "metal": (
        "long hair whirling before a wall of distorted amplifiers",
        "double kick drums and a snarling riff from the underworld",
        "a black-clad crowd at an open air in wacken",
    ),
    "jazz": (
        "a quartet improvising in a smoky cellar in harlem",
        "walking bass, brushed snare and a saxophone taking another chorus",
        "cocktails at the blue note",
    ),
    "blues": (
        "a porch in mississippi and a man whose woman has left him",
        "bent strings over three chords and a shuffle",
        "whisky and bad luck in chicago",
    ),
    "latin": (
        "a rooftop in havana with congas and trumpets",
        "rio de janeiro by night, hips swaying to the bossa",
        "caribbean beach bar with timbales",
    ),
    "classical": (
        "a salon in vienna with schubert at the keyboard",
        "a recital in tails and evening gowns",
        "powdered wigs at the court of the archduke",
    ),
    "folk": (
        "a barn with fiddlers and everybody in clogs",
        "shepherds dancing a reel on the green in donegal",
        "a ballad handed down for three hundred years",
    ),
    "electronic": (
        "strobe lights in a warehouse in berlin",
        "a sequencer, a drum machine and four thousand ravers",
        "neon robots dancing at two in the morning",
    ),
    "pop": (
        "a catchy chorus that everyone in the car sings along to",
        "the boy group's new single tops the charts",
        "a slow number for the talent show finale",
    ),
    "country": (
        "a pickup truck, a dusty road and a steel guitar",
        "cowboys two-stepping at the saloon in texas",
        "banjo and harmonica on the ranch",
    ),
    "soul": (
        "a funky horn section and a singer drenched in sweat",
        "detroit, 1966, tambourines and handclaps",
        "candlelit r and b for lovers",
    ),
    "hip hop": (
        "a dusty sampler looping under a rapper in brooklyn",
        "head-nodding beats for doing homework",
        "booming 808s from a lowrider",
    ),
    "ambient": (
        "massage parlour with incense and whale song",
        "weightless in orbit, watching the earth turn",
        "clouds of sound for deep meditation",
    ),
    "orchestral": (
        "the dragon soars while the strings swell in the cinema",
        "overture of a fantasy adventure for full orchestra",
        "the opening titles of a space saga",
    ),
    "ragtime": (
        "a player piano in a wild west saloon",
        "scott joplin at the keys",
        "flappers kicking up their heels in 1922",
    ),
    "march": (
        "the regiment goes by with brass and snare drums",
        "oom-pah at the oktoberfest",
        "the town band on the fourth of july",
    ),
}
"""Scenes that stand for a genre without naming it: the harder question, told apart."""

Asked = tuple[str, str, str]
EXPLICIT: Final[tuple[Asked, ...]] = (
    ("a cello, all alone", "only", "strings"),
    ("a lone flute, nothing else", "only", "pipe"),
    ("just one piano", "only", "piano"),
    ("unaccompanied classical guitar", "only", "guitar"),
    ("drums and nothing besides", "only", "drums"),
    ("a waltz for accordion", "with", "organ"),
    ("jazz with a trumpet", "with", "brass"),
    ("rock with a screaming electric guitar", "with", "guitar"),
    ("a ballad with saxophone", "with", "reed"),
    ("a song with a choir behind it", "with", "ensemble"),
    ("vibraphone and double bass", "with", "mallets"),
    ("rock without any drums", "without", "drums"),
    ("pop song, no drums please", "without", "drums"),
    ("jazz, but leave out the piano", "without", "piano"),
    ("a funk band without bass", "without", "bass"),
    ("extremely sparse", "low", "density"),
    ("play only a note here and there", "low", "density"),
    ("cram in every note you can", "high", "density"),
    ("ultra busy and crowded", "high", "density"),
    ("piece in a minor key for piano", "minor", ""),
    ("rock that never leaves minor", "minor", ""),
    ("piece in a major key for piano", "major", ""),
    ("a folk melody that stays in major", "major", ""),
    ("a viennese waltz", "waltz", ""),
    ("slow waltz for strings", "waltz", ""),
    ("barely audible, ever so soft", "low", "velocity"),
    ("thunderously loud", "high", "velocity"),
    ("deep low notes down in the cellar", "low", "register"),
    ("tiny high notes up in the sky", "high", "register"),
    ("every note plucked short and dry", "high", "shortness"),
    ("every note held as long as it can be", "low", "shortness"),
)
"""(words, what to check, of what): see ``export.evaluation.obeyed``."""

CHANGES: Final = (
    ("sparse tender and sleepy", "busy furious and loud"),
    ("very gentle, barely moving", "hectic, pounding, at full power"),
    ("meditation in a temple garden", "mosh pit going mad"),
    ("faint breeze through the reeds", "hurricane tearing off the roof"),
    ("a sad farewell", "a happy reunion"),
    ("mourning the fallen soldiers", "celebrating the harvest"),
    ("clouds of sound for deep meditation", "strobe lights in a warehouse in berlin"),
    ("classical, in the old style", "a funky horn section and a singer drenched in sweat"),
    ("jazz after midnight", "the heaviest metal you know"),
    ("just one piano", "the town band on the fourth of july"),
)
"""Moods to change between, in both directions."""

DRIFT: Final = ("jazz after midnight", "sparse tender and sleepy", "some rock for the road")
"""Moods that are played for twenty minutes."""

PLAIN: Final = ("some music", "a tune for the band")
"""Words that ask for next to nothing: the controls are measured under them."""

ROLLS: Final = (
    "a sleepy kitten on a blanket",
    "a sad farewell",
    "a happy reunion",
    "jazz after midnight",
    "strobe lights in a warehouse in berlin",
    "busy furious and loud",
)
"""Six moods for pictures."""


def frozen() -> tuple[str, ...]:
    """Every phrase of the evaluation, in order: what its hash is made of."""
    pairs = (*AROUSAL, *VALENCE, *CHANGES)
    texts = [text for pair in pairs for text in pair]
    texts += [text for table in (GENRES, GENRE_SCENES) for some in table.values() for text in some]
    texts += [text for text, _, _ in EXPLICIT]
    return tuple(dict.fromkeys((*texts, *DRIFT, *PLAIN, *ROLLS)))
