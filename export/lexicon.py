"""The words that style phrases may be made of. Data only.

An allowed list, not a forbidden one: whatever is not in here (names of people, bands, songs and
places above all) cannot get into a caption.
"""

from typing import Final

MODIFIERS: Final = frozenset(
    """
    accented acoustic aggressive airy ambient amplified angry anthemic arpeggiated atmospheric
    ballroom bare bitter bittersweet bleak bluesy bold bouncing bouncy brash brassy breezy
    bright brisk brooding busy calm calming carefree catchy ceremonial cheerful chromatic
    cinematic clean complex contemplative contrapuntal cool crisp danceable dark deep
    deliberate delicate dense despairing detuned dissonant distorted dramatic dreamy dreary
    driving droning earthy eastern easy-going echoing eerie elaborate electric electronic
    elegant elegiac emotional energetic ethereal euphoric exciting exotic explosive expressive
    exuberant fast fast-paced ferocious festive fierce fiery flowing folky forceful frantic
    frenetic funky furious gentle ghostly gloomy graceful grand grandiose grim gritty groovy
    harmonic harsh haunting hazy heartfelt heavy heroic high high-energy homely hopeful hushed
    hymn-like hypnotic improvised industrial instrumental intense intimate intricate
    introspective jagged jangly jaunty jazzy joyful joyous jubilant laid-back languid lazy
    leisurely light light-hearted lilting lively lonely loose loud lush lyrical majestic
    martial mechanical meditative melancholic melancholy mellow melodic melodious metallic
    minimal minimalist modal modern monotonous moody mournful muscular muted mysterious
    mystical noisy nostalgic off-beat ominous orchestral ornamented ornate passionate pastoral
    peaceful pensive percussive plaintive playful poignant polyphonic polyrhythmic pounding
    powerful propulsive proud pulsing punchy quick quiet quirky ragged raucous raw reflective
    regal relaxed relaxing relentless repetitive restless restrained reverberant rhythmic
    ringing rolling romantic rough rousing rustic sad sassy scratchy sensual sentimental serene
    serious sharp shimmering shuffling simple slow slow-paced smoky smooth soaring soft solemn
    somber sombre soothing soulful sparse spiritual spooky stately steady stirring stomping
    straightforward strident stripped-down strummed strutting subdued subtle sultry sunny
    sustained swaying sweeping sweet swinging swirling swung symphonic syncopated synthesized
    tender tense theatrical thick thin thumping thunderous tight touching traditional tragic
    tranquil triumphant tuneful turbulent twangy unaccompanied uneasy unhurried up-tempo upbeat
    uplifting uptempo urban urgent vibrant vigorous violent virtuosic vocal warm wild wistful
    yearning zesty
    """.split()
)
"""About mood, tempo, dynamics and sound."""

NOUNS: Final = frozenset(
    """
    accompaniment accordion accordions anthem anthems aria arias arpeggios arrangement
    arrangements atmosphere atmospheres backbeat backing bagpipe bagpipes ballad ballads
    bandoneon banjo banjos bass basses bassline basslines bassoon beat beats bell bells blues
    bongos bow bows brass breakbeat breakbeats breaks bugle cadence cello cellos chant chants
    chimes choir choirs chorale chord chords chorus choruses chromaticism clap clapping claps
    clarinet clarinets clavinet congas cornet counterpoint cowbell crescendos cymbal cymbals
    dance dances dirge disco dissonance distortion double-bass drone drones drum drumming drums
    dulcimer dynamics electronics ensemble ensembles falsetto fanfare fanfares feedback feel
    fiddle fiddles fills fingerpicking flute flutes folk fugue fugues funk glockenspiel gospel
    groove grooves guitar guitars hand-claps handclaps harmonica harmonies harmonium harmony
    harp harps harpsichord hi-hat hi-hats hook hooks horn horns house hymn hymns improvisation
    improvisations instrumentation instruments intro jams jazz jig jigs keyboard keyboards kick
    lament laments lead leads loop loops lullabies lullaby mandolin mandolins maracas march
    marches marimba marimbas mbira melodies melody metal meter metre minuet mood moods motif motifs
    oboe oboes offbeat offbeats orchestra orchestration organ organs ornamentation oscillators
    ostinato ostinatos oud pads pan-pipes panpipes passages patterns percussion phrase phrases
    phrasing piano pianos picking pizzicato polka polkas polyphony polyrhythm polyrhythms pulse
    ragtime recorder recorders reed reeds reel reels refrain refrains reverb rhythm rhythms
    riff riffs rock rumba samba samples saxophone saxophones scale scales scratching shuffle
    sitar snare solo solos song songs sound sounds soundscape soundscapes steelpan strings
    strumming strums swing syncopation synth synthesiser synthesisers synthesizer synthesizers
    synths tabla tambourine tango techno tempi tempo tempos texture textures timbre timbres
    timpani tone tones tremolo trill trills triplet triplets trombone trombones trumpet
    trumpets tuba tune tunes ukulele ukuleles verses vibraphone vibrato viola violas violin
    violins vocals voice voices walking-bass waltz waltzes whistle woodwind woodwinds xylophone
    zither
    """.split()
)
"""Instruments and parts of music; a phrase ends with one of these."""

INNER: Final = frozenset(
    """
    backing baroque bass bell bell-like big bossa brass brushed chamber chord church clarinet
    club cuban dance double drum drum-machine eighth-note electric finger folk
    four-on-the-floor french grand guitar half-time hand harp horn irish jazz keyboard latin
    lead low major minor nylon nylon-string offbeat one-drop organ pedal piano pipe power rap
    rhythm rock slap slide snare solo steel steel-string stride string swing synth synth-driven
    tenor three-part twelve-bar two-beat two-part viola violin walking wind wood
    """.split()
)
"""Words that may stand between a modifier and its noun, or alone before a noun."""

FILLERS: Final = frozenset(
    """
    a an and as at by for from in into is it its make music my no not of on or some something
    the to very with without your
    """.split()
)

ADVERBS: Final = frozenset(
    "fairly gently highly moderately often quite rather softly typically very".split()
)
