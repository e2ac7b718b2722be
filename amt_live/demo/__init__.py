"""``amt-live demo``: two minutes that show what the band can do, played or rendered."""
