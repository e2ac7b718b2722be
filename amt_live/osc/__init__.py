"""The band over the network: one table of OSC addresses, and a server and a client made from it."""
