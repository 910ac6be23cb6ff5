"""A computation graph as a picture: its places, its formulas, its words."""
