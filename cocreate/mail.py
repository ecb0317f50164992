"""Mails: composed from what they are about, and handed to a mail server or written as files.

Text first: the HTML part says the same, paragraph by paragraph. Nothing a person typed becomes a header, a second
recipient or a link.
"""

import os
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from pathlib import Path
from textwrap import fill
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from cocreate import clock, words
from cocreate.domain.addresses import plain
from cocreate.domain.unbroken import with_versions
from cocreate.letters import Headline, Letter
from cocreate.services.letters import Letterhead, MailContext
from cocreate.settings import Settings
from cocreate.storage import LocalStore, Missing

FOLDER = Path(__file__).parents[1] / "templates" / "mail"
WIDTH = 72
LOGO_DOMAIN = "cocreate"  # of the name by which a mail calls the picture inside it
PATIENCE = 30  # seconds for each answer of a mail server
AFTER_DOT = 600  # a mail it has taken whole may be long in its queue; giving up earlier sends it twice (RFC 1047)


# composing


class _Policy(EmailPolicy):
    """Folds subjects the older way: the newer one puts blanks into long ones (CPython 3.11)."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Subject":
            return super().fold_binary(name, value)
        subject = Header(str(value), "us-ascii" if value.isascii() else "utf-8", header_name=name)
        return f"{name}: {subject.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


POLICY = _Policy(linesep="\r\n")


def compose(context: MailContext, settings: Settings) -> EmailMessage:
    """The mail as it will be sent."""
    letter = Letter(context, settings.address)
    template = _template(context.kind)
    said = {"m": letter, "_": context.reader.gettext, "ngettext": context.reader.ngettext, "words": words,
            "reader": context.reader}
    says = {"subject": said | {"m": Headline(context, settings.address)}}
    blocks = {name: "".join(block(template.new_context(says.get(name, said))))
              for name, block in template.blocks.items()}
    parts: dict[str, Any] = {
        "subject": plain(blocks["subject"], 200), "paragraphs": _paragraphs(blocks["body"]),
        "button": plain(blocks.get("button", "")), "link": letter.link if blocks.get("button", "").strip() else "",
        "because": plain(blocks.get("because") or letter.because, 300), "stops": plain(blocks.get("stops", ""), 200),
        "record": letter.record, "settings": f"{settings.address}/account#digest" if letter.has_account else "",
        "language": context.reader.language, "host": letter.host, "_": context.reader.gettext,
        "legal_note": letter.legal_note, "logo": f"logo@{LOGO_DOMAIN}" if context.head.logo_sha256 else "",
    }
    message = _headed(context, letter, parts["subject"], settings.sender)
    message.set_content(_text(parts), cte="quoted-printable")
    message.add_alternative(PAGES.get_template("layout.html").render(parts), subtype="html",
                            cte="quoted-printable")
    if parts["logo"]:
        _add_logo(message, context.head, parts["logo"], settings)
    if sealed := context.more.get("sealed"):
        with suppress(Missing):  # the link leads to it all the same
            message.add_attachment(LocalStore(settings.folder / "files").read(context.head.host_ref, sealed),
                                   maintype="application", subtype="pdf",
                                   filename=f"contract-version-{letter.version}.pdf")
    return message


def _add_logo(message: EmailMessage, head: Letterhead, name: str, settings: Settings) -> None:
    """The host's picture, in the mail itself: nothing is loaded from anywhere when it is read."""
    body = message.get_body(("html",))
    kind, _, subkind = head.logo_type.partition("/")
    with suppress(Missing):  # a mail without its picture is better than none
        picture = LocalStore(settings.folder / "files").read(head.host_ref, head.logo_sha256)
        if body is not None:
            body.add_related(picture, maintype=kind, subtype=subkind, cid=f"<{name}>", disposition="inline")


def _headed(context: MailContext, letter: Letter, subject: str, sender: str) -> EmailMessage:
    """Headers. ``Address`` and ``EmailMessage`` refuse line breaks; names and subject were made plain before."""
    local, _, domain = sender.rpartition("@")
    message = EmailMessage(policy=POLICY)
    message["From"] = Address(letter.sender, addr_spec=context.head.address) if context.head.address else \
        Address(letter.sender, local, domain)
    message["To"] = Address(letter.recipient, addr_spec=context.to)
    if context.reply_to:
        message["Reply-To"] = Address(addr_spec=context.reply_to)
    message["Subject"] = subject
    message["Date"] = format_datetime(context.reader.now)
    message["Message-ID"] = f"<{context.message_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if context.facts:
        project = context.facts.project
        thread = f"<{project.ref}@{domain}>"
        message["In-Reply-To"] = thread
        message["References"] = thread
        message["X-Cocreate-Event"] = f"{project.ref}/{context.seq}"
        message["X-Cocreate-Record"] = f"{project.version} {project.head}"
    return message


def _paragraphs(body: str) -> list[tuple[str, str]]:
    """(kind, text): "quote" for words of a person, "code" for a code to type, "head", "row" of a list, else "text"."""
    found = [" ".join(re.split(r"[ \t\n]+", part)).strip() for part in re.split(r"\n\s*\n", body)]
    marked = [(*part.partition(" "), part) for part in found if part]
    return [(_KINDS[mark], text if mark in _OF_PEOPLE else with_versions(text)) if mark in _KINDS
            else ("text", with_versions(part)) for mark, _, text, part in marked]


_OF_PEOPLE = (">", "#")  # shown as it was written, and a code
_KINDS = {">": "quote", "#": "code", "##": "head", "-": "row"}


def _text(parts: dict[str, Any]) -> str:
    """The plain part: complete, at most 72 characters wide; links stand alone and are never broken."""
    _ = parts["_"]
    lines: list[str] = []
    for kind, paragraph in parts["paragraphs"]:
        if kind == "row":
            lines[-1] += "\n" + _wrapped(paragraph, "- ", "  ")  # one block with its heading
        else:
            lines.append(_wrapped(paragraph, {"quote": "> ", "code": "    "}.get(kind, "")))
    if parts["link"]:
        lines.append(f"{parts['button']}:\n{parts['link']}")
    foot = [_("You get this because %(because)s.", because=parts["because"])]
    if parts["stops"]:
        foot.append(_("It stops when %(what)s.", what=parts["stops"]))
    often = f"\n{_('How often we write:')} {parts['settings']}" if parts["settings"] else ""
    lines.append("-- \n" + _wrapped(" ".join(foot)) + often)
    if parts["record"]:
        lines.append(_wrapped(parts["record"]))
    if parts["legal_note"]:
        lines.append("\n".join(_wrapped(line) for line in parts["legal_note"]))
    return "\n\n".join(lines) + "\n"


def _wrapped(paragraph: str, mark: str = "", then: str | None = None) -> str:
    return fill(paragraph, WIDTH, initial_indent=mark, subsequent_indent=mark if then is None else then,
                break_long_words=False, break_on_hyphens=False)


def unwrapped(text: str) -> str:
    """The plain part for a page, which breaks lines at its own width: what was broken only to fit is joined again."""
    lines: list[str] = []
    ample = WIDTH + 1
    room = ample  # what the line before left free
    for line in text.split("\n"):
        said = line.removeprefix("> ") if lines and lines[-1].startswith("> ") else line
        first = said.partition(" ")[0]
        if first and first not in (">", "-") and room <= len(first):
            lines[-1] += f" {said}"
        else:
            lines.append(line)
        room = WIDTH - len(line) if line else ample
    return "\n".join(lines)


PAGES = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]),
                    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _template(kind: str) -> Template:
    return PAGES.get_template(f"{kind}.txt")


# sending


class NotDelivered(Exception):
    """The mail did not go out. ``permanent``: it never will; else trying later may help."""

    def __init__(self, reply: str, *, permanent: bool) -> None:
        super().__init__(reply)
        self.reply, self.permanent = reply, permanent


class Transport(Protocol):
    """Takes mails one by one and answers with what the other side said."""

    def deliver(self, message: EmailMessage, to: str) -> str: ...


@contextmanager
def transport(settings: Settings) -> Iterator[Transport]:
    """One connection for a batch of mails; without a mail server they become files."""
    if not settings.smtp:
        yield Files(settings.folder / "mail")
        return
    server = MailServer(settings.smtp, settings.sender)
    try:
        yield server
    finally:
        server.close()


class Files:
    """Mails as ``.eml`` files, for development; their names sort by time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def deliver(self, message: EmailMessage, to: str) -> str:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        safe = "".join(char if char.isalnum() or char in "@.+-_" else "_" for char in to)
        path = self.folder / f"{clock.now():%Y%m%dT%H%M%S.%f}-{safe[:100]}-{message['Message-ID'][1:9]}.eml"
        half = path.with_suffix(".half")
        with half.open("wb") as file:
            file.write(bytes(message))
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)  # nobody ever reads half a mail
        return f"written to {path.name}"


class MailServer:
    """One SMTP connection, made when the first mail comes and again when the server closed it.

    A server that cannot be reached is not tried again for the rest of the batch.
    """

    def __init__(self, url: str, sender: str, *, patience: float = PATIENCE) -> None:
        self.url, self.sender, self.patience = urlsplit(url), sender, patience
        self._server: smtplib.SMTP | None = None
        self._unreachable: str | None = None

    def deliver(self, message: EmailMessage, to: str) -> str:
        server = self._connected()
        try:
            _expect(server.mail(self.sender), 250)
            _expect(server.rcpt(to), 250, 251)
            if server.sock:
                server.sock.settimeout(AFTER_DOT)
            reply = _expect(server.data(bytes(message)), 250)
            if server.sock:
                server.sock.settimeout(self.patience)
            return reply
        except smtplib.SMTPResponseException as error:
            self._reset(error.smtp_code)
            raise NotDelivered(_said(error.smtp_code, error.smtp_error), permanent=error.smtp_code >= 500) from error
        except (smtplib.SMTPException, OSError) as error:
            # Also a connection lost after the final dot: it may have arrived. The next try has the same Message-ID.
            self.close()
            raise NotDelivered(f"connection lost: {error}", permanent=False) from error

    def close(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()

    def _connected(self) -> smtplib.SMTP:
        if self._unreachable:
            raise NotDelivered(self._unreachable, permanent=False)
        if self._server is None:
            try:
                self._server = self._connect()
            except (smtplib.SMTPException, OSError) as error:
                # A refused password or a broken certificate is ours to repair: no mail is lost over it.
                self._unreachable = f"no connection: {error}"
                raise NotDelivered(self._unreachable, permanent=False) from error
        return self._server

    def _connect(self) -> smtplib.SMTP:
        host, encrypted = self.url.hostname or "127.0.0.1", self.url.scheme == "smtps"
        context = ssl.create_default_context()
        if encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self.url.port or 465, timeout=self.patience, context=context)
        else:
            server = smtplib.SMTP(host, self.url.port or 587, timeout=self.patience)
        try:
            server.ehlo_or_helo_if_needed()
            if not encrypted and host not in ("127.0.0.1", "::1", "localhost"):
                server.starttls(context=context)  # raises where the server does not offer it: never in the clear
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _reset(self, code: int) -> None:
        """Ready for the next mail; after 421 the server hangs up."""
        if code == 421 or self._server is None:
            self.close()
            return
        try:
            self._server.rset()
        except (smtplib.SMTPException, OSError):
            self.close()


def _expect(answer: tuple[int, bytes], *codes: int) -> str:
    code, said = answer
    if code not in codes:
        raise smtplib.SMTPResponseException(code, said)
    return _said(code, said)


def _said(code: int, said: bytes | str) -> str:
    return plain(f"{code} {said.decode('utf-8', 'replace') if isinstance(said, bytes) else said}", 290)
