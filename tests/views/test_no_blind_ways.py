"""What cannot work is not shown: whoever follows a link of a page is not refused there."""

import html
import re
from collections import deque

import pytest

from tests.support import projects
from tests.support.rooms import decided, returned, with_later_tasks, with_offer

SITUATIONS = {"begun": with_offer, "later tasks": with_later_tasks, "returned": returned, "decided": decided,
              "terms": projects.in_terms, "a gap": projects.with_gap, "frozen": projects.frozen,
              "to sign": projects.ready_to_sign, "one signed": projects.one_signed, "agreed": projects.agreed}
PARTS = ("champion", "signatory", "contributor", "observer")
# A row for a file, which the script of the page fills in.
UNSHOWN = re.compile(r"/draft/files/")


@pytest.mark.long
@pytest.mark.parametrize("situation", SITUATIONS)
def test_nobody_is_refused_where_a_link_leads(project, situation):
    room = project(SITUATIONS[situation])
    people = {"maker": room.maker, "manager": room.manager} | {
        part: room.sign_in(room.colleague(2, part)) for part in PARTS}
    assert [(who, *one) for who, client in people.items() for one in _refused(client)] == []


def _refused(client):
    """(status, where, from which page) of each link of the room that leads to a refusal."""
    seen, queue, pages = {client.start}, deque([(client.start, "")]), 0
    while queue:
        path, source = queue.popleft()
        answer = client.client.get(path)
        if answer.status_code >= 400:
            yield answer.status_code, path, source
        elif answer.status_code == 200 and answer.mimetype == "text/html":
            pages += 1
            new = {html.unescape(link) for link in re.findall(r'<a [^>]*?href="(/p/[^"#]+)', answer.text)} - seen
            seen |= new
            queue.extend((link, path) for link in sorted(new) if not UNSHOWN.search(link))
    assert pages > 10
