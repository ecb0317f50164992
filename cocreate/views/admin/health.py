"""Whether anything goes unsent, unsealed or unsaved: the worst first, then every figure with what to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from babel.dates import format_timedelta
from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.clock import now
from cocreate.db import db
from cocreate.forms.base import Form
from cocreate.services import health as service
from cocreate.services.health import Health, RecordCheck
from cocreate.views.admin.blueprint import bp, here, mine
from cocreate.views.once import done
from cocreate.web import login, pages

CLOCK = timedelta(seconds=5)
LITTLE = 2 * 2**30  # bytes of free disk above what uploads leave
NEARLY = 0.9  # of the room of a party in a project
_BAD = {"late": 0, "soon": 1, "done": 2}


@dataclass(frozen=True, slots=True)
class Line:
    """One row: how it is, in words, and what to do where something is to be done."""

    level: str  # "done", "soon" or "late"
    about: str
    says: str
    todo: str = ""


@bp.get("/health")
def health() -> str:
    """Does anything go unsent, unsealed or unsaved?"""
    host = here()
    found = service.look(db.session(), host.id, _folder(), current_app.extensions["store"], now=now)
    running = _jobs(found)
    lines = [*running, _mails(found), _sealing(found), _files(found), _clock(found), _records(found.checked),
             Line("done", _("Database"), found.database), Line("done", _("Version"), _version())]
    worst = min(lines, key=lambda line: _BAD[line.level])
    if all(line.level == "late" for line in running):  # said once of what runs them all
        worst = _job(_("Scheduler"), max((ran for _name, ran in found.jobs if ran), default=None), found.now)
    return render_template("admin/health.html", host=host, hosts=mine(), lines=lines, worst=worst, health=found,
                           form=Form(), kinds=_kinds(), development="admin.mails" in current_app.view_functions)


@bp.route("/health/records", methods=["GET", "POST"])
def health_records() -> ResponseReturnValue:
    """Check all records of the host, now; as a link it leads to what the last check said."""
    if request.method == "POST":
        checked = _records(service.check_host(db.session(), here().id, _folder(), now=now()))
        flash(f"{checked.says} {checked.todo}".strip(), checked.level)
    return redirect(url_for("admin.health"), 303)


@bp.post("/health/mail")
def health_mail() -> ResponseReturnValue:
    """A mail to oneself, to see whether mails go out."""
    return done(lambda session: service.send_test(session, login.me().id, now=now()), url_for("admin.health"),
                _("A test mail to %(address)s waits now. It should be there within a minute.",
                  address=login.me().email))


def _folder() -> Path:
    folder: Path = current_app.config["SETTINGS"].folder
    return folder


def _jobs(found: Health) -> list[Line]:
    names = {"expiry": _("Holds and absences"), "reminders": _("Reminders"), "sealing": _("Sealing job"),
             "mails": _("Sending mails"), "digests": _("Digests"), "tidying": _("Removing what has expired"),
             "sweeping": _("Removing unused files"), "records": _("Record check job")}
    return [_job(names.get(job, job), ran, found.now) for job, ran in found.jobs]


def _job(name: str, ran: datetime | None, moment: datetime) -> Line:
    if ran is None:
        return Line("late", name, _("Has not run yet."), _("Start the scheduler."))
    ago = moment - ran
    if ago > service.STILL:
        return Line("late", name, _("No run for %(time)s.", time=_span(ago)), _("Start the scheduler."))
    return Line("done", name, _("Last run %(time)s ago.", time=_span(ago)))


def _mails(found: Health) -> Line:
    about = _("Mails")
    said = ngettext("%(num)d mail waits.", "%(num)d mails wait.", found.waiting) if found.waiting else \
        _("No mail waits.")
    if found.oldest is not None:
        said += " " + _("The oldest has waited for %(time)s.", time=_span(found.now - found.oldest))
    if found.refused:
        said += " " + ngettext("One of them was tried and not taken.",
                               "%(num)d of them were tried and not taken.", found.refused)
    if found.failed:
        said += " " + ngettext("%(num)d mail could not be delivered.", "%(num)d mails could not be delivered.",
                               found.failed)
    if found.oldest is not None and found.now - found.oldest > service.LATE:
        return Line("late", about, said, _("Look at the reason below; send yourself a test mail."))
    if found.refused:
        return Line("soon", about, said, _("See the reason below; they are tried again by themselves."))
    return Line("soon" if found.failed else "done", about, said,
                _("Correct the addresses below.") if found.failed else "")


def _sealing(found: Health) -> Line:
    about = _("Seals")
    if not found.unsealed:
        return Line("done", about, _("No signed contract waits for its seal."))
    said = ngettext("%(num)d contract is signed and waits for its seal.",
                    "%(num)d contracts are signed and wait for their seal.", len(found.unsealed))
    first = found.unsealed[0]
    said += " " + _("The oldest since %(day)s.", day=words.day_time(first.since, pages.reader()))
    if error := next((one.error for one in found.unsealed if one.error), ""):
        return Line("late", about, f"{said} {_seal_error(error)}",
                    _("Put a valid certificate into the folder 'seal'; sealing is tried again by itself."))
    return Line("done" if found.now - first.since < service.LATE else "soon", about, said)


def _seal_error(code: str) -> str:
    return _("The last try failed: %(why)s", why=code)


def _files(found: Health) -> Line:
    files = found.files
    said = ngettext("%(num)d file, %(size)s; %(free)s are free on the disk.",
                    "%(num)d files, %(size)s; %(free)s are free on the disk.", files.count, size=_size(files.size),
                    free=_size(files.free))
    settings = current_app.config["SETTINGS"]
    allowed, least = int(settings.project_mb) * 2**20, int(settings.free_mb) * 2**20
    if files.most:
        said += " " + _("A party may use %(allowed)s in a project; the most is %(most)s.", allowed=_size(allowed),
                        most=_size(files.most))
    if files.refused:
        return Line("late", _("Files"), _("Nothing can be written: %(why)s.", why=files.refused), _(
            "Uploads, contracts and seals wait. Tell the operator: the application writes into the folder 'files'."))
    if files.free < LITTLE + least:
        return Line("late", _("Files"), said, _("Make room: uploads stop when less than %(least)s are free.",
                                                least=_size(least)))
    if files.most > NEARLY * allowed:
        return Line("soon", _("Files"), said, _(
            "Raise COCREATE_PROJECT_MB before uploads are refused in project %(ref)s.", ref=files.ref))
    return Line("done", _("Files"), said)


def _clock(found: Health) -> Line:
    off = abs(found.clock_off)
    if off <= CLOCK:
        return Line("done", _("Clock"), _("Database and application agree."))
    return Line("late", _("Clock"), _("Database and application are %(time)s apart.", time=_span(off)),
                _("Set both clocks by the network."))


def _records(checked: RecordCheck | None) -> Line:
    about = _("Records")
    if checked is None:
        return Line("soon", about, _("Not checked yet."), _("The scheduler checks every night; or check them now."))
    when = words.day_time(checked.at, pages.reader())
    if not checked.broken:
        return Line("done", about, ngettext("%(num)d record is whole, checked %(when)s.",
                                            "%(num)d records are whole, checked %(when)s.", checked.projects,
                                            when=when))
    first = checked.broken[0]
    said = ngettext("%(num)d record does not fit, checked %(when)s: project %(ref)s, line %(line)s (%(why)s).",
                    "%(num)d records do not fit, checked %(when)s. The first: project %(ref)s, line %(line)s "
                    "(%(why)s).", len(checked.broken), when=when, ref=first.ref, line=first.seq, why=first.why)
    return Line("late", about, said, _("Tell the operator: compare with a backup before anything else is done."))


def _kinds() -> dict[str, str]:
    """What a mail is about, in words that say nothing of a project."""
    return {"invitation": _("Invitation"), "invitation_again": _("Invitation"), "please_sign": _("Please sign"),
            "sign_in_link": _("Sign-in link"), "reset": _("New password"), "welcome": _("Welcome"),
            "staff_invitation": _("Invitation"),
            "projects_taken": _("Projects handed over"), "projects_given": _("Projects handed over"),
            "test": _("Test mail"), "signing_code": _("Code for signing"), "new_sign_in": _("New sign-in"),
            "due_soon": _("Reminder"), "due_today": _("Reminder"), "overdue": _("Reminder"),
            "escalation": _("Reminder"), "nudge": _("Reminder"), "password_changed": _("Password changed"),
            "second_step_changed": _("Second step changed"), "signed_out": _("Signed out everywhere")}


def _span(of: timedelta) -> str:
    return format_timedelta(of, locale=pages.language().replace("-", "_"), threshold=1.5)


def _size(count: int) -> str:
    megabytes = count / 2**20
    if megabytes >= 1024:
        return _("%(size)s GB", size=f"{megabytes / 1024:.1f}")
    return _("%(size)s MB", size=f"{megabytes:,.0f}" if megabytes >= 10 else f"{megabytes:.1f}")


def _version() -> str:
    try:
        return version("cocreate")
    except PackageNotFoundError:
        return _("from source")
