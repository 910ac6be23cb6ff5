"""Equations as they are printed, judged with random numbers of unequal sizes."""
