"""The stage screen: an OSC client that shows the band and sends what the performer types."""
