"""The mails that became files because there is no mail server: to walk through a demo. Not in production."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask import current_app, make_response, render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from cocreate.errors import NotFound
from cocreate.mail import unwrapped
from cocreate.views.admin.blueprint import bp

MOST = 200
_LINK = re.compile(r"(https?://\S+)")


@dataclass(frozen=True, slots=True)
class Mail:
    """One file: its head."""

    name: str
    subject: str
    by: str
    to: str
    answers: str  # where an answer goes
    at: datetime | None

    @property
    def sender(self) -> str:
        """Whose name stands before the address it was sent from."""
        return self.by.partition(" <")[0]

    @property
    def reader(self) -> tuple[str, str]:
        """Name, or "", and address of whom it went to."""
        name, _, address = self.to.rpartition("<")
        return name.strip(), address.rstrip(">")


@bp.record
def _only_where_mails_are_files(state: BlueprintSetupState) -> None:
    if not state.app.config["SETTINGS"].production:
        state.add_url_rule("/mails", "mails", mails)
        state.add_url_rule("/mails/<name>", "mail", mail)
        state.add_url_rule("/mails/<name>/html", "mail_html", mail_html)


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
    text = unwrapped(body.get_content()) if body else ""
    return render_template("admin/mail.html", mail=_head(name, message), parts=list(_linked(text)),
                           html=message.get_body(("html",)) is not None)


def mail_html(name: str) -> ResponseReturnValue:
    """The other part as a mail program shows it: its styles are its own, so it stands alone, and nothing in it runs."""
    path = _files().get(name)
    body = _read(path).get_body(("html",)) if path is not None else None
    if path is None or body is None:
        raise NotFound
    answer = make_response(_with_pictures(_read(path), body.get_content()))
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups allow-same-origin")
    return answer


def _with_pictures(message: EmailMessage, html: str) -> str:
    """The page with the pictures that a mail brings along."""
    for part in message.walk():
        name = str(part["Content-ID"] or "").strip("<>")
        if name and part.get_content_maintype() == "image":
            picture = b64encode(part.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]  # bytes: no parts
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{picture}")
    return html


def _files() -> dict[str, Path]:
    """What is in the folder, by name: a name from outside is only ever looked up here."""
    folder = current_app.config["SETTINGS"].folder / "mail"
    return {path.name: path for path in sorted(folder.glob("*.eml"), reverse=True)} if folder.is_dir() else {}


def _read(path: Path) -> EmailMessage:
    with path.open("rb") as file:
        return BytesParser(EmailMessage, policy=policy.default).parse(file)


def _head(name: str, message: EmailMessage) -> Mail:
    date = message["Date"]
    subject, by, to, answers = (str(message[head] or "") for head in ("Subject", "From", "To", "Reply-To"))
    return Mail(name, subject, by, to, answers,
                date.datetime.astimezone(UTC) if date and date.datetime else None)


def _linked(text: str) -> Iterator[tuple[str, bool]]:
    """(text, whether it is a link of ours)."""
    own = current_app.config["SETTINGS"].address + "/"
    for part in _LINK.split(text):
        if part:
            yield part, part.startswith(own)
