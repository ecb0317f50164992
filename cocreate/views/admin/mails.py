"""The mails that became files because there is no mail server: to walk through a demo. Not in production."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask import current_app, render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from cocreate.errors import NotFound
from cocreate.views.admin.blueprint import bp

MOST = 200
_LINK = re.compile(r"(https?://\S+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One file: its head."""

    name: str
    subject: str
    to: str
    at: datetime | None


@bp.record
def _only_where_mails_are_files(state: BlueprintSetupState) -> None:
    if not state.app.config["SETTINGS"].production:
        state.add_url_rule("/mails", "mails", mails)
        state.add_url_rule("/mails/<name>", "mail", mail)


def mails() -> ResponseReturnValue:
    """Newest first."""
    return render_template("admin/mails.html", most=MOST,
                           mails=[_head(path.name, _read(path)) for path in list(_files().values())[:MOST]])


def mail(name: str) -> ResponseReturnValue:
    """The text of one mail; links that lead here can be followed."""
    path = _files().get(name)
    if path is None:
        raise NotFound
    message = _read(path)
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return render_template("admin/mail.html", mail=_head(name, message), parts=list(_linked(text)))


def _files() -> dict[str, Path]:
    """What is in the folder, by name: a name from outside is only ever looked up here."""
    folder = current_app.config["SETTINGS"].folder / "mail"
    return {path.name: path for path in sorted(folder.glob("*.eml"), reverse=True)} if folder.is_dir() else {}


def _read(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return BytesParser(EmailMessage, policy=policy.default).parse(file)


def _head(name: str, message: EmailMessage) -> Mail:
    date = message["Date"]
    return Mail(name, str(message["Subject"] or ""), str(message["To"] or ""),
                date.datetime.astimezone(UTC) if date and date.datetime else None)


def _linked(text: str) -> Iterator[tuple[str, bool]]:
    """(text, whether it is a link of ours)."""
    own = current_app.config["SETTINGS"].address + "/"
    for part in _LINK.split(text):
        if part:
            yield part, part.startswith(own)
