"""Plots that hold still: curves of training, matrices, confusions."""
