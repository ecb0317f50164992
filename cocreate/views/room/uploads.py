"""Files that come with a request: what is taken, and what is answered where one is not."""

from typing import BinaryIO, cast

from flask import current_app, flash, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from cocreate import sentences
from cocreate.clock import now
from cocreate.db import db, transaction
from cocreate.domain.names import display_name
from cocreate.domain.uploads import check
from cocreate.errors import CocreateError, Invalid
from cocreate.forms.base import Form
from cocreate.services import files, quotas
from cocreate.services.acts.contributions import NewFile
from cocreate.web import pages
from workflows.facts import Facts

_TOO_LARGE = frozenset({"upload.too_large", "upload.quota", "upload.bomb"})


def limit_mb() -> int:
    return int(current_app.config["SETTINGS"].upload_mb)


def rule() -> str:
    """Said before one chooses."""
    return _("PDF, pictures, spreadsheets, up to %(limit)s MB", limit=limit_mb())


def keep(facts: Facts, upload: FileStorage, field: str) -> NewFile:
    """A file of this request: checked and in the store.

    Raises: Invalid with the rule it breaks, TooLarge, StoreFull; then nothing is kept.
    """
    settings, store = current_app.config["SETTINGS"], current_app.extensions["store"]
    file = cast(BinaryIO, upload.stream)
    size = file.seek(0, 2)
    file.seek(0)
    accepted = check(upload.filename or "", file, size, limit_mb=limit_mb())
    quotas.require_free(store, size, int(settings.free_mb))
    sha256 = quotas.sha256_of(file)
    with transaction() as session:
        quotas.take(session, facts, accepted.name, sha256, size, limit_mb=int(settings.project_mb), now=now())
    return files.keep(store, files.prefix(db.session(), facts.project.host_id), field, file, accepted,
                      limit_mb=limit_mb())


def stored(facts: Facts, upload: FileStorage | str | None, field: str) -> NewFile:
    """The same for a form that cannot do without. Raises: Invalid also where there is none."""
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise Invalid("outside.file" if field == "proof" else "document.none", field=field)
    new = keep(facts, upload, field)
    if display_name(upload.filename)[1]:
        flash(_("The name contained hidden characters; we show it as '%(name)s'.", name=new.name), "info")
    return new


def status_of(error: CocreateError) -> int:
    """Of the page on which a file was not taken."""
    if error.code == "store.full":
        return 507
    return 413 if error.code in _TOO_LARGE else 415 if error.code.startswith("upload.") else 422


def forgotten(form: Form, field: str = "upload") -> None:
    """Say of a form that comes anew that its file does not: no browser sends one twice by itself."""
    if request.method == "POST" and form[field].data and not form[field].errors:
        form.blame(field, _("Choose the file once more: the browser forgets it when the page is loaded again."))


def blame(form: Form, error: CocreateError, facts: Facts, field: str = "upload") -> int:
    """Put what was refused at its field, and answer the page's status.

    A file's own name for its field is not the form's.
    """
    named = error.values.get("field")
    name = named if isinstance(named, str) and named in form and named != "file" else field
    form.blame(name, sentences.error(error, pages.reader(), facts))
    return status_of(error)
