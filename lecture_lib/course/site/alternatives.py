"""What the plots of the notebooks show, in words: the alternative texts of pages, by the cell that draws."""

from __future__ import annotations

ALTERNATIVES = {
    "00-tagger-picture": (
        "A map of probabilities: a column for each word, a row for each label from O to ORG; the brighter, the "
        "more probable."
    ),
    "01-x-strip": (
        "The 250 numbers of x as five strips of 50, a word each, orange below 0 and purple above: in, are and "
        "free share a pattern; Paris has much of its own."
    ),
    "01-network-drawn": (
        "A network of three columns: five word vectors x, three hidden units z and h, one score s. Every word is "
        "joined to every unit, and every unit to the score; the line from Paris to the middle unit is thick."
    ),
    "01-curves-picture": (
        "Two S-shaped curves over z: tanh(z) rises from −1 to 1 through 0, σ(z) from 0 to 1 through one half."
    ),
    "02-slope-picture": (
        "The curve x³ near two points, each with its tangent: at x = 1 with slope 3, at x = 4 with slope 48. The "
        "curve bends away from both."
    ),
    "02-uphill-picture": (
        "Contour lines of F around the point (1, 2); an arrow, the gradient shortened, leaves the point straight "
        "across the lines, uphill."
    ),
    "02-v-shape": (
        "The error of the slope of x³ at 4 over the step eps, both in powers of ten: two V's. As the step "
        "shrinks, errors fall and then rise again; the two-sided V is deeper and falls twice as steeply."
    ),
    "03-pictures": (
        "Five Jacobians of 4 by 4 entries as colors, purple above 0, orange below, gray exactly 0; each may be "
        "full, a triangle, a diagonal or the other diagonal. Which is which is the exercise."
    ),
    "04-paths-picture": (
        "Two paths from x₄ to s, one over z₁ and h₁, one over z₂ and h₂, with a local slope on each of their "
        "three edges. The wider a path, the larger the product of its slopes: the second is hardly to be seen."
    ),
    "05-deep-picture": (
        "Millions of multiplications over the number of layers L: with each gradient alone the curve bends upward"
        " ever more steeply; with each δ computed once it is a straight line far below."
    ),
    "06-one-picture-run": (
        "A network with inputs x₁, x₂ and x₃, units z₁ and z₂, and the score s. One line is thick: W₂₃, from x₃ to z₂."
    ),
    "06-window-picture": (
        "The gradient of W for one window, 8 rows by 250 columns: the columns of the two padded places are 0, and"
        " all rows show one pattern, stronger or weaker, turned where δ has the other sign."
    ),
    "07-approximate-picture": (
        "A smooth curve over x and two staircases that follow it: with 10 units in coarse steps, with 40 units closely."
    ),
    "07-in-picture": (
        "Two bars for each of ten words, the score before and after training, above the mean of the ten: before "
        "they hardly differ; afterwards in and near stand high, said and Mr. low."
    ),
    "09-cost-picture": (
        "Milliseconds over the number of gates: two lines from 0, and that of backward a few times as steep as "
        "that of forward."
    ),
    "10-v-layer": (
        "The relative error of a layer's gradient over the step eps, both in powers of ten: four V's. The two-"
        "sided ones are deeper than the one-sided, and float64 lies far below float32."
    ),
    "11-swell-picture": (
        "Over the steps of a program, on an axis of powers of ten: the characters of the symbolic derivative "
        "climb steeply, the operations in the graph hardly."
    ),
    "11-cost-picture": (
        "Milliseconds of two modes in two panels, all axes in powers of ten. With more inputs forward mode climbs"
        " and reverse mode stays flat; with more outputs it is the other way around."
    ),
    "11-train-picture": (
        "Points in a plane with a circle of radius 1.3: crosses and dots tell where the network says −1 and where"
        " +1, and the border between them follows the circle."
    ),
    "12-race-picture": (
        "Two bars, the time for 500 windows: that of the loop is many times as long as that of the batch."
    ),
    "12-stanford-picture": (
        "Two bars: how many times as long the loop takes as the one product, in the lecture years ago and on this"
        " computer now."
    ),
    "12-tensor-picture": (
        "Three slices of 3 by 4 slopes, one for each unit: in slice 1 only row 1 is filled, in slice 2 only row "
        "2, in slice 3 only row 3, each with the same numbers."
    ),
    "12-subgradient-run": (
        "relu with its corner at 0, and four lines through the corner: those with slopes 0, 0.5 and 1 stay below "
        "relu or touch it, the one with slope −0.3 cuts above."
    ),
    "12-train-picture": (
        "Milliseconds for 4,000 windows over the windows in a batch, both in powers: each doubling about halves "
        "the time at first, then the line flattens."
    ),
    "12-engine-picture": (
        "Times for 500 windows as dots on an axis of powers of ten: one by one the engine is slowest, then the "
        "loop; with rows the engine comes close to the batch by hand."
    ),
    "13-tanh-picture": (
        "Three curves over z: σ(z) from 0 to 1; tanh(z) from −1 to 1; and 2σ(2z) − 1, dashed, which lies on tanh."
    ),
    "13-six-picture": (
        "Six nonlinearities with their slopes dashed: logistic, tanh, hard tanh, ReLU, leaky ReLU and parametric "
        "ReLU. The slopes of the first two are bells; those of the others are steps."
    ),
    "13-flow-picture": (
        "The typical size of δ in six layers, on an axis of powers of ten: with sigmoid it falls by orders of "
        "magnitude toward the first layer; with tanh and relu it keeps its size."
    ),
    "13-saturation-picture": (
        "The share of saturated entries over the epochs, for rates 0.1, 0.3 and 0.5: all three rise, and the "
        "larger the rate, the higher."
    ),
    "14-rows": (
        "The weights of eight units for the middle word as colors, twice. From equal weights every column has one"
        " color: eight copies of one unit. From random weights every row is different."
    ),
    "14-bias-curve": (
        "The loss over the batches, smoothed, for two starts of the bias c: from its good start it begins low, "
        "from 0 it begins high; after some twenty batches they meet."
    ),
    "14-ranges": (
        "Three histograms of the outputs h: with r = 0.001 all are nearly 0; with r = 0.1 they spread; with r = 3"
        " nearly all are −1 or 1, saturated."
    ),
    "14-depth-picture": (
        "The typical output and the typical δ in eight layers, on axes of powers of ten: with 0.3 × Xavier both "
        "vanish, with 1 × Xavier both stay, with 3 × Xavier outputs stick and gradients grow on their way down."
    ),
    "15-one-picture": (
        "A parabola in four panels with the steps of descent on it: at rate 0.05 they creep down one side, at "
        "0.25 one step arrives, at 0.45 they jump from side to side and shrink, at 0.51 they jump and grow."
    ),
    "15-network-curve": (
        "Two panels over the steps. The loss: at rate 0.5 it falls smoothly, at rate 5 faster, with jumps upward. The "
        "limit 2/λmax on the way at rate 5: it moves, and has sunk below the rate before the loss jumps."
    ),
    "15-paths-picture": (
        "Sixty steps of five optimizers in the same ravine. SGD jumps across and crawls along; momentum swings "
        "through; Adagrad, RMSprop and Adam start out diagonally."
    ),
    "15-powers-picture": (
        "The loss in the second epoch over the rate in powers of ten, a bowl for each of SGD, momentum, Adagrad, "
        "RMSprop and Adam. Adam and RMSprop are lowest from 0.001 to 0.01, the others at larger rates."
    ),
    "15-schedules": (
        "Six plans of a rate over eight epochs: constant; halved every 2; exponential; cyclic, up and down; "
        "linear down to 0; and warm-up with a cosine down to 0."
    ),
    "16-curve": (
        "The loss over the epochs: on train it keeps falling; on dev it falls at first, and then hardly at all."
    ),
    "16-dev-picture": "Bars of F1 on dev for LOC, ORG and PER, and micro for all types together: ORG is the lowest.",
    "16-confusion": (
        "A table of 4 by 4 shares, true labels in rows, reported ones in columns: the diagonal is the largest, "
        "and most of what is lost of PER, LOC and ORG is reported as O."
    ),
    "17-curve": (
        "F1 on test over the number of training sentences, on the sentences that ship and on real ones, with "
        "frozen, fine-tuned and random vectors: random ones lie below the other two everywhere."
    ),
    "17-new": (
        "The recall of new names over the number of training sentences, in two panels: random vectors find far "
        "fewer than frozen and fine-tuned ones, on real sentences next to none."
    ),
    "18-piled-up-picture": (
        "The weight w over 60 steps: with gradients that are reset it falls to 0 and stays; with piled-up ones it"
        " swings about 0 forever."
    ),
    "18-again": (
        "The length of a gradient over how often it was multiplied by M, on an axis of powers of ten: with "
        "largest eigenvalue 1.2 it climbs, with 1 it stays level in the long run, with 0.8 it falls."
    ),
}
"""What a plot shows, by the id of its cell. Only what holds on every computer."""
