"""Joins the stages: words to moods to tokens to notes in time. Owns the thread that plays."""
