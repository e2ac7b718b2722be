"""Short names of the 128 General MIDI sounds, as the parts panel shows them."""

from typing import Final

GM_NAMES: Final = tuple(
    name.strip()
    for name in """
    Grand Piano|Bright Piano|Electric Grand|Honky-tonk|Rhodes|E-Piano 2|Harpsichord|Clavinet|
    Celesta|Glockenspiel|Music Box|Vibraphone|Marimba|Xylophone|Tubular Bells|Dulcimer|
    Drawbar Organ|Perc. Organ|Rock Organ|Church Organ|Reed Organ|Accordion|Harmonica|Bandoneon|
    Nylon Guitar|Steel Guitar|Jazz Guitar|Clean Guitar|Muted Guitar|Overdrive|Distortion|Harmonics|
    Acoustic Bass|Finger Bass|Pick Bass|Fretless Bass|Slap Bass 1|Slap Bass 2|
    Synth Bass 1|Synth Bass 2|
    Violin|Viola|Cello|Contrabass|Tremolo Str.|Pizzicato|Harp|Timpani|
    Strings|Slow Strings|Synth Str. 1|Synth Str. 2|Choir Aahs|Voice Oohs|Synth Voice|Orch. Hit|
    Trumpet|Trombone|Tuba|Muted Trumpet|French Horn|Brass Section|Synth Brass 1|Synth Brass 2|
    Soprano Sax|Alto Sax|Tenor Sax|Baritone Sax|Oboe|English Horn|Bassoon|Clarinet|
    Piccolo|Flute|Recorder|Pan Flute|Bottle|Shakuhachi|Whistle|Ocarina|
    Square Lead|Saw Lead|Calliope|Chiff Lead|Charang|Voice Lead|Fifths Lead|Bass Lead|
    New Age Pad|Warm Pad|Polysynth|Choir Pad|Bowed Pad|Metallic Pad|Halo Pad|Sweep Pad|
    Rain|Soundtrack|Crystal|Atmosphere|Brightness|Goblins|Echoes|Sci-fi|
    Sitar|Banjo|Shamisen|Koto|Kalimba|Bagpipe|Fiddle|Shanai|
    Tinkle Bell|Agogo|Steel Drums|Woodblock|Taiko|Melodic Tom|Synth Drum|Rev. Cymbal|
    Fret Noise|Breath|Seashore|Bird Tweet|Telephone|Helicopter|Applause|Gunshot
    """.replace("\n", "").split("|")
)

KIT_NAMES: Final = {
    0: "Standard Kit",
    8: "Room Kit",
    16: "Power Kit",
    24: "Electronic Kit",
    25: "TR-808 Kit",
    32: "Jazz Kit",
    40: "Brush Kit",
    48: "Orchestra Kit",
}


def sound_name(part: str, program: int) -> str:
    """What the sound is called: a kit for the drums, a General MIDI name for the others."""
    if part == "drums":
        return KIT_NAMES.get(program, f"Kit {program + 1}")
    return GM_NAMES[program]
