"""What everybody meets who begins with an invitation, to a project or to a host."""

from collections.abc import Sequence

from cocreate.db import db
from cocreate.errors import Invalid
from cocreate.forms.base import Form
from cocreate.forms.invitations import StartForm
from cocreate.services import accounts


def blame_password(form: Form, person: int, context: Sequence[str]) -> None:
    """Of a form that comes back for something else, say also what is wrong with the first password."""
    if isinstance(form, StartForm) and form.password.data:
        try:
            accounts.check_first(db.session(), person, form.password.data, context=context)
        except Invalid as refused:
            form.refuse(refused)
