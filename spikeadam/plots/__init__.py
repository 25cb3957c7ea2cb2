"""Plots of what a network does and learns: Axes in, Axes out, never a call of show()."""

from .alignment import plot_alignment
from .learning_curve import plot_learning_curve
from .raster import plot_raster
from .weights import plot_weights

__all__ = ["plot_alignment", "plot_learning_curve", "plot_raster", "plot_weights"]
