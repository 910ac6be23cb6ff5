"""NumPy's names on Tensors, by kind."""
