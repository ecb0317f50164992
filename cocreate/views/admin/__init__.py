"""Pages of a host's administrators."""

from cocreate.views.admin import health, host, host_record, imports, mails, people, templates
from cocreate.views.admin.blueprint import bp

__all__ = ["bp", "health", "host", "host_record", "imports", "mails", "people", "templates"]
