"""Pure musical values: beats, timelines, notes, parts. Standard library only."""
