"""Pages of whoever takes part: the invitation, what is asked of one, and one's projects."""

from cocreate.views.portal import home, invitations, joining, suggestions
from cocreate.views.portal.blueprint import bp

__all__ = ["bp", "home", "invitations", "joining", "suggestions"]
