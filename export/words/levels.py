"""Words for what is measured on five levels, for mode, feel, texture and metre. Data only.

Each entry lists wordings split at bars; the first is always known in training. A mark says how the
wording goes into a sentence: none for an adjective, ``+`` for something one has ("a wall of
notes"), ``@`` for a manner ("in the low register").
"""

from typing import Final

DENSITY: Final = (
    "very sparse|minimal|bare|skeletal|nearly empty|stripped bare|+only a few notes|"
    "+almost nothing|+lots of space|+long silences|+a note now and then|+hardly any notes|"
    "+two notes and a pause|@with huge gaps|@as empty as possible",
    "sparse|spacious|thin|airy|uncluttered|open|lean|economical|light on notes|+few notes|"
    "+room to breathe|+fewer notes|+some space|+less going on|@without clutter",
    "medium density|moderately full|neither sparse nor busy|evenly filled|average|"
    "moderately busy|+a normal amount of notes|+a balanced texture|+an ordinary texture|"
    "+not too many notes|@with the usual number of notes|@neither thin nor thick|"
    "+a middling texture|balanced in density",
    "busy|full|rich|dense|active|eventful|thick|well filled|+many notes|+lots going on|"
    "+more notes|+plenty of notes|+a full texture|+constant movement|@with lots of notes",
    "very busy|very dense|packed|crowded with notes|jam-packed|saturated|overcrowded|"
    "+a wall of notes|+a flood of notes|+notes everywhere|+non-stop notes|+a torrent of notes|"
    "+as many notes as possible|+a blizzard of notes|@without a gap",
)  # fmt: skip
DYNAMICS: Final = (
    "very soft|pianissimo|whispering|barely audible|very quiet|whisper-quiet|hardly audible|"
    "featherlight|ppp|+the faintest touch|+a mere whisper|@as soft as possible|@at a whisper|"
    "@in a whisper|@so softly it disappears",
    "soft|quiet|hushed|played softly|gentle on the volume|softly played|subdued in volume|quieter|"
    "softer|+a soft touch|+a light touch|+low volume|@at low volume|@in a soft voice|"
    "@softly",
    "medium loud|mezzo-forte|normal volume|moderately loud|neither soft nor loud|mf|"
    "moderate in volume|+an average volume|+a medium touch|+everyday volume|@at normal volume|"
    "@at a medium volume|@with medium dynamics|@at speaking level",
    "loud|forte|played hard|punchy and loud|high volume|louder|strongly played|full-voiced|"
    "resounding|+a strong touch|+a firm attack|+more volume|@at high volume|@with force|@loudly",
    "very loud|fortissimo|deafening|blaring|ear-splitting|slamming|thunderous|fff|roaring|"
    "+full blast|+maximum volume|+hammering force|@at full blast|@as loud as possible|"
    "@turned up to eleven",
)  # fmt: skip
REGISTER: Final = (
    "very low|deep|rumbling|subterranean|cavernous|growling|bottom-heavy|sub-bass heavy|"
    "+deep rumbling tones|+the lowest notes|+a rumble down below|@in the lowest register|"
    "@right at the bottom|@way down low|@in the depths",
    "low|lowish|deepish|baritone|low-pitched|lower|low-lying|+deep tones|+low notes|"
    "+a low voice|+a cello-like range|@in the low register|@down low|@an octave down|"
    "@below middle c",
    "mid-range|middle|mid-register|neither high nor low|centred|+middle notes|"
    "+an average range|+a tenor range|@in the middle register|@around middle c|"
    "@in the middle of the keyboard|@at medium pitch|@in a comfortable range|mid-pitched",
    "high|treble|high-pitched|higher|highish|soprano|+high notes|+a high voice|"
    "+a treble sound|@in the high register|@up high|@an octave up|@above the staff|"
    "@on the upper strings|high-lying",
    "very high|twinkling|shrill|piercing|squeaky|stratospheric|tinkling|glittering|"
    "+glittering high notes|+the highest notes|+tiny high bells|@at the very top|"
    "@way up high|@in the highest register|@as high as possible",
)  # fmt: skip
ARTICULATION: Final = (
    "very legato|droning|endlessly sustained|+long sustained notes|+held chords|"
    "+drones|+endless notes|+very long notes|+notes that never end|+organ-like held tones|"
    "+long tones|@flowing into each other|@held for ever|@without any breaks|deeply sustained",
    "legato|sustained|connected|singing|smoothly joined|slurred|cantabile|+smooth lines|"
    "+singing lines|+long notes|+longer notes|+flowing phrases|@smoothly connected|@held on|"
    "@with pedal",
    "normally articulated|portato|neither short nor long|+medium-length notes|"
    "+ordinary note lengths|+notes of normal length|+natural phrasing|+notes half held|"
    "@with natural articulation|@neither legato nor staccato|@tongued gently|non-legato|"
    "evenly articulated|moderately detached",
    "short|staccato|detached|choppy|clipped|separated|crisp|+short notes|+shorter notes|"
    "+dry little notes|+clipped chords|+bouncing staccato|@with short notes|@staccato style|dry",
    "very short|spiky|percussive|stabbing|ultra-staccato|pecking|needle-like|"
    "+very short notes|+sharp staccato|+stabs|+tiny dots of sound|+hammered short notes|"
    "@as short as possible|@in tiny stabs|machine-gun-like",
)  # fmt: skip
TEMPO: Final = (
    "very slow|largo|crawling|glacial|grave tempo|extremely slow|snail-paced|dragging|"
    "+a snail's pace|+a funeral pace|+a very slow pulse|@at a crawl|@in slow motion|@dead slow|"
    "@slower than slow",
    "slow|adagio|slowish|slower|lento|slow-moving|half-speed|+a slow pace|+ballad tempo|"
    "+a slow pulse|+a leisurely pace|@at a slow pace|@in half time|@taking its time|@slowly",
    "medium tempo|moderato|andante|mid-tempo|moderately paced|walking-pace|"
    "+a walking pace|+a medium pulse|+a moderate tempo|@at a moderate pace|@at medium speed|"
    "@neither fast nor slow|medium-paced|@at a stroll",
    "fast|allegro|quick|up-tempo|faster|brisk|quickish|speedy|+a quick pace|+a fast pulse|"
    "+more speed|@at a brisk pace|@in double time|@hurrying along|@quickly",
    "very fast|presto|breakneck|racing|lightning-fast|prestissimo|extremely fast|blistering|"
    "+breakneck speed|+a frantic tempo|+top speed|@at top speed|@at full speed|@at a gallop|"
    "@as fast as possible",
)  # fmt: skip
"""Tempo itself is the player's; these words stand for how often notes come."""

MODE: Final = (
    "minor|minor-key|aeolian|minor-mode|harmonic minor|+minor chords|"
    "+a minor key|+minor harmony|+a minor third|@in a minor key|@in minor|"
    "@in the minor mode|@switched to minor",
    "modal|dorian|mixolydian|ambiguous in mode|neither major nor minor|+suspended chords|"
    "+power chords without thirds|+open fifths|+modal harmony|+blue notes|"
    "@between major and minor|"
    "@without a clear key|@in a mode|harmonically open",
    "major|major-key|ionian|major-mode|+major chords|+a major key|"
    "+major harmony|+a major third|@in a major key|@in major|@in the major mode|"
    "@switched to major",
)  # fmt: skip

METRE_THREE: Final = (
    "waltz|+waltz time|+a waltz|@in three|3/4|three-four|@in three-four time|"
    "+three beats in a bar|+oom-pah-pah|triple metre|waltzing"
)  # fmt: skip
METRE_FOUR: Final = (
    "4/4|+four beats in a bar|@in four|common time|@in four-four time|four-four|+four to the bar|"
    "@in common time|+quadruple time"
)

FEEL: Final = {
    "swing": "swing|swung|shuffle|shuffled|+a shuffle feel|+a swing feel|+a triplet feel|"
    "swinging|+swung eighths|+rolling triplets|triplet-based|@with a swing",
    "straight": "straight|square|on the beat|four-square|+straight eighths|+a straight beat|"
    "+even notes|@strictly on the beat|+plain quarter notes|unsyncopated|@without swing",
    "syncopated": "syncopated|off-beat|+off-beats|+syncopation|cross-rhythmic|funky off-beat|"
    "+offbeat accents|broken-rhythm|+a syncopated groove|@against the beat|+tricky rhythms",
}  # fmt: skip

TEXTURE: Final = {
    ("polyphony", True): "chordal|+thick chords|+big chords|+block chords|+full harmony|"
    "+many voices|polyphonic|+rich harmony|many-voiced",
    ("polyphony", False): "+a single line|monophonic|+one note at a time|unaccompanied|"
    "+just a melody|+a bare melody|+no chords|single-voiced|+a lone line|+one voice",
    ("drums_density", True): "+heavy drums|+busy drums|+a big beat|+lots of percussion|"
    "+pounding drums|+a full drum kit going|drum-heavy|+more drums|+a huge drum sound|"
    "+loads of drums",
    ("bass_motion", True): "+a busy bass|+a walking bass|+a moving bass line|+a driving bass|"
    "bass-driven|+a running bass|+more bass|+a prominent bass|bass-heavy|+lots of bass",
    ("velocity_spread", True): "+big accents|accented|+strong contrasts|+wide dynamics|"
    "expressive|+sudden accents|+loud and soft in turns|+dynamic contrast|full of accents|"
    "+a lively touch",
    ("velocity_spread", False): "+even dynamics|mechanical|+flat dynamics|machine-like|"
    "+every note alike|robotic|+no accents|uniform",
}  # fmt: skip
"""By (attribute, high): one deviation away from the middle."""

ENSEMBLE: Final = {
    1: "solo|unaccompanied|+one player|+a soloist|all alone|+only one instrument|+a solo|"
    "+a single instrument|+one musician",
    2: "+a duo|+a duet|+two players|duo|+just the two of us|+a pair of instruments|+a twosome|"
    "+two instruments|+two musicians",
    3: "+a trio|trio|+three players|+a three-piece|+a small combo|+three instruments|"
    "+three musicians|+a trio sound|+a group of three",
    4: "+a quartet|quartet|+four players|+a four-piece|+a small group|+four instruments|"
    "+four musicians|+a foursome|+a band of four",
    6: "+the whole band|+a big ensemble|+everybody|tutti|+a full band|+an orchestra of players|"
    "+all the instruments|+a large group|+the full line-up",
}  # fmt: skip
"""By least number of parts."""

NO_DRUMS: Final = (
    "+no drums|@without drums|drumless|@no drums please|@without percussion|"
    "+no beat|beatless|@leave out the drums|@drop the drums|@lose the drums|+no percussion|" \
    "unplugged, no drums"
)  # fmt: skip
