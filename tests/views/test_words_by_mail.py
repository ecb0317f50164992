"""Whether what the people of a party write stands in mails: its champion says, and everybody sees which way it is."""

from html import unescape

WORDS = "/people/words-by-mail"
KEPT = "What the people of Aurelis Hotels write stays out of mails"


def test_a_champion_keeps_words_out_of_mails_and_everybody_sees_it(project):
    room = project()
    assert all(KEPT not in client.get("/people").text for client in (room.shop, room.maker))
    answer = room.shop.post(WORDS, data={"kept": "y", "key": "k" * 20}, follow_redirects=True)
    assert "From now on mails do not show what your people write" in answer.text
    assert all(KEPT in client.get("/people").text for client in (room.shop, room.maker, room.manager))
    assert "Claire Duval keeps what the people of Aurelis Hotels write out of mails." in unescape(
        room.maker.get("/record").text)
    assert "They get your words by mail" not in room.shop.get("/tasks/returns/help?party=2").text


def test_and_lets_them_out_again(project):
    room = project()
    room.shop.post(WORDS, data={"kept": "y"})
    assert "checked" in room.shop.get(WORDS).text
    room.shop.post(WORDS, data={})
    assert KEPT not in room.maker.get("/people").text
    assert "let what the people of Aurelis Hotels write go out by mail again." in unescape(
        room.maker.get("/record").text)


def test_a_choice_that_changes_nothing_is_no_act(project):
    room = project()
    answer = room.shop.post(WORDS, data={})
    assert answer.status_code == 422 and "It is so already." in answer.text


def test_nobody_else_decides_it(project):
    room = project()
    reads = room.sign_in(room.colleague(2, "contributor"))
    answer = reads.post(WORDS, data={"kept": "y"})
    assert answer.status_code == 403 and "Claire Duval" in answer.text
    assert WORDS not in reads.get("/people").text and WORDS in room.shop.get("/people").text
    assert room.manager.get(WORDS).status_code == 404
