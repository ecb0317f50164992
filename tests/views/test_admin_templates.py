"""Templates as an administrator sees them: the list, the page, publishing."""

import json
import re

import pytest
from sqlalchemy import select, update

from cocreate.models.projects import Project
from cocreate.services import hosts, templates
from tests.support import projects
from tests.support.clock import NOON
from tests.support.openings import versions
from tests.support.people import entered
from tests.support.rooms import text
from workflows import library
from workflows.exchange.yaml_text import read

WITHOUT_SHOP = projects.SMALL.replace(
    "shop: {name: Shop, contracting: true, side: using}", "shop: {name: Shop}").replace(
    "of: [maker, shop], about: contract", "of: [maker], about: contract")


class TestList:
    def test_says_what_is_published_and_used(self, client, small):
        page = text(client.get("/admin/templates"))
        assert "Returned crates Take-back management Version 1 none 1" in page and "Anna Berg" in page

    def test_has_a_column_for_the_strategy_also_where_a_template_is_called_like_it(self, fresh):
        fresh.post("/admin/templates/start", data={"template": "platform"})
        assert "Name Strategy Published Draft" in (page := text(fresh.get("/admin/templates")))
        assert "Platform for shared use Platform for shared use not yet Version 1" in page

    def test_empty_it_offers_the_shipped_ones(self, fresh):
        page = text(fresh.get("/admin/templates"))
        assert "No template yet." in page
        assert page.count("Start from this one") == len(library.names())

    def test_says_what_comes_before_the_first_project_while_there_is_none(self, client, fresh):
        assert "Before the first project" in text(fresh.get("/admin/templates"))
        assert "Before the first project" not in text(client.get("/admin/templates"))

    def test_a_shipped_one_becomes_a_draft_once(self, fresh):
        first, second = (fresh.post("/admin/templates/start", data={"template": "platform"}) for _ in range(2))
        assert first.location == second.location
        assert "Not published yet: no project can be opened with it. Version 1 is a draft" in text(
            fresh.get(first.location))
        assert fresh.post("/admin/templates/start", data={"template": "../platform"}).status_code == 404

    def test_is_where_an_administrator_begins(self, fresh):
        assert fresh.get("/").location == "/admin/templates"

    def test_is_for_administrators(self, app, small):
        customer = entered(app, small.emails[small.shop])
        assert {customer.get(path).status_code for path in (
            "/admin/templates", "/admin/templates/import", "/admin/people", "/admin/health", "/admin/host")} == {403}


class TestPage:
    def test_says_who_published_it_and_how_many_projects_use_it(self, client, ref):
        assert re.search(r"Version 1, published \w+ \d+ \w+ by Anna Berg, used by 1 project\.",
                         text(client.get(f"/admin/templates/{ref}")))

    def test_a_project_that_is_over_used_it(self, client, session, ref):
        session.execute(update(Project).values(ended_at=NOON))
        session.commit()
        assert "used by 1 project." in text(client.get(f"/admin/templates/{ref}"))

    def test_has_a_picture_and_the_chosen_stage_in_words(self, client, ref):
        answer = client.get(f"/admin/templates/{ref}?stage=terms")
        assert '<svg class="score"' in answer.text
        assert "Stage 2, Terms" in text(answer) and "All parties asked must agree." in text(answer)
        assert "5 working days after the stage begins" in text(client.get(f"/admin/templates/{ref}"))
        assert "It waits until all required tasks of the stage are accepted" in text(answer)

    def test_says_what_its_signs_mean_and_lists_the_stages_where_there_is_no_room_for_a_picture(self, client, ref):
        page = client.get(f"/admin/templates/{ref}")
        assert "decision, with a part for each party that decides" in text(page)
        steps = re.search(r'<ol class="steps">.*?</ol>', page.text, re.S)[0]
        assert "2 tasks" in steps and f'href="/admin/templates/{ref}?stage=terms#stage"' in steps and "Agreed" in steps

    @pytest.mark.parametrize(("tab", "says"), [
        ("forms", "Credit per crate"), ("rights", "decide at a gate"), ("clauses", "$maker and $shop agree"),
        ("reminders", "2 working days before and on the day"), ("texts", "stages.figures.tasks.returns.why"),
        ("versions", "Download version 1"), ("projects", "An administrator reads no room.")])
    def test_has_a_tab_for(self, client, ref, tab, says):
        assert says in text(client.get(f"/admin/templates/{ref}?show={tab}"))

    def test_names_projects_only_where_one_has_a_place(self, app, session, client, small, ref):
        assert "Crates come back" not in client.get(f"/admin/templates/{ref}?show=projects").text
        hosts.employ(session, small.host_id, small.manager, hosts.ADMINISTRATOR, now=NOON)
        session.commit()
        anna = entered(app, small.emails[small.manager])
        assert "Crates come back" in anna.get(f"/admin/templates/{ref}?show=projects").text

    @pytest.mark.parametrize("key", library.names())
    def test_shows_every_tab_and_form_of_the_shipped_ones(self, fresh, key):
        url = fresh.post("/admin/templates/start", data={"template": key}).location
        for tab in ("stages", "forms", "rights", "clauses", "reminders", "texts", "versions", "projects"):
            assert fresh.get(f"{url}?show={tab}").status_code == 200
        for task in library.load(key).tasks:
            answer = fresh.get(f"{url}/tasks/{task}")
            assert answer.status_code == 200 and "Only a preview." in answer.text
            assert 'method="post"' not in answer.text.partition("<main")[2]

    def test_a_form_says_what_comes_after_it_and_who_sees_it_as_in_a_project(self, client):
        said = projects.SMALL.replace("        why: The shop",
                                      "        unlocks: Both can decide.\n        why: The shop", 1)
        assert said != projects.SMALL
        url = client.post("/admin/templates/import", data={"text": said, "save": "1"}).location
        page = text(client.get(f"{url}/tasks/credit"))
        assert "After that: Both can decide." in page
        assert "Only the organisation that fills this in sees its draft. Once submitted, every party sees it." in page

    def test_the_preview_of_a_short_agreement_is_its_text_and_nothing_to_fill_in(self, client):
        url = client.post("/admin/templates/start", data={"template": "take_back"}).location
        page = text(client.get(f"{url}/tasks/confidentiality"))
        assert "The organisations that sign this protect what they learn of each other" in page
        assert "This is a sample text and needs your lawyer." in page and "Go on to sign" in page
        assert "All who are asked sign this text. Nothing is filled in." in page
        assert "<ol " in client.get(f"{url}/tasks/confidentiality").text  # as on the paper, not as it was typed
        assert "sees its draft" not in page and "no fields" not in page

    def test_the_preview_of_a_canvas_says_who_reads_what_is_written_and_whose_entry_is_awaited(self, client):
        url = client.post("/admin/templates/start", data={"template": "take_back"}).location
        page = text(client.get(f"{url}/tasks/canvas"))
        assert "An entry is read by all who see this page as soon as it is added." in page
        assert "An entry of each of these is awaited: " in page and "sees its draft" not in page

    def test_says_how_many_may_sit_somewhere_as_a_person_would(self, client, ref):
        many = projects.SMALL.replace("side: using}", "side: using, required: false, many: {min: 1, max: 40}}")
        url = client.post("/admin/templates/import", data={"text": many, "save": "1"}).location
        assert "need not be filled; up to 40 organisations" in text(client.get(f"{url}?show=rights"))

    def test_says_what_is_unfair(self, client, ref):
        assert "Fairness" in text(client.get(f"/admin/templates/{ref}"))

    def test_downloads_what_an_import_reads_back(self, client, ref):
        answer = client.get(f"/admin/templates/{ref}/1.yaml")
        assert answer.mimetype == "application/yaml"
        assert read(answer.data).sha256 == read(projects.SMALL).sha256

    def test_foreign_and_unknown_ones_do_not_exist(self, fresh, ref):
        paths = ["", "/1.yaml", "/publish", "/retire", "/tasks/returns"]
        assert {fresh.get(f"/admin/templates/{here}{path}").status_code
                for here in (ref, "0" * 26) for path in paths} == {404}
        assert {fresh.post(f"/admin/templates/{ref}{path}").status_code
                for path in ("/back", "/1/draft", "/retire", "/publish")} == {404}

    def test_a_foreign_host_cannot_be_chosen(self, session, fresh, small):
        foreign = session.scalar(select(hosts.Host.ref).where(hosts.Host.id == small.host_id))
        assert {fresh.get(f"/admin/{page}?host={foreign}").status_code
                for page in ("templates", "people", "health", "host", "templates/import")} == {404}

    def test_unknown_parts_do_not_exist(self, client, ref):
        assert {client.get(f"/admin/templates/{ref}{path}").status_code for path in (
            "?show=nonsense", "?version=9", "/tasks/nonsense", "/9.yaml")} == {404}


class TestPublishing:
    def test_says_which_texts_stay_a_sample_and_for_which_a_lawyer_answers(self, client, ref):
        drafted(client, ref)
        page = text(client.get(f"/admin/templates/{ref}/publish"))
        assert "3 texts are called sample text in every project." in page and "Who agrees Credit Places" in page
        assert "write 'sample: false' at it in the file" in page and "No sample text" not in page
        data = json.loads(read(client.get(f"/admin/templates/{ref}/2.yaml").data).canonical())
        data["clauses"]["credit"]["sample"] = False
        client.post("/admin/templates/import", data={"text": json.dumps(data), "save": "1"})
        page = text(client.get(f"/admin/templates/{ref}/publish"))
        assert "2 texts are called sample text" in page
        assert "No sample text: 'Credit'. By publishing you say for your organisation that a lawyer" in page

    def test_leads_back_to_the_template_by_its_name(self, client, ref):
        drafted(client, ref)
        for page in ("publish", "discard", "retire"):
            shown = client.get(f"/admin/templates/{ref}/{page}").text
            crumbs = re.search(r'<nav class="crumbs".*?</nav>', shown, re.S)[0]
            assert f'<a href="/admin/templates/{ref}">Returned crates</a>' in crumbs

    def test_needs_a_note_and_says_what_stays(self, client, ref):
        seen = drafted(client, ref)
        assert "1 running project stays on version 1." in text(client.get(f"/admin/templates/{ref}/publish"))
        answer = client.post(f"/admin/templates/{ref}/publish", data={"seen": seen})
        assert answer.status_code == 422 and "Write an answer to" in answer.text
        assert client.post(f"/admin/templates/{ref}/publish", data={"seen": seen, "note": "Dates"}).status_code == 303
        page = text(client.get(f"/admin/templates/{ref}?show=versions"))
        assert "Version 2, published" in page and "by Petra Sool" in page and "Dates" in page

    def test_publishes_only_what_was_looked_at(self, client, ref):
        drafted(client, ref)
        answer = client.post(f"/admin/templates/{ref}/publish", data={"seen": "0" * 64, "note": "Dates"})
        assert answer.status_code == 422 and "The draft changed meanwhile" in answer.text

    def test_is_refused_with_every_error(self, client):
        broken = projects.SMALL.replace("from: figures, to: terms", "from: figures, to: figures")
        url = client.post("/admin/templates/import", data={"text": broken, "save": "1"}).location
        page = text(client.get(url))
        assert "stands in the way of publishing" in page or "stand in the way of publishing" in page
        dialog = client.get(f"{url}/publish")
        assert "in the way:" in text(dialog) and "Publish version 1</button>" not in dialog.text
        answer = client.post(f"{url}/publish", data={"seen": read(broken).sha256, "note": "Try"})
        assert answer.status_code == 422 and "in the way" in answer.text

    def test_is_refused_where_a_task_tells_an_answer_that_fewer_see(self, client):
        answer = "kind: {label: Kind, type: choice, of: [none, deposit], visible_to: own}"
        broken = projects.SMALL.replace("          crates: {", f"          {answer}\n          crates: {{", 1).replace(
            "        of: maker\n", "        of: maker\n        after: [returns]\n"
            "        only_if: {answer: figures.returns.kind, is: deposit}\n", 1)
        url = client.post("/admin/templates/import", data={"text": broken, "save": "1"}).location
        page = text(client.get(url))
        assert "stages.figures.tasks.credit.only_if" in page and "'figures.returns.kind'" in page
        refused = client.post(f"{url}/publish", data={"seen": read(broken).sha256, "note": "Try"})
        assert refused.status_code == 422 and "in the way" in refused.text

    def test_a_published_one_is_not_published_again(self, client, ref):
        assert client.get(f"/admin/templates/{ref}/publish").status_code == 409

    def test_a_draft_is_made_once(self, client, ref):
        drafted(client, ref)
        assert "There is a draft already: version 2." in text(
            client.post(f"/admin/templates/{ref}/1/draft", follow_redirects=True))

    def test_a_new_version_is_not_said_to_be_used_by_what_runs_on_the_one_before(self, client, ref):
        client.post(f"/admin/templates/{ref}/publish", data={"note": "As discussed.", "seen": drafted(client, ref)})
        assert re.search(r"Version 2, published [\w ]+, used by no project; 1 began with an earlier one\.",
                         text(client.get(f"/admin/templates/{ref}")))

    def test_a_double_click_publishes_once_and_both_get_the_same_answer(self, client, ref):
        sent = {"key": "a-key-of-one-form", "note": "As discussed.", "seen": drafted(client, ref)}
        said = [text(client.post(f"/admin/templates/{ref}/publish", data=sent, follow_redirects=True))
                for _click in range(2)]
        assert said[0] == said[1] and "Version 2 is published. New projects open with it." in said[0]

    def test_a_draft_is_discarded_if_it_is_the_one_that_was_looked_at(self, client, ref):
        seen = drafted(client, ref)
        page = f"/admin/templates/{ref}/discard"
        assert "Version 1 is the newest then. Nothing that runs changes." in text(client.get(page))
        assert client.post(page, data={"seen": "of another one"}).status_code == 409
        sent = {"key": "a-key-of-one-form", "seen": seen}
        said = [text(client.post(page, data=sent, follow_redirects=True)) for _click in range(2)]
        assert said[0] == said[1] and "Version 2 of 'Returned crates' is discarded." in said[0]
        assert "Make a draft from version 1" in said[0] and client.get(page).status_code == 409

    def test_an_older_draft_is_discarded_by_its_number(self, client, session, small, ref):
        drafted(client, ref)
        changed = projects.SMALL.replace("target: 10", "target: 12")
        client.post("/admin/templates/import", data={"text": changed, "save": "1"})
        assert "Version 3 1 older draft" in text(client.get("/admin/templates"))
        shown = text(client.get(f"/admin/templates/{ref}?show=versions"))
        assert "Discard version 2 It says the same as version 1." in shown and "Discard version 1" not in shown
        page = f"/admin/templates/{ref}/discard?version=2"
        assert "It says the same as version 1, which stays." in text(client.get(page))
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', client.get(page).text).group(1)
        sent = {"key": "a-key-of-one-form", "seen": seen}
        said = [text(client.post(page, data=sent, follow_redirects=True)) for _click in range(2)]
        assert said[0] == said[1] and "Version 2 of 'Returned crates' is discarded." in said[0]
        assert versions(session, small) == 2
        assert client.get(f"/admin/templates/{ref}/discard?version=1").status_code == 409
        assert client.get(f"/admin/templates/{ref}/discard?version=9").status_code == 404

    def test_the_first_is_published_without_a_note(self, fresh):
        page = fresh.post("/admin/templates/start", data={"template": "open"}).location
        shown = fresh.get(f"{page}/publish")
        assert "What changed?" not in text(shown)
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', shown.text).group(1)
        assert fresh.post(f"{page}/publish", data={"seen": "0" * 64}).status_code == 422
        assert fresh.post(f"{page}/publish", data={"seen": seen}).status_code == 303
        assert "Version 1, published" in text(fresh.get(page))

    def test_a_template_that_was_only_a_draft_leaves_the_list_with_it(self, fresh):
        page = fresh.post("/admin/templates/start", data={"template": "open"})
        shown = fresh.get(f"{page.location}/discard")
        assert "It is the only version: the template leaves your list." in text(shown)
        seen = re.search(r'name="seen" value="([0-9a-f]+)"', shown.text).group(1)
        assert fresh.post(f"{page.location}/discard", data={"seen": seen}).location == "/admin/templates"
        assert fresh.get(page.location).status_code == 404

    def test_retired_it_opens_no_projects_and_comes_back(self, client, session, small, ref):
        assert "No new projects. 1 running one stays." in text(client.get(f"/admin/templates/{ref}/retire"))
        client.post(f"/admin/templates/{ref}/retire")
        session.rollback()
        assert templates.published(session, small.host_id) == []
        assert re.search(r"Retired on \w+ \d+ \w+: no new projects\. 1 running one stays\.",
                         text(client.get(f"/admin/templates/{ref}")))
        client.post(f"/admin/templates/{ref}/back")
        session.rollback()
        assert len(templates.published(session, small.host_id)) == 1

    def test_what_a_published_version_says_otherwise_than_the_one_before_stays_to_be_read(self, client, ref):
        url = client.post("/admin/templates/import", data={"text": WITHOUT_SHOP, "save": "1"}).location
        seen = re.search('name="seen" value="([0-9a-f]+)"', client.get(f"{url}/publish").text)[1]
        client.post(f"{url}/publish", data={"seen": seen, "note": "Shop signs no more"})
        page = text(client.get(f"/admin/templates/{ref}"))
        assert "differences from version 1" in page and "Gone parties.shop.contracting" in page
        assert "differences from" not in text(client.get(f"/admin/templates/{ref}?version=1"))

    def test_a_running_project_is_never_bent(self, client, session, small, ref):
        """P-24: a version without the customer's signature changes nothing for who has begun."""
        before = projects.facts(session, small).definition
        session.rollback()
        url = client.post("/admin/templates/import", data={"text": WITHOUT_SHOP, "save": "1"}).location
        seen = re.search('name="seen" value="([0-9a-f]+)"', client.get(f"{url}/publish").text)[1]
        assert client.post(f"{url}/publish", data={"seen": seen, "note": "Shop signs no more"}).status_code == 303
        assert templates.ever_published(session, small.host_id, "returned_crates").number == 2
        facts = projects.facts(session, small)
        row = session.scalars(select(Project).where(Project.ref == small.ref)).one()
        assert row.template_version == 1 and row.definition_sha256 == before.sha256 == facts.definition.sha256
        assert [party.seat for party in facts.signing] == ["maker", "shop"]


def drafted(client, ref):
    """A draft of version 2; the hash under which it is published."""
    assert client.post(f"/admin/templates/{ref}/1/draft").status_code == 303
    return re.search('name="seen" value="([0-9a-f]+)"', client.get(f"/admin/templates/{ref}/publish").text)[1]


@pytest.fixture
def client(app, petra):
    return entered(app, petra.email)
