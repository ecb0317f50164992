"""What `make run` starts: web server and scheduler, as two children that begin and end together.

For one machine and development; in production each of the two is a service of its own. Here both are forked from the
process that has read in the application, which takes longer than all the rest. What brings the database up to date is a
child too: it typesets the contracts of the demo, and what is forked from a process that has typeset would wait for ever
when it typesets itself.
"""

import multiprocessing
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.process import BaseProcess
from types import FrameType

import click
from flask import Flask
from flask.cli import ScriptInfo
from gunicorn.app.base import BaseApplication

from cocreate import create_app, jobs
from cocreate.db import db
from cocreate.services import demo
from cocreate.settings import Misconfigured, Settings

READY_SECONDS = 30
ENDING_SECONDS = 10  # for requests and jobs under way
MOMENT_SECONDS = 1  # a stop of all of us may reach a child first
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    settings = Settings.from_env()
    try:
        settings.check()
    except Misconfigured as mistakes:
        click.echo(str(mistakes), err=True)
        return 1
    if _answers(settings.port):
        click.echo(f"Port {settings.port} is taken; try: make run PORT={int(settings.port) + 1}", err=True)
        return 1
    settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    app = create_app(settings)
    if not _prepared(app):
        return 1
    return run((WebServer(app, settings.port).run, partial(jobs.run, app)),
               lambda goes_on: greet(settings) if _wait_until_ready(goes_on, settings.port) else None)


def run(works: Sequence[Callable[[], object]], ready: Callable[[Callable[[], bool]], object]) -> int:
    """Do them, each in a child, until one ends or somebody asks us to end; the exit code.

    ready: called once they are started, with what says whether all still run and nobody asked.
    """
    asked: list[int] = []
    _on_stop(lambda number, _frame: asked.append(number))
    children: list[BaseProcess] = []

    def goes_on() -> bool:
        return not asked and all(child.is_alive() for child in children)

    try:
        for work in works:
            children.append(_started(work))
        ready(goes_on)
        while goes_on():
            time.sleep(0.2)
        if not asked:
            time.sleep(MOMENT_SECONDS)
    finally:
        _end(children)
        _on_stop(signal.SIG_IGN)  # a handler of ours would not outlive the last steps of Python
    if not asked:
        click.echo("Web server or scheduler ended unasked, so both have; what it said is above.", err=True)
    return 0 if asked else 1


def _started(work: Callable[[], object]) -> BaseProcess:
    """A child at its work; a stop that comes before it listens ends it as any other does."""

    def begin() -> None:
        _on_stop(signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        work()

    child = multiprocessing.get_context("fork").Process(target=begin)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    try:
        child.start()
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    return child


def _on_stop(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for number in STOPS:
        signal.signal(number, handler)


def _prepared(app: Flask) -> bool:
    """Whether the database is up to date; a child says itself why not."""
    child = _started(partial(prepare, app))
    try:
        child.join()
    finally:
        _end([child])
    return child.exitcode == 0


def prepare(app: Flask) -> None:
    """Bring the database up to date and load the demo data; no connection stays open that children would share."""
    with app.app_context():
        try:
            for command in (["db", "upgrade"], ["demo", "load"]):
                app.cli.main(command, obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
        except click.ClickException as refused:
            refused.show()
            sys.exit(1)
        db.engine.dispose()


class WebServer(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """The application behind gunicorn."""

    def __init__(self, app: Flask, port: str) -> None:
        self.served, self.port = app, port
        super().__init__()

    def load_config(self) -> None:
        for name, value in {"bind": f"127.0.0.1:{self.port}", "worker_class": "gthread", "workers": 2, "threads": 8,
                            "control_socket_disable": True, "loglevel": "warning"}.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.served


def greet(settings: Settings) -> None:
    """Say where it is, and how each kind of user gets in."""
    click.echo(f"\n  cocreate runs on {settings.address}\n")
    for kind, email, password in (("Sign in as", "address", "password"), *demo.sign_ins()):
        click.echo(f"  {kind:<21} {email:<30} {password}")
    if not settings.smtp:
        click.echo("\n  No mail leaves this machine: the administrator reads each of them under Mails.")
    click.echo("\n  Ctrl-C ends it.\n")


def _wait_until_ready(goes_on: Callable[[], bool], port: str) -> bool:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and goes_on():
        if _answers(port):
            return True
        time.sleep(0.05)
    return False


def _answers(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


def _end(children: Sequence[BaseProcess]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        child.join(ENDING_SECONDS)
        if child.is_alive():
            child.kill()


if __name__ == "__main__":
    sys.exit(main())
