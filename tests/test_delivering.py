"""How mails are handed over: as files, or to a mail server that may be slow, silent or somebody else's."""

import smtplib
import socket
import threading
from contextlib import closing
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from cocreate import mail
from cocreate.mail import MailServer, NotDelivered, compose, transport
from tests.support.mailed import SETTINGS, about


class TestFiles:
    def test_mails_lie_in_the_data_folder(self, contexts, tmp_path):
        context = contexts("ask")
        settings = replace(SETTINGS, data=str(tmp_path))
        with transport(settings) as way:
            for _ in range(2):
                way.deliver(compose(context, settings), context.to)
        first, second = sorted((tmp_path / "mail").iterdir())
        assert first.suffix == ".eml" and (tmp_path / "mail").stat().st_mode & 0o777 == 0o700
        assert context.to in first.name
        message = message_from_bytes(first.read_bytes(), policy=policy.default)
        assert message["Message-ID"] == f"<{context.message_id}@room.example>"


class TestMailServer:
    def test_delivers_over_one_connection(self, contexts, smtp):
        settings = replace(SETTINGS, smtp=smtp.url)
        with transport(settings) as way:
            for kind in ("ask", "reset"):
                reply = way.deliver(compose(contexts(kind), settings), contexts(kind).to)
        assert reply == "250 OK"
        assert [one.message["Subject"] for one in smtp.received] == [
            "Your turn: Total cost today (Garage lighting), by Fri 5 Mar", "New password"]
        assert smtp.received[0].sender == "cocreate@room.example"
        assert smtp.received[0].recipients == [contexts("ask").to]

    @pytest.mark.parametrize(("reply", "permanent"), [
        ("450 greylisted", False), ("452 full", False), ("421 closing", False), ("550 no such person", True),
        ("554 spam", True)])
    def test_a_no_is_told_apart_and_the_next_mail_goes_out(self, contexts, smtp, reply, permanent):
        settings, context = replace(SETTINGS, smtp=smtp.url), contexts("reset")
        smtp.refusals.append(reply)
        with transport(settings) as way:
            with pytest.raises(NotDelivered) as refused:
                way.deliver(compose(context, settings), context.to)
            way.deliver(compose(context, settings), context.to)
        assert (refused.value.reply, refused.value.permanent) == (reply, permanent)
        assert len(smtp.received) == 1

    def test_a_connection_lost_after_the_dot_is_no_final_no(self, contexts):
        with raw_server(lambda line: None if line == b".\r\n" else answer(line)) as url:
            with pytest.raises(NotDelivered) as lost:
                deliver(contexts("reset"), url)
        assert not lost.value.permanent

    def test_a_server_that_is_down_is_tried_once_in_a_batch(self, contexts):
        with closing(socket.socket()) as taken:
            taken.bind(("127.0.0.1", 0))
            server = MailServer(f"smtp://127.0.0.1:{taken.getsockname()[1]}", SETTINGS.sender)
            for _ in range(2):
                with pytest.raises(NotDelivered, match="no connection") as down:
                    server.deliver(compose(contexts("reset"), SETTINGS), "r.kim@wmata.example")
        assert not down.value.permanent

    def test_a_silent_server_is_left(self, contexts):
        with closing(socket.create_server(("127.0.0.1", 0))) as silent:
            server = MailServer(f"smtp://127.0.0.1:{silent.getsockname()[1]}", SETTINGS.sender, patience=0.1)
            with pytest.raises(NotDelivered, match="no connection"):
                server.deliver(compose(contexts("reset"), SETTINGS), "r.kim@wmata.example")

    def test_nothing_goes_in_the_clear_to_another_machine(self, contexts, monkeypatch):
        """The server is ours under another name; it does not offer STARTTLS."""
        with raw_server(answer) as url:
            connect = smtplib.SMTP
            port = int(url.rpartition(":")[2])
            monkeypatch.setattr(mail.smtplib, "SMTP", lambda _host, _port, **more: connect("127.0.0.1", port, **more))
            with pytest.raises(NotDelivered, match="STARTTLS"):
                deliver(contexts("reset"), "smtp://mail.example:587")


def deliver(context, url):
    with transport(replace(SETTINGS, smtp=url)) as way:
        return way.deliver(compose(context, SETTINGS), context.to)


class raw_server:
    """A server that says to each line what ``says`` answers, and hangs up at None."""

    def __init__(self, says):
        self.says, self.socket = says, socket.create_server(("127.0.0.1", 0))

    def __enter__(self):
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        return f"smtp://127.0.0.1:{self.socket.getsockname()[1]}"

    def __exit__(self, *_):
        self.socket.close()
        self.thread.join(5)

    def _serve(self):
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 here\r\n")
            data = False
            for line in lines:
                said = b"" if data and line != b".\r\n" else self.says(line)
                if said is None:
                    return
                data = line.upper() == b"DATA\r\n" or (data and line != b".\r\n")
                connection.sendall(said)


def answer(line):
    return b"354 go on\r\n" if line.upper() == b"DATA\r\n" else b"250 here\r\n"


@pytest.fixture
def contexts(session):
    """``contexts(kind)``: what a mail of this kind is about."""
    return about(session)
