"""Pages of a host's administrators."""

from cocreate.views.admin import mails
from cocreate.views.admin.blueprint import bp

__all__ = ["bp", "mails"]
