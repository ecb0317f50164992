"""Tables. Importing this package is enough to know all of them."""

from cocreate.models import boards, contracts, hosts, mails, openings, people, projects, proposals, records, talk, work

__all__ = [
    "boards", "contracts", "hosts", "mails", "openings", "people", "projects", "proposals", "records", "talk", "work",
]
