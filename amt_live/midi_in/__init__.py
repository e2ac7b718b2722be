"""What a performer's hands play: the port they are heard through, controllers, thru, notes."""
