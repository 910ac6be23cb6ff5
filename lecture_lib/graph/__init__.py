"""One run of a function as a graph: recorded, simplified, printed as NumPy and compiled.

Read the modules in this order; each uses only what stands above it, and ``lecture_lib.autograd`` below all of them.

* ``pictures``: how a graph is drawn: declared here, bound where pictures are known.
* ``trace``: one run of a function as a graph to draw, step through and run again.
* ``forms``, ``notation``: how every operation is written, in code, in formulas, in pictures and in words.
* ``simplify``, ``source``: the backward pass as the NumPy a person would write.
* ``compile``: the backward pass as fast NumPy.
* ``table``: the table of operations for the documentation.
"""
