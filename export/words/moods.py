"""Words for moods: adjectives for fifteen cells, phrases, comparatives. Data only.

``MOODS[a][v]``: arousal level a (0 calm .. 4 wild), valence v (0 dark, 1 between, 2 bright), split
at spaces. The first word names the cell. ``PHRASES`` has the same shape, split at bars.
"""

from typing import Final

MOODS: Final = (
    (
        "desolate mournful grieving lifeless bleak hollow hopeless funereal numb weary lonely "
        "forlorn despairing drained heartbroken inconsolable crushed woeful mourning despondent "
        "barren abandoned depressed defeated cheerless bereaved joyless disconsolate",
        "still drifting meditative weightless hushed floating empty distant glassy motionless "
        "unhurried sleepy drowsy sleeping dozing lethargic lazy sluggish somnolent suspended "
        "frozen timeless trance-like vacant listless ethereal slow-motion inert",
        "peaceful serene tranquil calm soothing restful gentle blissful lulling content relaxed "
        "placid comforting slumbering heavenly angelic cradling pacifying idyllic undisturbed "
        "untroubled unwinding calming cosy healing hushabye snug dreamy",
    ),
    (
        "melancholic sad sorrowful wistful gloomy regretful downcast blue tearful aching sombre "
        "bittersweet nostalgic resigned downhearted dejected rueful glum plaintive elegiac moping "
        "lovesick homesick disappointed dismal pitiful lamenting melancholy",
        "reflective pensive hazy thoughtful contemplative subdued intimate nocturnal mysterious "
        "muted introspective restrained private absent-minded veiled understated low-key musing "
        "cautious patient solitary wandering ambiguous delicate philosophical "
        "unassuming",
        "tender warm sweet loving romantic affectionate hopeful graceful mellow easygoing "
        "relaxing soft-hearted fond caressing kind-hearted innocent pastoral sentimental adoring "
        "trusting grateful chilled laid-back gentle-hearted amiable consoling heartwarming mild",
    ),
    (
        "brooding moody serious uneasy longing haunted shadowy yearning troubled suspicious "
        "foreboding ominous worried grave noirish bitter cynical grim murky sulking sullen "
        "stern severe unsettled guilty jealous conflicted disquieting",
        "steady cool neutral smooth flowing walking moderate unfussy measured swaying rolling "
        "groovy balanced even matter-of-fact casual ordinary nonchalant poised composed sensible "
        "level-headed regular confident routine plain mid-energy streetwise",
        "pleasant friendly sunny optimistic charming carefree good-natured kind light-hearted "
        "happy sociable smiling breezy glad genial likeable agreeable welcoming neighbourly rosy "
        "whimsical encouraging positive uplifting polite feel-good lilting refreshing",
    ),
    (
        "tense dramatic restless anxious agitated stormy menacing nervous sinister urgent "
        "threatening angry desperate fearful irritated hostile paranoid spooky scary "
        "frightened suspenseful resentful panicky evil creepy jittery",
        "driving insistent rhythmic pulsing determined strong bold moving propulsive "
        "energetic purposeful dynamic assertive stubborn motoric industrious "
        "hard-working muscular punchy vigorous tireless pushing charged "
        "kinetic swaggering",
        "lively upbeat bouncy merry cheerful dancing spirited jolly joyous sparkling festive "
        "vivacious delighted zesty bubbly perky frisky playful chirpy sprightly peppy gleeful "
        "mischievous partying buoyant cheery jaunty funny",
    ),
    (
        "furious aggressive violent fierce raging brutal frantic terrifying berserk savage "
        "chaotic panicked wrathful murderous vicious ferocious merciless bloodthirsty infernal "
        "demonic apocalyptic enraged hateful vengeful barbaric hellish rabid horrifying",
        "intense powerful explosive relentless wild heavy pounding hyperactive frenetic "
        "overwhelming blazing frenzied forceful manic crazy unstoppable thundering hectic "
        "turbulent "
        "overdriven adrenaline-fuelled full-throttle feverish unhinged volcanic colossal "
        "ballistic supercharged",
        "ecstatic triumphant euphoric jubilant exhilarating thrilling exuberant celebratory "
        "victorious elated dazzling overjoyed glorious electrifying exciting rapturous heroic "
        "giddy over-the-moon wildly-happy party-mad rollicking radiant "
        "hyper-happy rambunctious uproarious high-spirited",
    ),
)  # fmt: skip

PHRASES: Final = (
    (
        "all hope is gone|no reason to get up|crying without a sound|grief that will not end|"
        "completely burnt out|like a slow funeral|nobody is left|sick with loneliness",
        "half asleep|barely awake|time stands still|nothing happens|floating in space|"
        "staring at the ceiling|lost in thought and very quiet|almost motionless",
        "unwinding after work|winding down|taking it easy|at peace with the world|"
        "time to rest|deep relaxation|breathe in and breathe out|feet up and eyes closed",
    ),
    (
        "feeling down|a broken heart|missing someone|tears in my eyes|the blues at night|"
        "things we lost|a quiet kind of sadness|it could have been different",
        "lost in thought|looking back|alone with my thoughts|a quiet mind|something unresolved|"
        "wondering what it means|keeping a secret|slow-burning noir",
        "softly in love|chilling out|an easy evening|warm and fuzzy|a gentle smile|"
        "kicking back after a long day|no worries at all|a slow sweet hug",
    ),
    (
        "things look bad|a bad feeling|in a dark mood|trouble is coming|under a cloud|"
        "not in the mood for jokes|a score to settle|waiting for bad news",
        "just a groove|nothing special|keep it going|business as usual|on an even keel|"
        "going about the day|cruising along|neither happy nor sad",
        "in a good mood|feeling fine|all is well|a spring in the step|good vibes|"
        "looking forward to it|whistling on the way|life is good",
    ),
    (
        "on edge|under pressure|losing patience|about to snap|nerves on fire|time is running out|"
        "somebody is following us|panic rising",
        "full steam ahead|pushing forward|getting things done|on a mission|with real drive|"
        "no time to waste|working at full tilt|hitting the road",
        "in high spirits|having fun|good times|let's dance|full of beans|party mood|"
        "laughing out loud|up and bouncing",
    ),
    (
        "going berserk|out for blood|blind rage|total destruction|all hell breaks loose|"
        "screaming with anger|completely out of control|pure hatred",
        "hyperactive and manic|going crazy|pedal to the metal|maximum energy|absolute mayhem|"
        "too much coffee|everything at once|out of breath",
        "over the moon|jumping for joy|the best day ever|pure euphoria|victory at last|"
        "hands in the air|wild with happiness|going nuts with joy",
    ),
)  # fmt: skip

COMPARATIVES: Final = {
    (False, False): "sadder|gloomier|lonelier|bleaker|more mournful|more melancholic|emptier|"
    "more hopeless|bluer|more sorrowful|colder and sadder|less cheerful",
    (False, True): "calmer|gentler|sweeter|warmer|more peaceful|more relaxed|dreamier|cosier|"
    "more tender|mellower|less aggressive|more soothing",
    (True, False): "angrier|fiercer|meaner|scarier|nastier|more aggressive|more dramatic|tenser|"
    "more violent|more dangerous|more threatening|less calm",
    (True, True): "happier and wilder|livelier|merrier|bouncier|more joyful|more excited|jollier|"
    "more festive|more energetic and happy|more upbeat|more triumphant|"
    "less gloomy and more lively",
}  # fmt: skip
"""By (aroused, bright): what is asked of music that plays already."""

DARK: Final = "dark|dark and deep|pitch-black|gothic|shady|sunless|darker|+a dark colour|+darkness"
"""Minor and low at once."""

BRIGHT: Final = (
    "bright|bright and clear|shining|sunlit|glowing|full of light|brilliant|brighter|+brightness"
)
"""Major and high at once."""
