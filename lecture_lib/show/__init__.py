"""Pictures and widgets: see the graph, move the rate, watch it learn. Needs matplotlib; sliders need ipywidgets."""

from lecture_lib.course.places import require

require("lecture_lib.show", "matplotlib", "PIL")

from lecture_lib.show.batchsum import BatchSum
from lecture_lib.show.column import ColumnNudge
from lecture_lib.show.confusion import confusion
from lecture_lib.show.curves import loss_curves
from lecture_lib.show.dock import ShapeDock
from lecture_lib.show.gallery import Gallery
from lecture_lib.show.graph import draw
from lecture_lib.show.heatmap import heatmap
from lecture_lib.show.jacobian import JacobianMap
from lecture_lib.show.losses import LossSlopes
from lecture_lib.show.microscope import StepMicroscope
from lecture_lib.show.nonlinearity import NonlinearityExplorer
from lecture_lib.show.nudge import NudgeMeter
from lecture_lib.show.orders import OrderCost
from lecture_lib.show.overfitting import OverfittingLab
from lecture_lib.show.paths import PathLens
from lecture_lib.show.picture import Picture
from lecture_lib.show.rates import LearningRateLab
from lecture_lib.show.ridgelines import Ridgelines
from lecture_lib.show.stepper import Stepper
from lecture_lib.show.symptoms import SymptomBoard
from lecture_lib.show.tracetable import TraceTable
from lecture_lib.show.widget import Widget
from lecture_lib.show.windowing import WindowSlider
from lecture_lib.show.wordmap import WordMap

__all__ = [
    "ColumnNudge",
    "BatchSum",
    "Gallery",
    "JacobianMap",
    "LearningRateLab",
    "LossSlopes",
    "NonlinearityExplorer",
    "NudgeMeter",
    "OrderCost",
    "PathLens",
    "OverfittingLab",
    "Picture",
    "Ridgelines",
    "ShapeDock",
    "StepMicroscope",
    "Stepper",
    "TraceTable",
    "SymptomBoard",
    "Widget",
    "WindowSlider",
    "WordMap",
    "confusion",
    "draw",
    "heatmap",
    "loss_curves",
]
