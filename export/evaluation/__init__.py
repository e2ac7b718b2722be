"""Measures what a model plays against real music: windows, figures, protocols, the report."""
