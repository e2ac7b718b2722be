"""What a piece of music is like, in numbers: keys, chords, density, mood. Pure numpy."""
