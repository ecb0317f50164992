"""Templates of a host: versions that never change once they are published."""

import pytest
from sqlalchemy.exc import IntegrityError

from cocreate.errors import Conflict, NotFound
from cocreate.models.hosts import Template, TemplateVersion
from cocreate.services import hosts, templates
from tests.support import stories
from tests.support.clock import NOON
from tests.support.people import someone
from workflows import library
from workflows.definition import Definition
from workflows.exchange.yaml_text import read

ONE, TWO = read(stories.definition()), read(stories.definition(1))


class TestVersions:
    def test_count_up_within_a_template(self, save):
        versions = [save(definition) for definition in (ONE, TWO)]
        assert [version.number for version in versions] == [1, 2]
        assert len({version.template_id for version in versions}) == 1

    def test_are_what_was_saved_by_its_hash(self, save):
        version = save(ONE)
        assert version.sha256 == ONE.sha256
        assert templates.from_json(version.definition) == ONE

    @pytest.mark.parametrize("name", library.names())
    def test_shipped_ones_can_be_published(self, session, host, save, name):
        version = save(library.load(name))
        templates.publish(session, host.id, version.template_id, version.number, now=NOON)
        assert templates.ever_published(session, host.id, name).definition == library.load(name)


class TestPublish:
    def test_the_newest_published_version_counts(self, session, host, save):
        for definition in (ONE, TWO):
            publish(session, host, save(definition))
        save(ONE)
        found, = templates.published(session, host.id)
        assert (found.key, found.number, found.definition) == ("returned_crates", 2, TWO)

    def test_once(self, session, host, save):
        version = publish(session, host, save(ONE))
        with pytest.raises(Conflict, match=r"template\.published"):
            publish(session, host, version)

    def test_nothing_with_errors(self, session, host, save):
        broken = ONE.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        broken["transitions"]["to_terms"]["when"] = {"gate": "nowhere"}
        version = save(Definition.model_validate(broken))
        with pytest.raises(Conflict, match=r"template\.errors") as refused:
            publish(session, host, version)
        assert {finding.level for finding in refused.value.values["findings"]} == {"error"}
        assert templates.published(session, host.id) == []

    def test_what_is_published_never_changes(self, session, host, save):
        version = publish(session, host, save(ONE))
        version.note = "Another"
        with pytest.raises(IntegrityError, match="published versions never change"):
            session.flush()

    def test_a_draft_does(self, session, save):
        version = save(ONE)
        version.note = "Another"
        session.flush()
        session.refresh(version)
        assert version.note == "Another"

    def test_another_hosts_is_not_there(self, session, host, save):
        other = hosts.create_host(session, name="Other", now=NOON)
        version = save(ONE)
        with pytest.raises(NotFound):
            publish(session, other, version)
        assert templates.ever_published(session, other.id, "returned_crates") is None

    def test_a_retired_one_opens_nothing_more(self, session, host, save):
        version = publish(session, host, save(ONE))
        session.get(Template, version.template_id).retired_at = NOON
        session.flush()
        assert templates.published(session, host.id) == []


def publish(session, host, version: TemplateVersion) -> TemplateVersion:
    templates.publish(session, host.id, version.template_id, version.number, now=NOON)
    return version


@pytest.fixture
def host(session):
    return hosts.create_host(session, name="Crate Host", now=NOON)


@pytest.fixture
def save(session, host):
    author = someone(session).id
    return lambda definition: templates.save_draft(session, host.id, definition, note="", actor=author, now=NOON)
