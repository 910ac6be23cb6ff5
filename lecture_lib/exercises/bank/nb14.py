"""Exercises of notebook 14: where training begins."""

import numpy as np

from lecture_lib.exercises.exercise import Exercise, Mistake
from lecture_lib.exercises.retrieval import retrieval
from lecture_lib.exercises.variants import IN_WORDS, varying


def _spread(n: int = 300, r: float = 0.2) -> Exercise:
    return Exercise(
        "14-spread",
        f"The standard deviation of z for {n} inputs of mean square 1 and weights from Uniform(-{r}, {r}).",
        r * np.sqrt(n / 3),
        (
            Mistake("the variance", "That is the variance of z. What is its root?", n * r**2 / 3),
            Mistake("r as the standard deviation", f"Is {r} the spread of a weight, or its end?", r * np.sqrt(n)),
            Mistake(
                "standard deviations added",
                "Independent terms partly cancel. Which of the two adds up, spread or squared spread?",
                n * r / np.sqrt(3),
            ),
            Mistake("a single term", "That is the spread of one weight. How many terms does z have?", r / np.sqrt(3)),
            Mistake("the ends added", "That is the largest z there can be, not the typical one.", n * r),
        ),
        "Variance of one weight, times the number of terms, then the root.",
        f"{r**2:g}/3 times {n} is {n * r**2 / 3:g}, whose root is {r * np.sqrt(n / 3):g}.",
        way=lambda: np.sqrt(n * r**2 / 3),
    )


def _depth(layers: int = 10) -> Exercise:
    count = IN_WORDS[layers]
    return Exercise(
        "14-depth",
        f"How many times too large the output of {count} linear layers is, if every weight is twice as large as it "
        "should.",
        2**layers,
        (
            Mistake("added, not multiplied", "The second layer doubles what the first one doubled.", 2 * layers),
            Mistake("the variance", "That is how the variance grows.", 2 ** (2 * layers)),
            Mistake("once", f"Every one of the {count} layers doubles.", 2),
            Mistake("squared, not doubled again", f"{count.capitalize()} factors of two.", layers**2),
        ),
        "One layer doubles. And the next one?",
        f"{count.capitalize()} times doubled: factors multiply through depth.",
        way=lambda: 2**layers,
    )


def _normal(z: np.ndarray) -> np.ndarray:
    return (z - z.mean()) / z.std()


def _back_through_norm(g: np.ndarray, z: np.ndarray) -> np.ndarray:
    h = _normal(z)
    return (g - g.mean() - h * (g * h).mean()) / z.std()


def _normed(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    n = int(rng.integers(4, 9))
    return rng.normal(size=n), rng.normal(0.7, 2.0, n)


EXERCISES = (
    retrieval(
        "14",
        (0.25, 0, 4),
        ("the slope", "the gradient", "the ratio"),
        (0, 0.5, "the value, not the slope", "That is where σ stands at 0. How steep is it there?"),
        (0, 1, "the slope of tanh", "tanh is steeper. What is left of σ at best?"),
        (1, 0.01, "a leaky unit", "A leaky unit keeps a hundredth. What does ReLU keep below 0?"),
        (1, 1, "alive", "Below 0 for every window: how steep is ReLU there?"),
        (2, 2, "one factor of two", "Twice as high, and twice as fast."),
    ),
    Exercise(
        "14-symmetry",
        "How many different rows W has after training, if three rows begin at 0.01 and five at 0.02, u all equal.",
        2,
        (
            Mistake("no symmetry at all", "Two units that begin equal: what could ever make their steps differ?", 8),
            Mistake("one symmetry for all", "Do the two groups see equal z?", 1),
            Mistake("the units of one group", "Do the units inside that group differ from one another?", 5),
            Mistake("the units of one group", "Do those units differ from one another, or only from the rest?", 3),
        ),
        "Which units begin equal, and which do not? Follow a pair of each kind through one step.",
        "Units that begin equal stay equal; units that begin different may differ.",
        way=lambda: 1 + 1,
    ),
    Exercise(
        "14-output-bias",
        "A function of the share q of yes answers that returns the output bias c with σ(c) = q.",
        lambda q: np.log(q / (1 - q)),
        (
            Mistake("the softmax's bias", "That makes exp(c) = q. What shall be q here?", lambda q: np.log(q)),
            Mistake("the share itself", "c is a score. Which function turns it into the share?", lambda q: q),
            Mistake(
                "yes and no exchanged",
                "With few yes answers, should the score begin above 0 or below?",
                lambda q: np.log((1 - q) / q),
            ),
            Mistake("without the logarithm", "That is e to the c.", lambda q: q / (1 - q)),
            Mistake("the logistic the wrong way", "σ(c) shall be q, not c = σ(q).", lambda q: 1 / (1 + np.exp(-q))),
            Mistake("the slope", "q(1 - q) is σ's slope there. Where is that place?", lambda q: q * (1 - q)),
        ),
        "Solve 1/(1 + exp(-c)) = q for c.",
        "The logarithm of the odds: negative when a yes is rare.",
        inputs=lambda rng: (float(rng.uniform(0.02, 0.4)),),
        arguments=("q",),
    ),
    varying(_spread, n=(48, 75, 108, 147, 192, 243, 300, 363, 432, 507), r=(0.1, 0.2, 0.3, 0.4, 0.5)),
    varying(_depth, layers=range(5, 13)),
    Exercise(
        "14-xavier",
        "A function of n_in and n_out that returns Xavier's r for weights drawn from Uniform(-r, r).",
        lambda n_in, n_out: np.sqrt(6 / (n_in + n_out)),
        (
            Mistake(
                "the variance as r",
                "2/(n_in + n_out) is the variance. What is the variance of Uniform(-r, r)?",
                lambda n_in, n_out: 2 / (n_in + n_out),
            ),
            Mistake(
                "the standard deviation as r",
                "A uniform variable reaches further than its standard deviation.",
                lambda n_in, n_out: np.sqrt(2 / (n_in + n_out)),
            ),
            Mistake(
                "the width as r", "From -r to r the width is 2r.", lambda n_in, n_out: 2 * np.sqrt(6 / (n_in + n_out))
            ),
            Mistake(
                "inputs only", "The gradients come back through the outputs.", lambda n_in, n_out: np.sqrt(3 / n_in)
            ),
            Mistake(
                "outputs only", "The values go forward through the inputs.", lambda n_in, n_out: np.sqrt(3 / n_out)
            ),
            Mistake("the square of r", "One root is still missing.", lambda n_in, n_out: 6 / (n_in + n_out)),
            Mistake(
                "the root of the 6 alone",
                "Does the root end too soon?",
                lambda n_in, n_out: np.sqrt(6) / (n_in + n_out),
            ),
        ),
        "Set r²/3 equal to the variance that Xavier asks for.",
        "The variance of Uniform(-r, r) is r²/3, and the 6 is 2 times 3.",
        inputs=lambda rng: (int(rng.integers(20, 60)), int(rng.integers(100, 300))),
        arguments=("n_in", "n_out"),
    ),
    Exercise(
        "14-he",
        "A function of n_in that returns the standard deviation of He's weights for rectifiers.",
        lambda n_in: np.sqrt(2 / n_in),
        (
            Mistake("the variance", "What is asked for is the standard deviation.", lambda n_in: 2 / n_in),
            Mistake(
                "nothing is made up for",
                "That keeps the size without a rectifier. What does it take away?",
                lambda n_in: np.sqrt(1 / n_in),
            ),
            Mistake(
                "the half on the wrong side",
                "Half of the squares are lost: must the weights be larger or smaller for that?",
                lambda n_in: np.sqrt(1 / (2 * n_in)),
            ),
            Mistake("the end of a range", "That is r of a uniform distribution.", lambda n_in: np.sqrt(6 / n_in)),
            Mistake("the root forgotten in part", "Take the root of all of it.", lambda n_in: 2 / np.sqrt(n_in)),
            Mistake("the root of the 2 alone", "Does the root end too soon?", lambda n_in: np.sqrt(2) / n_in),
        ),
        "Solve ½ · n_in · Var(w) = 1 for the variance, then take the root.",
        "√2 times what a layer without rectifier needs.",
        inputs=lambda rng: (int(rng.integers(20, 300)),),
        arguments=("n_in",),
    ),
    Exercise(
        "14-norm",
        "A function of g and z, both (n,), that sends g back through h = (z - mean)/spread: it returns ∇_z J, (n,).",
        _back_through_norm,
        (
            Mistake(
                "the spread held fixed",
                "When one entry of z moves, r moves too. Which part of g does that take away?",
                lambda g, z: (g - g.mean()) / z.std(),
            ),
            Mistake(
                "the mean held fixed",
                "When one entry of z moves, the mean moves too. Which part of g does that take away?",
                lambda g, z: (g - _normal(z) * (g * _normal(z)).mean()) / z.std(),
            ),
            Mistake("both held fixed", "m and r are made of z. Do they stand still?", lambda g, z: g / z.std()),
            Mistake(
                "not divided by r",
                "How far does h move when z moves by 1?",
                lambda g, z: g - g.mean() - _normal(z) * (g * _normal(z)).mean(),
            ),
            Mistake(
                "sums for means",
                "m and r are means over the n entries. Is that n in your answer?",
                lambda g, z: (g - g.sum() - _normal(z) * (g * _normal(z)).sum()) / z.std(),
            ),
            Mistake(
                "z for h",
                "The direction that is taken away is the normalized one.",
                lambda g, z: (g - g.mean() - z * (g * z).mean()) / z.std(),
            ),
            Mistake("the forward step", "That normalizes g. What is asked for is ∇_z J.", lambda g, z: _normal(g)),
        ),
        "Take from g its mean, and its mean product with h times h; then divide by r.",
        "What would only shift or stretch z is taken away, for the layer undoes both.",
        inputs=_normed,
        arguments=("g", "z"),
    ),
)
