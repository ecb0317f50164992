"""Files that were not taken, each in one sentence that says why and what to send instead."""

from cocreate.sentences.registry import explains
from cocreate.sentences.speaker import Speaker


@explains("upload.too_large")
def _too_large(s: Speaker) -> str:
    limit = s.values["limit_mb"]
    if "size_mb" not in s.values:
        return s._("This file is too large; the limit is %(limit)s MB. Send it in parts or make it smaller.",
                   limit=limit)
    return s._("'%(name)s' has %(size)s MB; the limit is %(limit)s. Send it in parts or make it smaller.",
               name=s.values["name"], size=s.values["size_mb"], limit=limit)


@explains("upload.quota")
def _quota(s: Speaker) -> str:
    party = s.values["party"]
    numbers = {"name": s.values["name"], "size": s.values["size_mb"], "used": s.values["used_mb"],
               "limit": s.values["limit_mb"]}
    if not party:
        return s._("'%(name)s' has %(size)s MB; the people of no party have used %(used)s of the %(limit)s MB they "
                   "may use in this project. Make it smaller, or ask the operator for more room.", **numbers)
    return s._("'%(name)s' has %(size)s MB; %(party)s has used %(used)s of the %(limit)s MB it may use in this "
               "project. Make it smaller, or ask %(manager)s for more room.", party=s.facts.party(party).name,
               manager=s.holding("manager", None), **numbers)


@explains("upload.type")
def _type(s: Speaker) -> str:
    named = {"name": s.values["name"], "extension": s.values["extension"]}
    match s.values["kind"]:
        case "program":
            return s._("'%(name)s' is a program. We do not keep programs.", **named)
        case "archive":
            return s._("'%(name)s' is an archive. Unpack it and send its files one by one.", **named)
        case "old_office":
            return s._("'%(name)s' is in an old format. Save it as .docx, .xlsx, .pptx or PDF, then send it again.",
                       **named)
        case "macro":
            return s._("'%(name)s' may hold macros. Save it without them, or as PDF, then send it again.", **named)
    return s._("We take PDF, pictures, text and office files. '%(name)s' is none of them; a PDF of it will do.",
               **named)


@explains("upload.disguised")
def _disguised(s: Speaker) -> str:
    claims = str(s.values["claims"]).upper()
    if s.values["found"] in ("program", "script"):
        return s._("This file is a program disguised as a %(claims)s. We did not keep it.", claims=claims)
    return s._("'%(name)s' is not a %(claims)s, whatever its name says. We did not keep it. Save it anew in the "
               "program it was made with.", name=s.values["name"], claims=claims)


@explains("upload.active")
def _active(s: Speaker) -> str:
    name = s.values["name"]
    ways = {
        "virus": s._("'%(name)s' is what virus scanners warn of. We did not keep it.", name=name),
        "macro": s._("'%(name)s' holds macros. We did not keep it. Save it without them, or as PDF.", name=name),
        "embedded": s._("'%(name)s' holds another file inside. We did not keep it. Send that one on its own.",
                        name=name),
        "form": s._("'%(name)s' is a form that calculates by itself. We did not keep it. Print it to a new PDF.",
                    name=name),
        "external": s._("'%(name)s' fetches something from elsewhere when it is opened. We did not keep it. Save it "
                        "with everything inside, or as PDF.", name=name),
    }
    return ways.get(s.values["what"], s._(
        "'%(name)s' does something by itself when it is opened. We did not keep it. Print it to a new PDF.",
        name=name))


@explains("upload.bomb")
def _bomb(s: Speaker) -> str:
    name = s.values["name"]
    if s.values["what"] == "pixels":
        return s._("'%(name)s' is a picture far larger than any screen. We did not keep it. Make it smaller.",
                   name=name)
    return s._("'%(name)s' unpacks to far more than it seems. We did not keep it. Save it anew, or send a PDF of it.",
               name=name)


@explains("upload.broken")
def _broken(s: Speaker) -> str:
    name = s.values["name"]
    if s.values["why"] == "encoding":
        return s._("'%(name)s' is not in a spelling we can read. Save it as UTF-8, then send it again.", name=name)
    return s._("'%(name)s' cannot be read; it may have been cut off on the way. Send it again.", name=name)
