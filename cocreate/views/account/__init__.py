"""My ways to be reached and to sign in."""

from cocreate.views.account import memberships, profile, second_step
from cocreate.views.account.blueprint import bp

__all__ = ["bp", "memberships", "profile", "second_step"]
