"""What `make run` starts: web server and scheduler, as two children that begin and end together.

For one machine and development; in production each of the two is a service of its own.
"""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType

import click
from flask import Flask
from flask.cli import ScriptInfo

from cocreate import create_app, upgrading
from cocreate.services import demo
from cocreate.settings import Misconfigured, Settings

READY_SECONDS = 30
ENDING_SECONDS = 10  # for requests and jobs under way
MOMENT_SECONDS = 1  # a stop of all of us may reach a child first


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
    prepare(app)
    return run(commands(settings.port),
               lambda goes_on: greet(settings) if _wait_until_ready(goes_on, settings.port) else None)


def run(commands: Sequence[Sequence[str]], ready: Callable[[Callable[[], bool]], object]) -> int:
    """Run them until one ends or somebody asks us to end; the exit code.

    ready: called once they are started, with what says whether all still run and nobody asked.
    """
    asked: list[int] = []
    _on_stop(lambda number, _frame: asked.append(number))
    children: list[subprocess.Popen[bytes]] = []

    def goes_on() -> bool:
        return not asked and all(child.poll() is None for child in children)

    try:
        for command in commands:
            children.append(subprocess.Popen(command))  # noqa: S603 - two commands of our own
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


def _on_stop(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def prepare(app: Flask) -> None:
    """Bring the database up to date and load the demo data, in this process: each start of Python costs a second."""
    with app.app_context():
        upgrading.upgrade()
    app.cli.main(["demo", "load"], obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)


def commands(port: str) -> list[list[str]]:
    return [
        [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--workers", "2",
         "--threads", "8", "--no-control-socket", "--log-level", "warning", "wsgi:app"],
        [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"],
    ]


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


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()


if __name__ == "__main__":
    sys.exit(main())
