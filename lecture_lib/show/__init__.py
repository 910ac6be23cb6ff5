"""Pictures and widgets: see the graph, move the rate, watch it learn. Needs matplotlib; sliders need ipywidgets."""

from lecture_lib.places import require

require("lecture_lib.show", "matplotlib", "PIL")

from lecture_lib.show.canvas.picture import Picture
from lecture_lib.show.graphs.draw import draw
from lecture_lib.show.plots.confusion import confusion
from lecture_lib.show.plots.curves import loss_curves
from lecture_lib.show.plots.heatmap import heatmap
from lecture_lib.show.plots.ranges import ranges
from lecture_lib.show.widgets.batchsum import BatchSum
from lecture_lib.show.widgets.column import ColumnNudge
from lecture_lib.show.widgets.dock import ShapeDock
from lecture_lib.show.widgets.gallery import Gallery
from lecture_lib.show.widgets.game import WeightGame
from lecture_lib.show.widgets.jacobian import JacobianMap
from lecture_lib.show.widgets.linked import LinkedWeight
from lecture_lib.show.widgets.losses import LossSlopes
from lecture_lib.show.widgets.microscope import StepMicroscope
from lecture_lib.show.widgets.nonlinearity import NonlinearityExplorer
from lecture_lib.show.widgets.nudge import NudgeMeter
from lecture_lib.show.widgets.orders import OrderCost
from lecture_lib.show.widgets.overfitting import OverfittingLab
from lecture_lib.show.widgets.paper import Paper, PuzzleBoard
from lecture_lib.show.widgets.paths import PathLens
from lecture_lib.show.widgets.rates import LearningRateLab
from lecture_lib.show.widgets.replay import Replay
from lecture_lib.show.widgets.ridgelines import Ridgelines
from lecture_lib.show.widgets.stepper import Stepper
from lecture_lib.show.widgets.symptoms import SymptomBoard
from lecture_lib.show.widgets.tracetable import TraceTable
from lecture_lib.show.widgets.widget import Widget
from lecture_lib.show.widgets.windowing import WindowSlider
from lecture_lib.show.widgets.wordmap import WordMap

__all__ = [
    "ColumnNudge",
    "BatchSum",
    "Gallery",
    "JacobianMap",
    "LearningRateLab",
    "LinkedWeight",
    "LossSlopes",
    "NonlinearityExplorer",
    "NudgeMeter",
    "OrderCost",
    "PathLens",
    "OverfittingLab",
    "Paper",
    "Picture",
    "PuzzleBoard",
    "Replay",
    "Ridgelines",
    "ShapeDock",
    "StepMicroscope",
    "Stepper",
    "TraceTable",
    "SymptomBoard",
    "WeightGame",
    "Widget",
    "WindowSlider",
    "WordMap",
    "confusion",
    "draw",
    "heatmap",
    "loss_curves",
    "ranges",
]
