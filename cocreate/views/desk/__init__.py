"""Pages of account managers: the board, and opening a project."""

from cocreate.views.desk import board, choosing, handovers, openings
from cocreate.views.desk.blueprint import bp

__all__ = ["board", "bp", "choosing", "handovers", "openings"]
