"""Everything between beats and bytes: scheduling, sending, recording. Its own process plays.

``player`` (a process of its own) owns the port; ``player_process`` is the daemon's handle on it;
``output`` says what both look like to the engine; ``ports`` is the only door to the MIDI system.
"""
