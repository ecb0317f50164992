"""Which pages are open to whom: each is classified, and what is not is answered to nobody."""

from cocreate.services.sign_ins import Me
from cocreate.views import policy
from tests.support.people import browser
from tests.support.signing_in import is_sent_to_sign_in


class TestPolicy:
    def test_every_route_is_classified_and_no_entry_is_stale(self, app):
        assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(policy.POLICY)

    def test_what_is_not_classified_is_answered_to_nobody(self, new_app, database):
        app = new_app(database)
        app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
        app.config["PROPAGATE_EXCEPTIONS"] = False
        answer = browser(app).get("/forgotten")
        assert answer.status_code == 500 and "secret" not in answer.text

    def test_whoever_is_not_signed_in_sees_public_pages_only(self, app):
        for rule in app.url_map.iter_rules():
            if policy.POLICY[rule.endpoint] is policy.PUBLIC:
                continue
            chosen = {name: next(iter(getattr(one, "items", "1"))) for name, one in rule._converters.items()}
            path = rule.build(chosen | dict(rule.defaults or {}))[1]
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                answer = browser(app).open(path, method=method)
                assert is_sent_to_sign_in(answer) if method == "GET" else answer.status_code == 401, (rule, method)

    def test_a_role_opens_its_pages(self):
        me = Me(1, "r", "n", "e", "en", "UTC", "", (((7, "administrator")),), totp=False, sign_in="", method="password",
                proved=True, complete=True, seen_at=None)
        assert me.is_(policy.ADMINISTRATOR) and not me.is_(policy.ACCOUNT_MANAGER)
