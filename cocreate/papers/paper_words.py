"""What a contract and its evidence say by themselves, in the language of the contract. Page and PDF say the same."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

from cocreate.domain.accession import Words
from cocreate.domain.composing import Phrases
from cocreate.domain.unbroken import SPACE
from cocreate.words import Reader, day, listed, number

Translate = Callable[[str], str]


@cache
def phrases(language: str) -> Phrases:
    """What stands inside a clause; it is part of the hashed text."""
    _ = Reader(language).gettext
    return Phrases(
        not_given=_("[{label}: not given]"), later=_("(to be given by {who} by {by}: {rule})"),
        open=_("[{label}: open, see {number}]"),
        struck=_("[struck: {reason}]"), not_applicable=_("(not applicable: nobody takes part as {seat})"),
        pointless=_("(not applicable: the answer to “{field}” is: {answers})"),
        undecided=_("(open whether this applies; not answered: {fields})"),
        annex=_("Annex {number}"), project_title=_("Title of the project"),
        project_purpose=_("Purpose of the project"))


def to_give(language: str, label: str, rule: str) -> str:
    """The duty of who gives a value that was settled later."""
    return Reader(language).gettext("Give “%(label)s”: %(rule)s", label=label, rule=" ".join(rule.split()))


@cache
def paper(language: str) -> dict[str, str]:
    """What stands around the clauses."""
    _ = Reader(language).gettext
    return {**_cover(_), **_parties(_), **_clauses(_), **_signatures(_), **_record(_)}


def _cover(_: Translate) -> dict[str, str]:
    """What stands on the cover and at the edges of each page."""
    return {
        "between": _("between"),
        "called": _("takes part as"),
        "contents": _("Contents"),
        "fingerprint": _("Fingerprint of the text"),
        "frozen": _("frozen on"),
        "gap": _("A value is missing. With it the agreement cannot be signed."),
        "head": _("Head of the record"),
        "line": _("line"),
        "not_ready": _("not made ready yet"),
        "not_signed": _("not signed"),
        "page": _("Page {number} of {count}"),
        "project": _("Project"),
        "sample": _("This is a sample text and needs your lawyer."),
        "specimen": _("This is a specimen: an example, not an agreement of anybody."),
        "specimen_mark": _("Specimen"),
        "unprintable": _("Some characters have no shape in the fonts of the server that made this sheet. Each is "
                         "printed as its Unicode number in brackets, such as [U+4E2D]."),
        "version": _("Version"),
        "whole_fingerprint": _("Fingerprint of the text, SHA-256 of its canonical bytes"),
    }


def _parties(_: Translate) -> dict[str, str]:
    """Who agrees, who is touched, who signs for whom."""
    return {
        "affected": _("Affected groups"),
        "affected_lead": _("They are touched by this agreement and have no seat in it: they decide nothing and sign "
                           "nothing."),
        "does_not_sign": _("does not sign"),
        "nobody_affected": _("None are named."),
        "not_named": _("a person not named yet"),
        "parties": _("Parties and affected groups"),
        "parties_head": _("Parties"),
        "signs": _("signs"),
    }


def _clauses(_: Translate) -> dict[str, str]:
    """What is agreed: around a clause, in the annexes, beside the figures."""
    return {
        "annex": _("Annex"),
        "clauses": _("What is agreed"),
        "comes_from": _("Comes from"),
        "figure": _("Figure"),
        "figures": _("Figures and their sources"),
        "figures_lead": _("The figures this agreement rests on, with who gave them and how they were found."),
        "given_by": _("given by"),
        "grade": _("Grade"),
        "no_rows": _("No rows."),
        "open": _("Values still open"),
        "open_by": _("By"),
        "open_lead": _("Each of these values is given after the signature: by whom, by when and by which rule is "
                       "agreed here. Where it stands in the text it is marked with the number it has in this list."),
        "open_number": _("Number"),
        "open_rule": _("By this rule"),
        "open_value": _("Value"),
        "open_who": _("Given by"),
        "period": _("Period, prices"),
        "prices_of": _("prices of"),
        "reservation": _("Reservation"),
        "sample_clause": _("Sample text"),
        "settled_later": _("Settled later"),
        "source": _("Source and giver"),
        "value": _("Value"),
    }


def _signatures(_: Translate) -> dict[str, str]:
    """What the signatures are, and the seal."""
    return {
        "basis": _("Basis"),
        "basis_missing": _("stated when signing"),
        "law": _("If your law asks for a handwritten or a qualified signature, this is not one."),
        "level": _("What the signatures are"),
        "seal": _("The seal of {host} shows that the file has not changed; it signs for nobody."),
        "signed_by": _("signed by"),
        "seal_reason": _("Seal of {host}: the file has not changed"),
        "signatures": _("Signatures"),
        "signatures_lead": _("The parties sign this text electronically. Its bytes are fixed before anybody signs; who "
                             "signed, when and how stands in the evidence, a document of its own."),
        "signatures_none": _("No party of this text signs."),
        "signs_for": _("signs for"),
        "simple": _("This is a simple electronic signature with strong evidence."),
    }


def _record(_: Translate) -> dict[str, str]:
    """Where the text comes from."""
    return {
        "record": _("Where this text comes from"),
        "record_lead": _("Every step of the project is a line of its record. The lines form a chain; its head stands "
                         "here, so that a later change of any line can be told."),
        "template": _("Template"),
    }


@cache
def accession(language: str) -> Words:
    """What an organisation signs to be bound by a sealed contract."""
    _ = Reader(language).gettext
    return Words(_("Accession to: {title}"), (
        ("accession", _("Accession"), _(
            "{organisation} accedes as {role} to the agreement \"{title}\", version {version}, which was signed by "
            "{parties}. From this signature on the agreement binds {organisation} as {role} towards its parties, and "
            "them towards {organisation}.")),
        ("object", _("The agreement acceded to"), _(
            "The text of the agreement has the fingerprint (SHA-256) {text}. The file that its parties signed has "
            "{pdf}; with the seal of {host} it has {sealed}. These three name it; any other text is another "
            "agreement.")),
        ("effect", _("Nothing else is agreed"), _(
            "{organisation} has the sealed agreement and has read it. This accession changes nothing in it and adds "
            "nothing to it. What the agreement says of those who accede applies."))))


@cache
def accession_sheet(language: str) -> dict[str, str]:
    """What stands around the clauses of an accession: one party signs it, and it names who that is and no others."""
    _ = Reader(language).gettext
    return paper(language) | {
        "parties": _("Parties"),
        "nobody_affected": "",
        "does_not_sign": _("does not sign this accession"),
        "takes_part": _("does not sign this accession"),
        "signatures_lead": _("The party that accedes signs this text electronically. Its bytes are fixed before it is "
                             "signed; who signed, when and how stands in the evidence, a document of its own."),
    }


@cache
def evidence(language: str) -> dict[str, str]:
    """What the evidence says beside the words of the paper it is about."""
    _ = Reader(language).gettext
    return {
        "agreed_to": _("Agreed to"),
        "certificate": _("certificate SHA-256"),
        "check": _("How to check it without us"),
        "evidence": _("Evidence of signature"),
        "evidence_for": _("Evidence for {title}"),
        "from": _("From"),
        "lead": _("This document tells who signed the agreement, when, on what basis and how each person was "
                  "recognised, and how to check it without the software that made it."),
        "language": _("Language"),
        "made": _("Made {at}"),
        "pdf_sealed": _("PDF with seal"),
        "pdf_signed": _("PDF as signed"),
        "recognised": _("Recognised by"),
        "record_line": _("Record"),
        "record_head": _("Record of the project"),
        "record_text": _("Each signature is a line of the project's record, and each line holds the hash of the one "
                         "before it. When this document was made the head of the record was:"),
        "line_label": _("Line"),
        "head_label": _("Head"),
        "seal_label": _("Seal"),
        "reserved": _("agreed with a reservation"),
        "reserved_head": _("What was reserved"),
        "reserved_lead": _("Before the text was signed it was agreed to with a reservation. It stands in the record "
                           "and not in the text that was signed, in the words of who decided for the party:"),
        "sha_file": _("SHA-256 of the whole file"),
        "sha_first": _("SHA-256 of its first {size} bytes"),
        "sha_text": _("SHA-256 of the canonical text"),
        "signed_for": _("signed for"),
        "signed_text": _("Signed text"),
        "text": _("Text"),
        "when": _("When"),
        "who_signed": _("Who signed"),
    }


@cache
def kinds(language: str) -> dict[str, str]:
    """What kind of organisation a party is; nothing where we only know what it does for others, which its role says."""
    _ = Reader(language).gettext
    return {"company": _("company"), "customer": _("company"), "public_body": _("public body"),
            "ngo": _("non-governmental organisation"), "community": _("community"), "recycler": _("recycler")}


def bundle_name(language: str, title: str, number: int) -> str:
    return Reader(language).gettext("%(title)s, version %(number)s.zip", title=title, number=number)


def bundle(language: str, title: str, number: int, *, with_agreement: bool = False) -> tuple[str, ...]:
    """What the bundle says of itself, before how it is checked."""
    _ = Reader(language).gettext
    return (
        _("%(title)s, version %(number)s: the signed paper and everything needed to check it", title=title,
          number=number), "",
        "contract.pdf      " + _("what all parties signed, with the seal of the host as its last revision"),
        *(["agreement.pdf     " + _("the sealed agreement that is acceded to")] if with_agreement else []),
        "evidence.pdf      " + _("who signed when, on what basis, and how each person was recognised"),
        "text.json         " + _("the text as bytes; its SHA-256 is the fingerprint that was signed"),
        "signatures.json   " + _("what each signatory showed and stated"),
        "record.json       " + _("the record of the project, up to this download"),
        "check.py          " + _("checks all of it with nothing but Python"))


def registered(language: str, number: str) -> str:
    """Under which number a party is registered; a number that says of which register is enough."""
    return Reader(language).gettext("registered as %(number)s", number=number)


def nobodys(language: str, name: str) -> str:
    """Why a dated row is no duty of anybody."""
    return Reader(language).gettext("'%(name)s' is no party that the contract binds", name=name)


def kept(language: str, label: str, names: Sequence[str]) -> str:
    """What stands in a text that is not made ready instead of a value that its reader may not see."""
    reader = Reader(language)
    return reader.gettext("[%(label)s: only %(parties)s may see it]", label=label,
                          parties=listed(names, reader))


def hangs_on_kept(language: str, label: str, names: Sequence[str]) -> str:
    """What stands there instead of a clause whose standing follows from such a value."""
    reader = Reader(language)
    return reader.gettext("[whether this applies hangs on “%(label)s”: only %(parties)s may see it]", label=label,
                          parties=listed(names, reader))


def settled(language: str) -> str:
    """Where a value comes from that all agreed on, and nobody else gave."""
    return Reader(language).gettext("settled by all parties")


def two_values(language: str) -> str:
    """Why a figure that was given is not printed."""
    return Reader(language).gettext("there are two values, and it is not settled which one counts")


def by_mail(language: str, address: str) -> str:
    """How somebody showed who they are, with what it proves and what not. address: masked already."""
    return Reader(language).gettext(
        "password and a code mailed to %(address)s; the code proves control of the mailbox, it is not an independent "
        "second factor", address=address)


def by_app(language: str) -> str:
    return Reader(language).gettext("password and code from an app")


def by_recovery_code(language: str) -> str:
    return Reader(language).gettext("password and a recovery code")


def moment(at: datetime, language: str, zone: str = "UTC") -> str:
    """Such as "Wed 18 Mar 2026, 16:20:05 UTC", or "..., 12:20:05 in America/New York"."""
    reader = Reader(language, zone, at)
    said = f"{day(at, reader, year=True)}, {at.astimezone(ZoneInfo(zone)):%H:%M:%S}"
    return f"{said}{SPACE}UTC" if zone == "UTC" else reader.gettext("%(moment)s in %(zone)s", moment=said,
                                                              zone=zone.replace("_", " "))


def decided_outside(body: str, on: date, language: str) -> str:
    """Which body of a party decided, and when."""
    reader = Reader(language)
    return reader.gettext("Decided by %(body)s on %(day)s", body=body, day=day(on, reader, year=True))


def steps(language: str, size: int) -> tuple[tuple[str, str], ...]:
    """(what is checked, the command) of everything anybody can check alone. size: bytes of the PDF as signed."""
    reader = Reader(language)
    _ = reader.gettext
    return (
        (_("All of it at once: the bundle holds a script that needs nothing but Python. It checks every hash named "
           "here and the whole record, and says what does not fit."), "python3 -I check.py"),
        (_("The sealed file is the one that was stored. Its hash is that of “PDF with seal” in the evidence."),
         "sha256sum contract.pdf"),
        (_("It begins with what the parties signed. The hash of its first %(size)s bytes is that of “PDF as signed”.",
           size=number(size, reader)), f"head -c {size} contract.pdf | sha256sum"),
        (_("The text is the one whose fingerprint is printed in the PDF. The file text.json holds its canonical "
           "bytes."), "sha256sum text.json"),
        (_("The seal is whole. Expect “Signature is Valid” and “Total document signed”. Of a certificate that the host "
           "made itself also expect “Certificate issuer is unknown”: compare its SHA-256 with that in the evidence."),
         "pdfsig contract.pdf"),
        (_("The record is one chain. The file record.json holds its lines and what each hash is made of; the hash of "
           "each signature in the evidence is that of its line. Lines that are private to another party are there "
           "as hashes only: the chain is checked whole all the same."), ""),
    )
