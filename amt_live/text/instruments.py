"""Names of instruments as performers write them: the part that plays each, and its sound.

Data only. Longer names win over shorter ones inside them ("bass guitar" is no guitar). A name may
belong to several parts; the first one is meant, the others are not in its way.
"""

from typing import Final

# name|name...: part[+part...], General MIDI program (from 0) or - for the part's own.
_TABLE: Final = """
drums|drum|drum kit|drum set|drumkit|drumming|drummer|drum beat|backbeat: drums+percussive, -
percussion|cymbals|snare|drum beats: drums+percussive, -
bass|bass line|bassline|basses: bass, -
upright bass|double bass|acoustic bass|contrabass|stand-up bass|string bass|walking bass: bass, 32
bass guitar|electric bass|fingered bass: bass, 33
picked bass: bass, 34
fretless|fretless bass: bass, 35
slap bass|slapped bass: bass, 36
synth bass|sub bass|sub-bass|acid bass: bass, 38
piano|pianist|grand piano|acoustic piano|upright piano|pianos: piano, 0
bright piano: piano, 1
honky-tonk|honky-tonk piano|honky tonk piano|saloon piano: piano, 3
electric piano|e-piano|rhodes|wurlitzer: piano, 4
harpsichord: piano, 6
clavinet|clavi: piano, 7
mallets: mallets, -
celesta|celeste: mallets, 8
glockenspiel: mallets, 9
music box|musical box: mallets, 10
vibraphone|vibes: mallets, 11
marimba: mallets, 12
xylophone: mallets, 13
tubular bells|church bells|bells: mallets, 14
dulcimer: mallets, 15
organ|organist|hammond|hammond organ|drawbar organ: organ, 16
rock organ: organ, 18
church organ|pipe organ|cathedral organ: organ, 19
harmonium|reed organ: organ, 20
accordion|squeezebox|concertina: organ, 21
harmonica|mouth organ: organ, 22
bandoneon: organ, 23
guitar|guitars|guitarist: guitar, -
acoustic guitar|nylon guitar|classical guitar|spanish guitar|nylon-string guitar: guitar, 24
steel guitar|steel-string guitar|folk guitar|twelve-string guitar: guitar, 25
jazz guitar: guitar, 26
electric guitar|clean guitar|electric guitars: guitar, 27
muted guitar|palm-muted guitar: guitar, 28
overdriven guitar|overdrive guitar: guitar, 29
distorted guitar|distortion guitar|metal guitar|heavy guitar: guitar, 30
heavy guitars|distorted guitars: guitar, 30
ukulele: guitar, 24
strings|string section|string orchestra|string ensemble: ensemble+strings, 48
string quartet|string trio: strings, 40
violin|violins|violinist: strings, 40
viola|violas: strings, 41
cello|cellos|cellist|violoncello: strings, 42
pizzicato|plucked strings: strings, 45
harp: strings, 46
timpani|kettledrums: strings, 47
tremolo strings: strings+ensemble, 44
choir|chorus|choral voices|voices|vocals|aahs: ensemble, 52
orchestra hit: ensemble, 55
brass|brass section|horn section|horns|brass band: brass, 61
trumpet|trumpets|cornet|flugelhorn: brass, 56
trombone|trombones: brass, 57
tuba: brass, 58
muted trumpet|harmon mute: brass, 59
french horn|french horns|horn: brass, 60
synth brass: brass, 62
sax|saxophone|saxophones|tenor sax|tenor saxophone: reed, 66
soprano sax|soprano saxophone: reed, 64
alto sax|alto saxophone: reed, 65
baritone sax|baritone saxophone|bari sax: reed, 67
oboe: reed, 68
english horn|cor anglais: reed, 69
bassoon: reed, 70
clarinet|clarinets: reed, 71
woodwinds|woodwind: pipe+reed, -
flute|flutes|flautist: pipe, 73
piccolo: pipe, 72
recorder|recorders: pipe, 74
pan flute|panpipes|pan pipes: pipe, 75
bottle blow: pipe, 76
shakuhachi: pipe, 77
whistle|whistling|tin whistle: pipe, 78
ocarina: pipe, 79
lead synth|synth lead|lead synthesizer|synth melody: lead, -
square lead|chiptune lead|square wave: lead, 80
saw lead|sawtooth|sawtooth lead: lead, 81
synth|synths|synthesizer|synthesizers: lead+pad+bass, -
pad|pads|synth pad|synth pads|ambient pad: pad, -
warm pad: pad, 89
sound effects|textures|synth textures: effects, -
sitar: ethnic, 104
banjo: ethnic, 105
shamisen: ethnic, 106
koto: ethnic, 107
kalimba|thumb piano|mbira: ethnic, 108
bagpipe|bagpipes: ethnic, 109
fiddle|fiddles|fiddler: ethnic+strings, 110
shanai: ethnic, 111
steel drums|steel drum|steelpan|steel pan: percussive, 114
woodblock|woodblocks: percussive, 115
taiko|taiko drums: percussive+drums, 116
agogo: percussive, 113
"""


def instruments() -> dict[str, tuple[tuple[str, ...], int | None]]:
    """Every name: the parts it may mean, and the program of the first of them."""
    known = {}
    for line in _TABLE.strip().splitlines():
        names, _, meaning = line.partition(": ")
        parts, _, program = meaning.partition(", ")
        for name in names.split("|"):
            known[name] = (tuple(parts.split("+")), None if program == "-" else int(program))
    return known
