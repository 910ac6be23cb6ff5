"""One run of a function as a graph: recorded, simplified, printed as NumPy and compiled.

Read the modules in this order; each uses only what stands above it, and ``lecture_lib.autograd`` below all of them.

* ``plotting``: pictures stand in the notebook, whatever backend the reader's shell names.
* ``pictures``: how a graph is drawn: declared here, bound where pictures are known.
* ``trace``: one run of a function as a graph to draw, step through and run again.
* ``forms``, ``notation``: how every operation is written, in code, in formulas, in pictures and in words.
* ``simplify``, ``source``: the backward pass as the NumPy a person would write.
* ``writer``, ``compile``: the backward pass as fast NumPy.
* ``update``, ``update_source``: the same with a step of an optimizer behind it, fast and as a person would write it.
* ``table``: the table of operations for the documentation.
"""
