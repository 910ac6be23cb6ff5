"""The ideas that the course teaches, by id, and the notebook in which each is first demonstrated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Idea:
    """A row of the syllabus.

    Attributes:
        id: a letter for the part and a number, as a cell's metadata claims it: `"covers": ["E4"]`.
        title: the idea in a few words.
        notebook: the two digits of the notebook that first shows it in running code.
    """

    id: str
    title: str
    notebook: str


SYLLABUS: tuple[Idea, ...] = (
    Idea("A1", "Named entity recognition, and why a dictionary is not enough", "01"),
    Idea("A2", "Window classification: five word vectors, padding at the ends", "01"),
    Idea("A3", "The network from window to probability, every shape written down", "01"),
    Idea("A4", "Loss and stochastic gradient descent; squared and logistic loss", "07"),
    Idea("A5", "Word vectors are parameters too", "07"),
    Idea("A6", "Linear classifier, neuron, layers, and why depth needs a nonlinearity", "07"),
    Idea("B1", "A slope says how much the output changes", "02"),
    Idea("B2", "The gradient of a function of many inputs", "02"),
    Idea("B3", "The Jacobian: rows outputs, columns inputs", "03"),
    Idea("B4", "The chain rule: multiply Jacobians, in the cheap order", "04"),
    Idea("B5", "An elementwise function has a diagonal Jacobian", "03"),
    Idea("B6", "Jacobians of Wx + b and of uᵀh, entry by entry", "03"),
    Idea("B7", "Break a function into minimal pieces and check that they fit", "04"),
    Idea("C1", "∂s/∂b from three Jacobians: ∇_b s = u ∘ f′(z)", "05"),
    Idea("C2", "The shared part is the error signal δ, computed once", "05"),
    Idea("C3", "One weight feeds one unit: ∂s/∂W_ij = δ_i x_j", "06"),
    Idea("C4", "All weights together: ∇_W s = δxᵀ", "06"),
    Idea("C5", "Jacobian form and shape convention; where transposes come from", "06"),
    Idea("C6", "Five tips, and the softmax at the top in two cases", "07"),
    Idea("C7", "The gradient for the words: split, summed, sparse", "07"),
    Idea("C8", "What the update learns: \u201cin\u201d becomes evidence for a location", "07"),
    Idea("D1", "The retraining pitfall: TV, telly and television", "17"),
    Idea("D2", "When to fine-tune word vectors, shown as a learning curve", "17"),
    Idea("E1", "The equations as a graph, and forward propagation", "08"),
    Idea("E2", "Backward: downstream = upstream × local gradient", "08"),
    Idea("E3", "A node with several inputs has one local gradient for each", "08"),
    Idea("E4", "F = (x + y)·max(y, z) at (1, 2, 0), checked by wiggling", "08"),
    Idea("E5", "A value used twice: its gradients add", "08"),
    Idea("E6", "Intuitions: + distributes, max routes, × switches", "08"),
    Idea("E7", "One backward pass shares work; both ways counted", "08"),
    Idea("E8", "Topological order, and why plain recursion is wrong or exponential", "09"),
    Idea("E9", "Gates and a graph object, written by the reader", "09"),
    Idea("E10", "Layers as nodes; their Jacobians are never built", "09"),
    Idea("F1", "Symbolic, numeric and automatic differentiation side by side", "11"),
    Idea("F2", "Reverse mode with adjoints on F = ln x₁ + x₁x₂ − sin x₂", "11"),
    Idea("F3", "Forward mode with dual numbers; cost over inputs and outputs", "11"),
    Idea("F4", "Define-by-run: differentiate through if, while and for", "11"),
    Idea("F5", "Logistic regression as a graph, in steps and in one line", "11"),
    Idea("F6", "A module's three derivatives, and what must be stored", "11"),
    Idea("F7", "The linear layer's mostly-zero 3-tensor; ReLU's diagonal", "12"),
    Idea("G1", "Numeric gradients: two-sided, the V-shaped error, the cost", "02"),
    Idea("G2", "How checks fool you: ones, squares, kinks, float32", "10"),
    Idea("H1", "Regularization and overfitting", "16"),
    Idea("H2", "Vectorization: a loop against one matrix product", "12"),
    Idea("H3", "Nonlinearities, saturation and dead units", "13"),
    Idea("H4", "Initialization: symmetry, variance through depth, Xavier", "14"),
    Idea("H5", "Optimizers, dense and sparse", "15"),
    Idea("H6", "Learning rates, schedules and the stability limit", "15"),
    Idea("H7", "Why learn this: find the fault from its symptoms", "18"),
    Idea("I1", "Retrieval: three questions from before, closed book", "03"),
    Idea("I2", "Derivations on paper, every line judged", "05"),
    Idea("I3", "A tape by operator overloading", "09"),
    Idea("I4", "Memory against depth, and checkpointing", "12"),
    Idea("J1", "Residual connections: the fan-out rule in deep stacks", "14"),
    Idea("J2", "Clip the gradient, not the loss", "18"),
    Idea("J3", "Decoupled weight decay is not L2 inside Adam", "16"),
    Idea("J4", "Warm-up and cosine schedules", "15"),
    Idea("J5", "Dropout beside L2", "16"),
    Idea("J6", "Normalizing a layer, forward and back", "14"),
    Idea("J7", "A recipe for debugging, and faults in the data", "18"),
)
