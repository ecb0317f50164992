"""What a template reminds people of, in words: for who is asked, and for who writes the template."""

from flask_babel import gettext as _
from flask_babel import ngettext

from cocreate import words
from cocreate.domain.unbroken import unbroken
from cocreate.web import pages
from workflows.definition import ReminderRule


def reminder(rule: ReminderRule) -> str:
    """When people are written to about what they owe, and who."""
    what = {"task_due": _("A task that is due"), "task_overdue": _("A task that is late"),
            "decision_due": _("A decision that is due"), "decision_overdue": _("A decision that is late"),
            "signature_due": _("A signature that is due"), "signature_overdue": _("A signature that is late"),
            "duty_due": _("A duty that is due"), "duty_overdue": _("A duty that is late"),
            "invitation_open": _("An invitation nobody answered")}[rule.on]
    if rule.every:
        when = ngettext("every %(num)d working day, %(most)s times at most",
                        "every %(num)d working days, %(most)s times at most", rule.every, most=rule.most)
    else:
        when = words.listed((_day(offset) for offset in rule.at), pages.reader())
    to = _("the champion") if rule.to == "champion" else _("whoever is asked")
    said = _("%(what)s: %(when)s, to %(to)s.", what=what, when=when, to=to)
    if rule.then:
        said += " " + ngettext("After %(num)d working day more also to the champion, announced before.",
                               "After %(num)d working days more also to the champion, announced before.",
                               rule.then.after)
    return unbroken(said)


def _day(offset: int) -> str:
    if offset == 0:
        return _("on the day")
    if offset < 0:
        return ngettext("%(num)d working day before", "%(num)d working days before", -offset)
    return ngettext("%(num)d working day after", "%(num)d working days after", offset)
