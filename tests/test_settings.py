"""Settings: a start that would cost people dearly is refused (P-42), and each is documented."""

import logging
import os
import re
import subprocess
import sys
from dataclasses import fields, replace

import pytest

from cocreate import create_app
from cocreate.settings import DEVELOPMENT_SECRET, Misconfigured, Settings, file_system
from tests.support.run import ROOT

GOOD = Settings(mode="production", secret="s" * 32, base_url="https://cocreate.example", proxies="1",
                smtp="smtp://mail.example:25", sender="cocreate@cocreate.example",
                database="postgresql://db.example/cocreate")
MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
server:/export /srv/shared nfs4 rw 0 0
//server/share /mnt/with\\040blank cifs rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
/dev/sdb1 /srv/shared/local xfs rw 0 0
"""


class TestProduction:
    def test_starts_with_everything_set(self, tmp_path):
        good = replace(GOOD, data=str(tmp_path))
        good.check()
        assert good.mistakes() == []

    @pytest.mark.parametrize(("wrong", "said"), [
        ({"secret": DEVELOPMENT_SECRET}, "COCREATE_SECRET"), ({"secret": ""}, "COCREATE_SECRET"),
        ({"secret": "short"}, "COCREATE_SECRET"), ({"secret": "s" * 31}, "COCREATE_SECRET"),
        ({"base_url": ""}, "COCREATE_BASE_URL"), ({"base_url": "http://cocreate.example"}, "COCREATE_BASE_URL"),
        ({"base_url": "HTTPS//cocreate.example"}, "COCREATE_BASE_URL"),
        ({"proxies": ""}, "COCREATE_PROXIES"), ({"proxies": "-1"}, "COCREATE_PROXIES"),
        ({"proxies": "many"}, "COCREATE_PROXIES"), ({"smtp": ""}, "COCREATE_SMTP"),
        ({"sender": "cocreate@localhost"}, "COCREATE_SENDER"),
        ({"mode": "prod"}, "COCREATE_MODE"), ({"mode": ""}, "COCREATE_MODE"),
    ])
    def test_is_refused(self, tmp_path, wrong, said):
        with pytest.raises(Misconfigured, match=f"does not start: .*{said}"):
            create_app(replace(GOOD, data=str(tmp_path), **wrong))

    def test_is_refused_in_debug_mode(self, tmp_path, monkeypatch):
        monkeypatch.setenv("FLASK_DEBUG", "1")
        with pytest.raises(Misconfigured, match="Debug mode is on"):
            create_app(replace(GOOD, data=str(tmp_path)))

    def test_says_everything_that_is_wrong_at_once(self):
        with pytest.raises(Misconfigured) as refused:
            Settings(mode="production").check(debug=True)
        for said in ("COCREATE_SECRET", "COCREATE_BASE_URL", "COCREATE_PROXIES", "COCREATE_SMTP", "Debug"):
            assert said in str(refused.value)

    @pytest.mark.parametrize(("path", "kind"), [
        ("/srv/data", "ext4"), ("/srv/shared", "nfs4"), ("/srv/shared/a/b.sqlite", "nfs4"),
        ("/srv/shared/local/x", "xfs"), ("/srv/sharedness", "ext4"), ("/mnt/with blank/x", "cifs"),
        ("/home/me/far/away", "fuse.sshfs"),
    ])
    def test_knows_on_what_a_file_lies(self, path, kind):
        assert file_system(path, MOUNTS) == kind

    @pytest.mark.parametrize(("database", "refused"), [
        ("sqlite:////srv/shared/cocreate.sqlite", True), ("sqlite:////home/me/far/x.sqlite", True),
        ("sqlite:////srv/shared/local/x.sqlite", False), ("postgresql://db.example/cocreate", False)])
    def test_keeps_no_sqlite_on_a_share(self, database, refused):
        said = replace(GOOD, database=database).mistakes(mounts=MOUNTS)
        assert ("COCREATE_DATABASE" in " ".join(said)) is refused

    def test_never_loads_the_demo(self, tmp_path, one_key):
        app = create_app(replace(GOOD, data=str(tmp_path), database=f"sqlite:///{tmp_path}/x.sqlite"))
        answer = app.test_cli_runner().invoke(args=["demo", "load"])
        assert answer.exit_code != 0
        assert "production" in answer.output


class TestDevelopment:
    def test_needs_nothing(self):
        assert Settings().mistakes(debug=True) == []

    def test_is_not_taken_for_production_where_people_come_from_elsewhere(self):
        said, = Settings(base_url="https://cocreate.example").mistakes()
        assert said.startswith("COCREATE_MODE is development, ") and "set production" in said


class TestValues:
    @pytest.mark.parametrize("wrong", [
        {"upload_mb": "many"}, {"upload_mb": "0"}, {"upload_mb": "-1"}, {"port": "http"}, {"port": "99999"},
        {"log_level": "LOUD"}, {"smtp": "mail.example"}, {"smtp": "http://mail.example"}, {"sender": "cocreate"},
        {"sender": "a@b.example, c@d.example"}, {"base_url": "cocreate.example"}, {"base_url": "https://"},
        {"base_url": "http://cocreate.example/rooms"}, {"base_url": "http://cocreate.example/?a=b"},
        {"smtp": "smtp://mail.example:mail"}, {"database": "mysql://db.example/x"},
        {"database": "postgres://me@db.example:many/x"}, {"mode": "prod"}])
    def test_without_meaning_are_refused_in_any_mode(self, wrong):
        (name, value), = wrong.items()
        said, = Settings(**wrong).mistakes()
        field, = (field for field in fields(Settings) if field.name == name)
        assert said.startswith(f"{field.metadata['name']} ") and "; set " in said
        assert value in said or name in ("smtp", "database")

    def test_of_a_mode_that_is_none_are_not_taken_for_development(self):
        said, = Settings(mode="prod", base_url="https://cocreate.example").mistakes()
        assert said == "COCREATE_MODE is 'prod'; set development or production."

    @pytest.mark.parametrize("folder", ["file/below", "file"])
    def test_of_a_folder_that_cannot_be_made_are_refused(self, tmp_path, folder):
        (tmp_path / "file").touch()
        with pytest.raises(Misconfigured, match=f"COCREATE_DATA is '.*{folder}', which cannot be made"):
            create_app(Settings(data=str(tmp_path / folder)))

    @pytest.mark.parametrize("wrong", [{"smtp": "me:hunter2@mail.example"}, {"database": "mysql://me:hunter2@db/x"}])
    def test_with_a_password_are_not_repeated(self, wrong):
        said, = Settings(**wrong).mistakes()
        assert "hunter2" not in said and "cannot be read; set " in said

    def test_of_the_log_are_followed(self, tmp_path, one_key):
        ours = logging.getLogger("cocreate")
        before = ours.level
        try:
            create_app(Settings(data=str(tmp_path), log_level="ERROR"))
            assert (ours.isEnabledFor(logging.ERROR), ours.isEnabledFor(logging.WARNING)) == (True, False)
            create_app(Settings(data=str(tmp_path)))
            assert (ours.isEnabledFor(logging.INFO), ours.isEnabledFor(logging.DEBUG)) == (True, False)
        finally:
            ours.setLevel(before)

    def test_that_are_wrong_end_a_command_with_what_to_set_and_no_more(self):
        run = subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", "host"], cwd=ROOT, capture_output=True,
                             text=True, env={**os.environ, "COCREATE_MODE": "prod"}, check=False)
        assert run.returncode != 0 and "COCREATE_MODE is 'prod'; set development or production." in run.stderr
        assert "Traceback" not in run.stderr


class TestMisspelt:
    """What is called like a setting and is none would be ignored without a word."""

    @pytest.mark.parametrize(("name", "said"), [
        ("COCREATE_SMPT", "COCREATE_SMPT is no setting; did you mean COCREATE_SMTP?"),
        ("COCREATE_PROJECTS_MB", "COCREATE_PROJECTS_MB is no setting; did you mean COCREATE_PROJECT_MB?"),
        ("COCREATE_WEATHER", "COCREATE_WEATHER is no setting; take it away.")])
    def test_is_refused_in_production_with_what_was_meant(self, monkeypatch, tmp_path, name, said):
        monkeypatch.chdir(tmp_path)  # without the checkout's .env
        monkeypatch.setenv(name, "hunter2")
        wrong = replace(GOOD, unknown=Settings.from_env().unknown).mistakes()
        assert wrong == [said]

    def test_is_found_in_the_file_too(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        (tmp_path / ".env").write_text("COCREATE_SMPT=smtp://mail.example\nPORT=8001\n", "utf-8")
        found = Settings.from_env()
        assert (found.unknown, found.port) == (("COCREATE_SMPT",), "8001")

    def test_is_warned_of_in_development(self, monkeypatch, tmp_path, caplog):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COCREATE_SMPT", "smtp://me:hunter2@mail.example")
        Settings.from_env().check()
        assert "COCREATE_SMPT is no setting; did you mean COCREATE_SMTP?" in caplog.text
        assert "hunter2" not in caplog.text

    def test_is_nothing_that_is_known_or_of_the_tests(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        monkeypatch.setenv("COCREATE_CHROMIUM", "/usr/bin/chromium")
        monkeypatch.setenv("COCREATE_SMTP", "smtp://mail.example")
        assert Settings.from_env().unknown == ()


class TestDocuments:
    def test_name_every_setting_with_its_meaning(self):
        text = (ROOT / "docs" / "operating.md").read_text("utf-8")
        listed = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", text, re.M))
        for field in filter(lambda one: one.metadata, fields(Settings)):
            assert field.metadata["name"] in listed, field.name

    def test_name_none_that_does_not_exist(self):
        named = set(re.findall(r"\bCOCREATE_[A-Z_]+\b", (ROOT / "docs" / "operating.md").read_text("utf-8")))
        assert named <= {field.metadata["name"] for field in fields(Settings) if field.metadata}
