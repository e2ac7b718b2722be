"""The rows of the address table, topic by topic; ``addresses`` puts them together."""
