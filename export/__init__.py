"""The offline half: from a folder of MIDI files to a model folder that amt-live plays."""
