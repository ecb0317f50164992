"""The page Rules of a room: who may, who is asked, and what the template leaves to fewer."""

import json
import re

from cocreate.domain.rights import PARTS, TABLE
from cocreate.views.room.rules import right_words
from tests.support import stories
from tests.support.rooms import links, text


class TestRules:
    def test_say_what_the_template_leaves_to_fewer(self, play):
        data = json.loads(stories.definition(1)) | {"may": {"hold": ["maker", "host"], "decline": [], "leave": []}}
        room = play(definition=json.dumps(data))
        assert "put on hold, resume: only Maker and the account manager of the host" in text(room.shop.get("/rules"))
        assert "decline: nobody" in text(room.shop.get("/rules"))
        held = f"/p/{room.small.ref}/hold"
        assert held not in links(room.shop.get("")) and held in links(room.maker.get(""))
        told = text(room.shop.get("/hold"), 403)
        assert "The template of this project leaves this to Maker and the account manager of the host. Only" in told
        assert "The template of this project leaves this to nobody." in text(room.shop.get("/decline"), 403)

    def test_say_who_clears_sample_text_where_there_is_some(self, play):
        words = "only an administrator of the host can say that a lawyer has read it"
        assert words in text(play().shop.get("/rules"))
        data = json.loads(stories.definition(1))
        for part in (*data["clauses"].values(), *(task for stage in data["stages"].values()
                                                  for task in stage.get("tasks", {}).values()
                                                  if task.get("kind") == "sign")):
            part["sample"] = False
        assert words not in text(play(definition=json.dumps(data)).shop.get("/rules"))

    def test_show_the_table_of_rights_cell_by_cell(self, play):
        room = play()
        with room.app.test_request_context():
            said = right_words()
        page = room.maker.get("/rules").text
        for act, rights in TABLE.items():
            row = re.search(rf'<tr id="may-{act}">(.*?)</tr>', page, re.S)
            cells = re.findall(r"<td[^>]*>([^<]*)</td>", row[1])
            assert [cell.replace("&#39;", "'") for cell in cells] == [str(said[right]) for right in rights], act
            assert len(cells) == len(PARTS)

    def test_say_who_is_asked_who_accepts_who_decides_and_when_reminders_go(self, play):
        page = text(play().shop.get("/rules"))
        assert "Shop : Crates per year. Maker accepts it or returns it with a reason. All parties see it." in page
        assert "Figures are wrong: every contracting party, through champion or signatory. With a reason" in page
        assert "A task that is due: 2 working days before and on the day, to whoever is asked." in page
