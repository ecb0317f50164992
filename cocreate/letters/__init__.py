"""What a mail may say: names, titles and dates of one project as its recipient may read them.

Templates of mails get a ``Letter`` and nothing else. What people typed comes out of it harmless: no address in it can
be followed.
"""

from cocreate.letters.letter import LINKS, Headline, Letter

__all__ = ["LINKS", "Headline", "Letter"]
