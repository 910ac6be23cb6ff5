"""Numbers: the Tensor, the table of local derivatives, the walk through the graph, the transforms, the checks.

Read the modules in this order; each uses only what stands above it.

The core, where a derivative is stated once and carried through the graph:

* ``errors``: the two errors that gradients raise.
* ``structure``: nested tuples, lists and dicts of arrays.
* ``modes``: what the current thread is doing: recording, differentiating, tracing.
* ``misfits``: why shapes do not fit, in words.
* ``operation``: one step of a computation, with a pull and a push.
* ``tensor``: an array that remembers which operation made it; ``apply`` runs and records one.
* ``anomalies``: which operation made NaN or Inf, or lost an array it had saved.
* ``sparse``: the gradient of a table of which a few rows were looked up.
* ``engine``: backward with gradients, forward with tangents.
* ``families``: five ways to state a local derivative, and the pull and push that follow.
* ``slopes``, ``linear``, ``products``, ``linalg``, ``rules``: the local derivative of every operation.
* ``transforms``: grad, vjp, jvp: functions of functions.
* ``jacobians``: jacobian, hessian, hvp: many passes at once.

NumPy's names for all of it:

* ``stand_ins``: how a NumPy function is given a stand-in on Tensors.
* ``shaping``, ``picking``, ``joining``, ``reducing``, ``statistics``, ``multiplying``, ``factoring``,
  ``interpolating``, ``numpy_api``: the stand-ins.
* ``functions``: what neural networks need and NumPy lacks: sigmoid, softmax, cross_entropy.
* ``primitives``: an operation of your own.

What is built on the recorded graph:

* ``checks``: gradients against finite differences.
* ``trace``: one run of a function as a graph to draw, step through and run again.
* ``lines``, ``simplify``, ``source``: the backward pass as the NumPy a person would write.
* ``compile``: the backward pass as fast NumPy.
* ``table``: the table of operations for the documentation.
"""
