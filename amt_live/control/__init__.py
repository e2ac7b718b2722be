"""What can be asked of the band and what it tells: pure values, standard library only."""
