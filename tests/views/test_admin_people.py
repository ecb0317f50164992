"""The people of a host, walked as an administrator."""

import re

import pytest
from sqlalchemy import select, update

from cocreate.models.hosts import Host
from cocreate.models.mails import AccountMail, Outbox
from cocreate.models.people import Person, SignIn
from cocreate.models.projects import Project
from cocreate.services import hosts
from tests.support import projects
from tests.support.clock import NOON
from tests.support.people import PASSWORD, browser, entered, last_secret, mails_to, someone
from tests.support.rooms import text


class TestPeople:
    def test_lists_who_works_here(self, client, small):
        page = text(client.get("/admin/people"))
        assert "Petra Sool" in page and "administrator" in page and "with password" in page
        assert re.search(r"Anna Berg \S+ account manager 1 ", page)
        assert "Claire Duval" not in page

    def test_says_who_has_no_second_step(self, app, client, session, small):
        session.execute(update(Person).where(Person.id == small.manager).values(totp_secret="sealed"))
        session.commit()
        page = text(client.get("/admin/people"))
        assert re.search(r"Petra Sool \S+ administrator .*? active no second step", page)
        assert page.count("no second step") == 1

    def test_invites_by_a_link_with_which_somebody_new_comes_in(self, app, client, session, small):
        answer = client.post("/admin/people/invite", data={
            "name": "Tom New", "email": f"tom{small.host_id}@host.example", "roles": ["account_manager"]})
        assert answer.status_code == 303
        page = text(client.get("/admin/people"))
        assert "Tom New" in page and "invited, has not accepted yet" in page
        session.rollback()
        person = session.scalars(select(Person).where(Person.email == f"tom{small.host_id}@host.example")).one()
        token = last_secret(session, person.id, "staff_invitation")
        tom = browser(app)
        page = text(tom.get(f"/h/{token}", follow_redirects=True))
        assert "Petra Sool invites you to work for" in page and "As an account manager you would" in page
        assert f"You will sign in with tom{small.host_id}@host.example and the password you choose here." in page
        assert tom.get("/desk").location == "/sign-in"
        assert tom.post("/joining", data={"name": "Tom New", "password": "short"}).status_code == 422
        wrong = tom.post("/joining", data={"name": " ", "password": "short"})
        assert "Type your name." in wrong.text and "Too short: 5 of 15." in wrong.text
        assert tom.post("/joining", data={"name": "Tom New", "password": PASSWORD}).status_code == 303
        assert tom.get("/desk").status_code == 200
        used = browser(app).get(f"/h/{token}", follow_redirects=True)
        assert used.status_code == 410 and "Whoever sent it can send a new one." in used.text
        assert "/invitation/again" not in used.text  # tells those who invite to projects

    def test_answers_the_same_where_there_is_an_account_whose_owner_signs_in_to_accept(self, app, client, session,
                                                                                       small):
        eva = someone(session, "Eva Roth")
        session.commit()
        done = client.post("/admin/people/invite", follow_redirects=True, data={
            "name": "E. R.", "email": eva.email, "roles": ["account_manager"]})
        assert "E. R. is invited, by a mail with a link." in text(done) and "Eva Roth" not in done.text
        session.rollback()
        ref = session.scalar(select(Person.ref).where(Person.id == eva.id))
        page = client.get(f"/admin/people/{ref}")
        assert "Send again" in text(page) and "Eva Roth" not in page.text and "Deactivate" not in page.text
        assert "Sent again." in text(client.post(f"/admin/people/{ref}/send", follow_redirects=True))
        session.rollback()
        link = f"/h/{last_secret(session, eva.id, 'staff_invitation')}"
        own, stranger = browser(app), entered(app, small.emails[small.shop])
        assert "Sign in and accept" in text(own.get(link, follow_redirects=True))
        assert own.post("/joining").status_code == 422
        assert "this invitation is for somebody else" in text(stranger.get(link, follow_redirects=True))
        assert stranger.post("/joining").status_code == 422
        page = own.post("/sign-in", data={"email": eva.email, "password": PASSWORD}, follow_redirects=True)
        assert "invites you to work for" in text(page)
        assert own.get("/desk").status_code == 403
        assert own.post("/joining").status_code == 303
        assert own.get("/desk").status_code == 200

    def test_a_double_click_invites_once_and_both_get_the_same_answer(self, client, session, small, refs, ben):
        sent = {"key": "a-key-of-one-form", "name": "Tom New", "email": f"two{small.host_id}@host.example",
                "roles": ["account_manager"]}
        first, second = (client.post("/admin/people/invite", data=sent) for _click in range(2))
        assert (first.status_code, first.location) == (second.status_code, second.location) == (303, "/admin/people")
        assert text(client.get("/admin/people")).count("Tom New is invited, by a mail with a link.") == 2
        session.rollback()
        tom = session.scalars(select(Person.id).where(Person.email == sent["email"])).one()
        assert len(mails_to(session, tom)) == 1
        away = {"key": "a-key-of-another-one", "to": ben.id}
        said = [text(client.post(f"/admin/people/{refs['anna']}/hand-over", data=away, follow_redirects=True))
                for _click in range(2)]
        assert all("project has a new account manager." in page or "projects have a new" in page for page in said)
        assert said[0] == said[1]

    def test_two_buttons_of_one_page_are_two_acts(self, client, session, small, ben):
        client.post("/admin/people/invite", data={"name": "Tom New", "roles": ["account_manager"],
                                                  "email": f"both{small.host_id}@host.example"})
        link = re.search(r'href="(/admin/people/[^/"]+)"[^>]*>Tom New<', client.get("/admin/people").text)[1]
        page = client.get(link).text
        acts = re.findall(r'action="([^"]+)"', page)
        again = next(one for one in acts if one.endswith("/send"))
        (back,) = re.findall(r'href="([^"]+/take-back)"', page)
        asked = text(client.get(back))
        assert "Take back the invitation of" in asked and "opens nothing any more. Nobody is told." in asked
        said = [text(client.post(act, data={"key": "a-key-of-one-page"}, follow_redirects=True))
                for act in (again, back)]
        assert "Sent again." in said[0] and "Sent again." not in said[1]

    def test_who_has_gone_is_let_in_again(self, client, session, small, refs, ben):
        client.post(f"/admin/people/{refs['anna']}/deactivate", data={"to": ben.id})
        page = text(client.get(f"/admin/people/{refs['anna']}"))
        assert "deactivated" in page and "Let come in again" in page
        done = client.post(f"/admin/people/{refs['anna']}/again", data={"roles": ["account_manager"]},
                           follow_redirects=True)
        assert "invited, has not accepted yet" in text(done)
        assert "The invitation of Anna Berg has ended." in text(client.post(
            f"/admin/people/{refs['anna']}/take-back", follow_redirects=True))
        assert "works here no more" in text(client.get(f"/admin/people/{refs['anna']}"))

    def test_asks_whether_to_take_back_only_what_still_waits(self, client, refs):
        answer = client.get(f"/admin/people/{refs['anna']}/take-back")
        assert answer.status_code == 303 and answer.location.endswith(f"/admin/people/{refs['anna']}")

    def test_says_what_is_wrong_with_an_invitation(self, client):
        answer = client.post("/admin/people/invite", data={"name": "", "email": "nobody"})
        assert answer.status_code == 422 and "Choose at least one role." in answer.text
        assert "This is not one complete address" in answer.text and 'value="nobody"' in answer.text

    def test_other_roles_sign_out_at_once(self, app, client, session, small, refs):
        anna = entered(app, small.emails[small.manager])
        answer = client.post(f"/admin/people/{refs['anna']}/roles", data={"roles": ["administrator",
                                                                                  "account_manager"]})
        assert answer.status_code == 303
        assert anna.get("/desk").location == "/sign-in"

    def test_projects_keep_their_account_manager(self, client, refs):
        answer = client.post(f"/admin/people/{refs['anna']}/roles", data={"roles": ["administrator"]})
        assert answer.status_code == 422
        assert "1 project would be without an account manager: hand it over first." in answer.text
        assert f'href="/admin/people/{refs["anna"]}/hand-over"' in answer.text.partition("<main")[2]

    def test_the_last_administrator_stays(self, client, refs):
        answer = client.post(f"/admin/people/{refs['petra']}/roles", data={"roles": ["account_manager"]})
        assert answer.status_code == 422 and "Name another one first." in answer.text
        answer = client.post(f"/admin/people/{refs['petra']}/deactivate")
        assert answer.status_code == 422 and "Name another one first." in answer.text

    def test_sessions_end_and_they_are_told(self, app, client, session, small, refs):
        anna = entered(app, small.emails[small.manager])
        url = f"/admin/people/{refs['anna']}/sessions"
        assert url in client.get(f"/admin/people/{refs['anna']}").text
        assert "Anna Berg has to sign in again, on every device." in text(client.get(url))
        assert anna.get("/desk").status_code == 200  # asking ends nothing
        assert client.post(url).status_code == 303
        assert anna.get("/desk").location == "/sign-in"
        session.rollback()
        assert ("signed_out", "Petra Sool") in [(kind, values.get("who")) for kind, values in mails_to(
            session, small.manager)]

    def test_a_second_step_is_reset_and_both_are_told(self, client, session, small, refs):
        session.execute(update(Person).where(Person.id == small.manager).values(totp_secret="locked"))
        session.commit()
        assert "Reset second step" in text(client.get(f"/admin/people/{refs['anna']}"))
        done = client.post(f"/admin/people/{refs['anna']}/second-step", follow_redirects=True)
        assert "Anna Berg has been told by mail" in text(done)
        session.rollback()
        assert session.scalar(select(Person.totp_secret).where(Person.id == small.manager)) is None
        assert ("second_step_changed", "off", "Petra Sool") in [
            (kind, values.get("what"), values.get("by")) for kind, values in mails_to(session, small.manager)]

    def test_says_before_a_reset_where_the_host_asks_for_a_second_step_that_a_new_one_is_set_up(self, client, session,
                                                                                              small, refs):
        page = f"/admin/people/{refs['anna']}/second-step"
        assert "sets up a new one" not in text(client.get(page))
        session.execute(update(Host).where(Host.id == small.host_id).values(second_step="required"))
        session.execute(update(Person).values(totp_secret="locked"))
        session.execute(update(SignIn).values(second_factor_at=NOON))
        session.commit()
        assert "At the next sign-in Anna Berg sets up a new one, as your organisation asks." in text(client.get(page))

    def test_all_projects_change_hands(self, client, session, small, refs, ben):
        page = text(client.get(f"/admin/people/{refs['anna']}/hand-over"))
        assert "1 project, running or agreed, gets a new account manager at once." in page and "Ben Ito" in page
        done = client.post(f"/admin/people/{refs['anna']}/hand-over", data={"to": ben.id}, follow_redirects=True)
        assert "1 project has a new account manager." in text(done)
        session.rollback()
        assert session.scalar(select(Project.manager_id).where(Project.ref == small.ref)) == ben.id

    @pytest.mark.parametrize("path", ["hand-over", "deactivate", "substitute"])
    def test_whom_the_projects_go_to_is_chosen_and_not_preselected(self, client, small, refs, ben, path):
        page = client.get(f"/admin/people/{refs['anna']}/{path}")
        assert '<option selected value="">Choose somebody</option>' in page.text
        answer = client.post(f"/admin/people/{refs['anna']}/{path}", data={"to": "", "until": "2027-03-05"})
        assert "Choose somebody." in text(answer, 422)

    @pytest.mark.parametrize("path", ["hand-over", "deactivate"])
    def test_says_for_which_customers_each_project_is_and_no_title(self, client, small, refs, ben, path):
        page = text(client.get(f"/admin/people/{refs['anna']}/{path}"))
        assert "A project with Tornby Furniture and Aurelis Hotels" in page and "Crates come back" not in page

    def test_when_somebody_signed_in_is_not_when_they_were_seen(self, client, session, clock, small, refs):
        client.get("/admin/people")
        clock.go(minutes=20)
        client.get("/admin/people")
        clock.go(minutes=1)
        page = text(client.get(f"/admin/people/{refs['petra']}"))
        signed_in, seen = (re.search(f"{word} (?:with password, )?.*?([0-9]+:[0-9]+)", page)[1]
                           for word in ("Last sign-in", "Last seen"))
        assert signed_in < seen

    def test_a_substitute_is_named_for_a_time(self, client, session, small, refs, ben):
        url = f"/admin/people/{refs['anna']}/substitute"
        assert "Deciding and signing stay with Anna Berg" in text(client.get(url))
        assert client.post(url, data={"to": small.shop, "until": "2027-03-05"}).status_code == 422
        assert client.post(url, data={"to": ben.id, "until": "2027-02-05"}).status_code == 422
        done = client.post(url, data={"to": ben.id, "until": "2027-03-05"}, follow_redirects=True)
        assert "Ben Ito stands in for Anna Berg in 1 project until Fri 5 Mar." in text(done)
        session.rollback()
        there = projects.facts(session, small, person=ben.id)
        assert "manager" in there.actor.parts and there.actor.own == {"observer"}
        page = client.get(f"/admin/people/{refs['anna']}")
        assert "Ben Ito stands in for Anna Berg in 1 project until Fri 5 Mar." in text(page)
        substitute = session.scalar(select(Person.ref).where(Person.id == ben.id))
        assert "Ben Ito stands in for Anna Berg" in text(client.get(f"/admin/people/{substitute}"))
        assert "/back" not in client.get(f"/admin/people/{substitute}").text
        back = f"/admin/people/{refs['anna']}/back"
        asked = text(client.get(back))
        assert "Ben Ito stands in for Anna Berg in 1 project until Fri 5 Mar. That ends now." in asked
        done = client.post(back, follow_redirects=True)
        assert "Nobody stands in for Anna Berg any more." in text(done) and "in 1 project" not in text(done)
        session.rollback()
        assert projects.facts(session, small).member(ben.id).left_at is not None

    def test_deactivating_asks_who_takes_over(self, app, client, session, small, refs, ben):
        anna = entered(app, small.emails[small.manager])
        url = f"/admin/people/{refs['anna']}/deactivate"
        assert "1 project needs a new account manager: choose." in text(client.get(url))
        assert client.post(url).status_code == 422
        assert client.post(url, data={"to": small.shop}).status_code == 422
        assert client.post(url, data={"to": ben.id}).status_code == 303
        assert anna.get("/desk").location == "/sign-in"
        assert browser(app).post("/sign-in", data={
            "email": small.emails[small.manager], "password": PASSWORD}).status_code != 303
        assert "deactivated" in text(client.get(f"/admin/people/{refs['anna']}"))

    @pytest.mark.parametrize(("path", "sent"), [
        ("hand-over", {}), ("deactivate", {}), ("substitute", {"until": "2027-03-05"})])
    def test_who_takes_a_colleagues_projects_shows_the_password_just_now(self, client, session, clock, small, refs,
                                                                         petra, path, sent):
        hosts.employ(session, small.host_id, petra.id, hosts.ACCOUNT_MANAGER, now=NOON)
        session.commit()
        clock.go(minutes=10)
        asked = client.post(f"/admin/people/{refs['anna']}/{path}", data=sent | {"to": petra.id})
        assert "Please show that it is you." in text(asked, 401)
        session.rollback()
        assert session.scalar(select(Project.manager_id).where(Project.ref == small.ref)) == small.manager
        assert not projects.facts(session, small).member(petra.id)
        kept = {"typed": re.search(r'name="typed" value="([^"]*)"', asked.text)[1], "password": PASSWORD}
        again = client.post("/prove", data=kept)
        sent_again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', again.text))
        assert client.post(f"/admin/people/{refs['anna']}/{path}", data=sent_again).status_code == 303
        session.rollback()
        assert projects.facts(session, small, person=petra.id).actor.present

    def test_so_does_who_gives_themselves_a_role(self, client, clock, refs):
        clock.go(minutes=10)
        both = {"roles": ["administrator", "account_manager"]}
        assert "it is you." in text(client.post(f"/admin/people/{refs['petra']}/roles", data=both), 401)
        assert client.post(f"/admin/people/{refs['anna']}/roles", data=both).status_code == 303

    def test_a_customers_champion_only_stops_working_here(self, app, client, session, small):
        hosts.employ(session, small.host_id, small.shop, hosts.ACCOUNT_MANAGER, now=NOON)
        session.commit()
        claire = entered(app, small.emails[small.shop])
        url = f"/admin/people/{session.scalar(select(Person.ref).where(Person.id == small.shop))}"
        session.rollback()
        assert "You can let Claire Duval come in again later" in text(client.get(f"{url}/deactivate"))
        done = client.post(f"{url}/deactivate", follow_redirects=True)
        assert "works here no more. The account also serves others, and stays." in text(done)
        assert claire.get(f"/p/{small.ref}").status_code != 200  # signed out, once
        assert entered(app, small.emails[small.shop]).get(f"/p/{small.ref}").status_code == 200

    def test_nobody_of_another_host_is_here(self, client, session, small):
        customer = session.scalar(select(Person.ref).where(Person.id == small.shop))
        other = projects.open_small(session)
        stranger = session.scalar(select(Person.ref).where(Person.id == other.manager))
        session.commit()
        paths = ("", "/roles", "/second-step", "/hand-over", "/deactivate")
        assert {client.get(f"/admin/people/{ref}{path}").status_code for ref in (customer, stranger, "0" * 26)
                for path in paths} == {404}
        assert {client.post(f"/admin/people/{ref}/sessions").status_code for ref in (customer, stranger)} == {404}

    def test_a_session_by_link_must_prove_itself(self, client, session, refs):
        session.execute(update(SignIn).values(proved_at=None))
        session.commit()
        for path in ("people/invite", f"people/{refs['anna']}/roles", "host", "templates/import"):
            assert "/prove" in client.get(f"/admin/{path}").location


class TestAddress:
    def test_where_mail_came_back_the_right_one_is_invited(self, client, session, small, refs):
        url, right = f"/admin/people/{refs['anna']}", f"anna.right{small.host_id}@host.example"
        assert "Correct address" not in text(client.get(url))
        came_back(session, small.manager)
        page = text(client.get(url))
        assert "Mail to it comes back: 550 no such mailbox" in page and "Correct address" in page
        assert "Nothing moves by itself" in text(client.get(f"{url}/address"))
        done = client.post(f"{url}/address", data={"email": right}, follow_redirects=True)
        assert f"Anna Berg is invited at {right}." in text(done) and "invited, has not accepted yet" in text(done)
        session.rollback()
        new = session.scalars(select(Person).where(Person.email == right)).one()
        assert [(kind, values["roles"]) for kind, values in mails_to(session, new.id)] == [
            ("staff_invitation", ["account_manager"])]
        assert hosts.has_role(session, small.host_id, small.manager, hosts.ACCOUNT_MANAGER)
        assert session.scalar(select(Person.email).where(Person.id == small.manager)) == small.emails[small.manager]

    def test_an_invitation_at_a_wrong_one_ends(self, client, session, small):
        wrong, right = (f"{word}{small.host_id}@host.example" for word in ("wrong", "right"))
        client.post("/admin/people/invite", data={"name": "Tom New", "email": wrong, "roles": ["administrator"]})
        ref = session.scalar(select(Person.ref).where(Person.email == wrong))
        session.rollback()
        assert "Correct address" in text(client.get(f"/admin/people/{ref}"))
        client.post(f"/admin/people/{ref}/address", data={"email": right})
        page = client.get("/admin/people").text
        assert right in page and wrong not in page

    def test_an_account_that_mail_reaches_stays_where_it_is(self, client, session, small, refs):
        url = f"/admin/people/{refs['anna']}/address"
        answer = client.post(url, data={"email": f"other{small.host_id}@host.example"})
        assert answer.status_code == 422 and "Mail reaches this address." in answer.text
        assert f'value="other{small.host_id}@host.example"' in answer.text

    def test_an_address_of_a_colleague_is_refused_at_its_field(self, client, session, small, refs, petra):
        came_back(session, small.manager)
        answer = client.post(f"/admin/people/{refs['anna']}/address", data={"email": petra.email})
        assert answer.status_code == 422 and 'id="email-error"' in answer.text

    def test_health_leads_to_it_for_people_of_the_host_only(self, client, session, small, refs):
        came_back(session, small.manager)
        session.execute(update(Outbox).where(Outbox.host_id == small.host_id).values(
            state="failed", reply="550 no such mailbox"))
        session.add(AccountMail(person_id=small.manager, kind="welcome", values="{}", state="failed", created_at=NOON,
                                next_try=NOON, message_id=f"{small.ref}@x.example", reply="550 no such mailbox"))
        session.commit()
        page = client.get("/admin/health").text
        assert f'href="/admin/people/{refs["anna"]}"' in page
        customer = session.scalar(select(Person.ref).where(Person.id == small.shop))
        assert small.emails[small.shop] in page and customer not in page
        assert "the account manager of the project corrects it" in page


def came_back(session, person):
    session.execute(update(Person).where(Person.id == person).values(
        unreachable_at=NOON, unreachable_why="550 no such mailbox"))
    session.commit()


@pytest.fixture
def refs(session, small, petra):
    ids = dict(session.execute(select(Person.id, Person.ref).where(Person.id.in_([small.manager, petra.id]))).all())
    session.rollback()
    return {"anna": ids[small.manager], "petra": ids[petra.id]}


@pytest.fixture
def client(app, petra):
    return entered(app, petra.email)
