"""The token stream: one vocabulary, its grammar, and the way from bars to ids and back."""
