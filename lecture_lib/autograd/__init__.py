"""Numbers: the Tensor, the table of local derivatives, the walk through the graph, the transforms, the checks."""
