"""What is proposed for working together when a project is opened."""

from cocreate.words import Reader


def proposed(purpose: str, public_buyer: str, language: str) -> tuple[tuple[str, str], ...]:
    """(part of the charter, its words in the language of the project): the opener's, and ours where there are none."""
    _ = Reader(language).gettext
    match public_buyer:
        case "before":
            tender = _("A public buyer takes part, before a tender: these are market talks. Nothing said here binds a "
                       "later award, and every bidder gets the same information.")
        case "during":
            tender = _("A public buyer takes part in a tender. Talk about the offer only as the tender allows.")
        case "after":
            tender = _("A public buyer takes part after the award. What must be published is published.")
        case _:
            tender = ""
    parts = {
        "purpose": purpose,
        "decisions": _("Each party decides every question for itself, through its signatory. "
                       "Silence is not agreement."),
        "openness": _("Every figure says where it comes from and how sure it is. What a task marks as a party's own "
                      "stays with that party; everything else is open to all parties of the project."),
        "sharing": _("Costs and gains are shared so that no party is worse off than without the project. "
                     "The figures are agreed in the value case."),
        "public_buyer": tender,
    }
    return tuple((part, text) for part, text in parts.items() if text)
