"""The words of captions: many wordings for each meaning. Data only.

``MOODS[a][v]``: adjectives for arousal level a (0 calm .. 4 wild) and valence v (0 dark, 1 between,
2 bright). ``SCENES[(aroused, bright)]``: places and moments for the four corners.
"""

from typing import Final

MOODS: Final = (
    (
        "desolate mournful grieving lifeless bleak hollow hopeless funereal numb weary "
        "lonely forlorn despairing drained heartbroken",
        "still drifting sleepy meditative weightless hushed floating slow sparse empty "
        "distant glassy motionless quiet unhurried",
        "peaceful serene tranquil calm soothing restful gentle soft blissful lulling "
        "content relaxed placid comforting slumbering",
    ),
    (
        "sad melancholic sorrowful wistful gloomy regretful downcast blue tearful aching "
        "sombre mournful bittersweet nostalgic resigned",
        "reflective pensive dreamy mellow hazy thoughtful contemplative subdued intimate "
        "nocturnal mysterious muted introspective restrained calm",
        "tender warm sweet loving romantic affectionate cosy hopeful graceful delicate "
        "mellow easygoing unwinding relaxing serene",
    ),
    (
        "moody dark serious uneasy brooding minor longing haunted shadowy yearning troubled "
        "ominous melancholy suspicious foreboding",
        "steady cool neutral smooth flowing laid-back walking moderate unfussy measured "
        "swaying rolling groovy balanced even",
        "pleasant bright friendly sunny optimistic cheerful light lighthearted charming "
        "carefree good-natured kind playful happy hopeful",
    ),
    (
        "tense dramatic restless anxious agitated stormy menacing nervous sinister urgent "
        "threatening angry dark desperate fearful",
        "driving insistent busy rhythmic pulsing determined strong marching bold moving "
        "lively propulsive energetic purposeful dynamic",
        "lively upbeat happy bouncy merry cheerful dancing spirited jolly joyous sparkling "
        "festive vivacious delighted zesty",
    ),
    (
        "furious aggressive violent fierce raging brutal frantic terrifying manic berserk "
        "savage chaotic hostile panicked wrathful",
        "intense powerful explosive relentless wild heavy loud pounding hyperactive "
        "frenetic overwhelming blazing frenzied fast forceful",
        "ecstatic triumphant euphoric jubilant exhilarating thrilling exuberant celebratory "
        "victorious elated dazzling overjoyed glorious electrifying exciting",
    ),
)

SCENES: Final = {
    (False, False): (
        "rain on a tin roof at 3am", "an empty house in winter", "a funeral on a grey morning",
        "walking home alone after a break-up", "fog over a cemetery", "the last train has gone",
        "an old letter never answered", "abandoned playground at dusk", "a widow by the window",
        "cold moonlight on a ruined church", "saying goodbye at the hospital",
        "the ship sinks slowly",
        "after the war", "a lonely astronaut drifting away", "ashes in the fireplace",
        "the end of a long illness", "november sky", "a child lost in the snow",
        "remembering someone who died", "an empty bar at closing time",
    ),
    (False, True): (
        "sunday morning with coffee", "a baby falling asleep", "sunlight through the curtains",
        "a picnic by a quiet river", "unwinding after work", "holding hands on the beach at sunset",
        "a cat purring by the fire", "clouds drifting over a meadow", "warm bath with candles",
        "a garden after spring rain", "grandmother telling stories", "resting in a hammock",
        "snow falling softly on christmas eve", "first kiss under the stars",
        "floating on a calm lake",
        "a slow dance at a wedding", "reading by the window", "the lullaby of a mother",
        "an early walk in the forest", "coming home at last",
    ),
    (True, False): (
        "a car chase through the night", "the monster breaks down the door",
        "an army of orcs attacks",
        "fighting the final boss", "a storm at sea", "running from the police",
        "the building is on fire", "a riot in the streets", "nightmare in the factory",
        "the beast awakens", "a duel to the death", "alarm sirens and flashing red lights",
        "falling into the abyss", "the machines rise against us", "demons at the gate",
        "a bombing raid", "losing your temper completely", "escape from the prison",
        "wolves closing in", "the volcano erupts",
    ),
    (True, True): (
        "dancing all night at the carnival", "winning the world cup", "a summer street party",
        "riding a roller coaster with friends", "the circus comes to town",
        "fireworks on new year's eve",
        "jumping on a trampoline", "a wild wedding dance", "driving to the beach with the top down",
        "children racing through a water park", "the hero returns in triumph", "last day of school",
        "a parade with confetti", "bar fight in a cartoon", "cheerleaders at the big game",
        "sprinting over the finish line", "a food fight", "the crowd goes crazy at the festival",
        "puppies chasing a ball", "birthday party with too much sugar",
    ),
}  # fmt: skip

DENSITY: Final = (
    "very sparse|only a few notes|minimal|almost nothing|lots of space|empty",
    "sparse|few notes|spacious|thin|airy|uncluttered",
    "",
    "busy|many notes|full|rich|dense|lots going on",
    "very busy|very dense|a wall of notes|packed|hectic|crowded with notes",
)
DYNAMICS: Final = (
    "very soft|pianissimo|whispering|barely audible|very quiet|as soft as possible",
    "soft|quiet|gentle dynamics|played softly|hushed|low volume",
    "",
    "loud|strong|forte|played hard|punchy|high volume",
    "very loud|fortissimo|deafening|full blast|slamming|as loud as possible",
)
REGISTER: Final = (
    "very low|deep|in the low register|rumbling|sub-bass heavy",
    "low|dark register|lowish|deep tones|baritone",
    "",
    "high|in the high register|treble|bright register|up high",
    "very high|twinkling|shrill|glittering high notes|piercing",
)
ARTICULATION: Final = (
    "long sustained notes|very legato|held chords|drones|endless notes|flowing legato",
    "legato|smooth lines|sustained|connected|singing lines",
    "",
    "short notes|staccato|detached|choppy|clipped",
    "very short notes|sharp staccato|spiky|percussive|stabbing",
)
MODE: Final = (
    "minor|minor key|in a minor key|in minor",
    "",
    "major|major key|in a major key|in major",
)
TEMPO: Final = (
    "very slow|largo|crawling|glacial",
    "slow|adagio|ballad tempo|unhurried",
    "",
    "fast|allegro|quick|up-tempo",
    "very fast|presto|breakneck|racing",
)
"""Tempo itself is the player's; these words stand for how often notes come."""

PARTS: Final = {
    "drums": "drums|drum kit|beat|percussion|drumming",
    "bass": "bass|bass guitar|bass line|double bass",
    "piano": "piano|keys|keyboard|grand piano",
    "mallets": "vibraphone|marimba|glockenspiel|bells|celesta",
    "organ": "organ|hammond organ|accordion|church organ|harmonica",
    "guitar": "guitar|acoustic guitar|electric guitar|guitars",
    "strings": "violin|cello|strings|pizzicato|harp",
    "ensemble": "string ensemble|choir|orchestra strings|voices|string section",
    "brass": "brass|trumpet|trombone|horns|horn section",
    "reed": "saxophone|clarinet|sax|oboe|tenor sax",
    "pipe": "flute|recorder|pan flute|whistle|ocarina",
    "lead": "synth lead|lead synthesizer|synth melody|square lead",
    "pad": "synth pad|pads|warm pad|ambient pad",
    "effects": "sound effects|synth textures|atmosphere",
    "ethnic": "sitar|banjo|shamisen|fiddle|bagpipes|kalimba",
    "percussive": "steel drums|taiko|woodblock|agogo|tinkle bells",
}

GENRES: Final = {
    "rock": "rock|rock band|guitar rock|classic rock",
    "metal": "metal|heavy metal|thrash|industrial metal|doom",
    "jazz": "jazz|swing|jazz combo|bebop|jazz club",
    "blues": "blues|twelve-bar blues|blues band",
    "latin": "latin|latin dance|salsa|bossa nova|tropical",
    "classical": "classical|classical music|chamber music|art song|baroque",
    "folk": "folk|folk tune|traditional dance|acoustic folk|fiddle tune",
    "electronic": "electronic|techno|club music|synth music|edm",
    "pop": "pop|pop song|pop ballad|chart pop",
    "country": "country|country and western|nashville|bluegrass",
    "soul": "soul|funk|r&b|gospel|motown groove",
    "hip hop": "hip hop|trap|lo-fi beats|rap beat|boom bap",
    "ambient": "ambient|new age|background music|soundscape|lullaby",
    "orchestral": "orchestral|cinematic|film score|game music|symphonic",
    "ragtime": "ragtime|boogie-woogie|dixieland|stride piano",
    "march": "march|polka|marching band|oom-pah|hymn",
}

TEMPLATES: Final = (
    "{}", "{} music", "a {} piece", "something {}", "play {}", "{} please", "{}, instrumental",
    "the mood is {}", "make it {}", "more {}",
)  # fmt: skip
