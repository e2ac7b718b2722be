"""Words for the sixteen parts and the sixteen genres. Data only.

Split at bars; the first wording names the label and is always known in training.
"""

from typing import Final

PARTS: Final = {
    "drums": "drums|drum kit|beat|percussion|drumming|hi-hats|snare drum|kick drum|backbeat|"
    "drum groove|cymbals|toms",
    "bass": "bass|bass guitar|bass line|double bass|upright bass|fretless bass|low end|slap bass|"
    "contrabass|electric bass",
    "piano": "piano|keys|keyboard|grand piano|pianist|electric piano|upright piano|harpsichord|"
    "rhodes|clavinet|piano chords",
    "mallets": "vibraphone|marimba|glockenspiel|bells|celesta|xylophone|music box|vibes|"
    "tubular bells|dulcimer",
    "organ": "organ|hammond organ|accordion|church organ|harmonica|pipe organ|bandoneon|"
    "reed organ|squeezebox|rock organ",
    "guitar": "guitar|acoustic guitar|electric guitar|guitars|nylon guitar|distorted guitar|"
    "steel guitar|guitar riff|strumming|fingerpicking|power chords",
    "strings": "violin|cello|strings|pizzicato|harp|viola|solo strings|timpani|string quartet|"
    "violins|bowed strings",
    "ensemble": "string ensemble|choir|orchestra strings|voices|string section|lush strings|"
    "synth strings|vocal choir|aah voices|singers|string orchestra",
    "brass": "brass|trumpet|trombone|horns|horn section|french horn|tuba|brass section|cornet|"
    "muted trumpet|fanfare brass",
    "reed": "saxophone|clarinet|sax|oboe|tenor sax|bassoon|alto sax|woodwind reeds|"
    "baritone sax|english horn",
    "pipe": "flute|recorder|pan flute|whistle|ocarina|piccolo|tin whistle|shakuhachi|flutes|"
    "bamboo flute",
    "lead": "synth lead|lead synthesizer|synth melody|square lead|saw lead|lead synth|"
    "monosynth|chip lead|solo synth|screaming synth lead",
    "pad": "synth pad|pads|warm pad|ambient pad|pad chords|synth chords|soft pads|"
    "string pad|choir pad|atmospheric pad",
    "effects": "sound effects|synth textures|atmosphere|effects|noises|sci-fi sounds|"
    "crystal textures|soundscape layer|rain effect|ambience",
    "ethnic": "sitar|banjo|shamisen|fiddle|bagpipes|kalimba|koto|shanai|folk fiddle|"
    "plucked folk instruments",
    "percussive": "steel drums|taiko|woodblock|agogo|tinkle bells|melodic tom|steelpan|"
    "tuned percussion|cowbells|synth drum",
}  # fmt: skip

GENRES: Final = {
    "rock": "rock|rock band|guitar rock|classic rock|punk rock|rock and roll|rockabilly|"
    "garage band|hard rock|indie rock|stadium rock|grunge|surf rock",
    "metal": "metal|heavy metal|thrash|industrial metal|doom|death metal|power metal|"
    "thrash metal|metalcore|headbanging riffs|speed metal|nu metal",
    "jazz": "jazz|jazz combo|bebop|jazz club|cool jazz|jazz trio|after-hours jazz|big band|"
    "hard bop|"
    "swing jazz|jazz standard|jazz lounge|hot club",
    "blues": "blues|twelve-bar blues|blues band|delta blues|slow blues|memphis blues|"
    "electric blues|juke joint|bluesy shuffle|rhythm and blues jam|country blues|blues bar",
    "latin": "latin|latin dance|salsa|bossa nova|tropical|samba|rumba|mambo|cha-cha|tango|"
    "reggae|calypso|merengue|bolero|cuban son",
    "classical": "classical|classical music|chamber music|art song|baroque|string quartet music|"
    "romantic era|fugue|sonata|lied|chorale|minuet|prelude|conservatory piece",
    "folk": "folk|folk tune|traditional dance|acoustic folk|fiddle tune|jig|reel|celtic|"
    "irish pub|hornpipe|folk song|village dance|sing-along",
    "electronic": "electronic|techno|club music|synth music|edm|house|trance|drum and bass|"
    "chiptune|rave|eight-bit|disco|synthwave|eurodance",
    "pop": "pop|pop song|pop ballad|chart pop|radio pop|boy band|teen pop|soft pop|love ballad|"
    "mandopop|bubblegum|catchy pop hook|easy listening",
    "country": "country|country and western|country ballad|bluegrass|honky-tonk|western swing|"
    "hoedown|"
    "cowboy song|country waltz|outlaw country|zydeco|americana",
    "soul": "soul|funk|r&b|gospel|motown groove|neo-soul|funky soul|motown|slow jam|gospel choir|"
    "seventies funk|rare groove",
    "hip hop": "hip hop|trap|lo-fi beats|rap beat|boom bap|lo-fi|lofi hip hop|beats to rap over|"
    "trap beat|gangsta rap|old-school hip hop|study beats",
    "ambient": "ambient|new age|background music|soundscape|ambient drone|spa music|chillout|"
    "space music|drone|relaxation music|ambient wash|sleep music",
    "orchestral": "orchestral|cinematic|film score|game music|symphonic|orchestra|movie trailer|"
    "epic score|video game soundtrack|role-playing game music|symphony|film music",
    "ragtime": "ragtime|boogie-woogie|dixieland|stride piano|charleston|saloon piano|boogie|"
    "new orleans jazz|barrelhouse|honky-tonk piano|silent film piano|piano rag",
    "march": "march|polka|marching band|oom-pah|hymn|military march|brass band|anthem|"
    "parade music|beer tent polka|marching drums|national anthem",
}  # fmt: skip
