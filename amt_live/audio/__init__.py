"""MIDI files to sound files: soundfonts, synthesizers, formats. No sound card is touched."""
