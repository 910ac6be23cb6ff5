"""Numbers: the Tensor, the table of local derivatives, the walk through the graph, the transforms, the checks.

Each module uses only what stands above it.

What the core stands on. Look in where a name is new:

* ``errors``: the two errors that gradients raise.
* ``trees``: nested tuples, lists and dicts of arrays.
* ``state``: what the current thread is doing: recording, differentiating, tracing.
* ``shape_errors``: why shapes do not fit, in words.
* ``operation``: one step of a computation, with a pull and a push.
* ``node``: one value of a recorded computation: its operation, its arguments, its age.
* ``saved``: what an operation keeps of its arguments, and what is said if it changed meanwhile.
* ``sparse``: the gradient of a table of which a few rows were looked up.
* ``spoken``: what NumPy's functions are called in an error message.

The core, where a derivative is stated once and carried through the graph. Begin here:

* ``engine``: backward with gradients, forward with tangents.
* ``tensor``: a node that is used like an array; ``apply`` runs an operation and records it.
* ``families``: five ways to state a local derivative, and the pull and push that follow.
* ``slopes``, ``linear``, ``products``, ``linalg``, ``rules``: the local derivative of every operation.
* ``transforms``: grad, vjp, jvp: functions of functions.
* ``jacobians``: jacobian, hessian, hvp: many passes at once.

NumPy's names for all of it:

* ``numpy.register``: how a NumPy function is given a stand-in on Tensors.
* ``numpy.shape``, ``numpy.indexing``, ``numpy.join``, ``numpy.reduce``, ``numpy.matrix``: the stand-ins by kind.
* ``numpy.statistics``, ``numpy.decompositions``, ``numpy.curves``: those that are composed of others.
* ``numpy.elementwise``: those that are left, and all of them registered.
* ``nn``: what neural networks need and NumPy lacks: sigmoid, softmax, cross_entropy.
* ``custom``: an operation of your own.

And what holds all of it to the truth:

* ``checks``: gradients against finite differences.
* ``anomalies``: which operation made NaN or Inf.
"""
