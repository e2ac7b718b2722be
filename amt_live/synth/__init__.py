"""Sound without a DAW: FluidSynth beside the band, in processes of its own that it may lose."""
