"""Pages of account managers: the board, and opening a project."""

from cocreate.views.desk import board, handovers, openings, openings_steps
from cocreate.views.desk.blueprint import bp

__all__ = ["board", "bp", "handovers", "openings", "openings_steps"]
