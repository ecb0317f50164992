"""Signing in and out, with password, mailed link and app code; a new password; showing that it is oneself."""

from cocreate.views.auth import links, resets, sign_in, steps
from cocreate.views.auth.blueprint import bp

__all__ = ["bp", "links", "resets", "sign_in", "steps"]
