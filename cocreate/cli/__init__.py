"""The commands of the operator, ``flask --app wsgi ...``, read in when one is asked for.

A web server asks for none, and what they bring (Alembic, the scheduler) costs every start of one.
"""

import click
from flask import Flask
from flask.cli import AppGroup


def init_app(app: Flask) -> None:
    app.cli = Later(app)


class Later(AppGroup):
    """The application's group of commands, empty until it is looked into."""

    def __init__(self, app: Flask) -> None:
        super().__init__(app.name)
        self._app: Flask | None = app

    def list_commands(self, context: click.Context) -> list[str]:
        self._fill()
        return super().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        self._fill()
        return super().get_command(context, name)

    def _fill(self) -> None:
        if self._app is not None:
            from cocreate.cli import commands  # noqa: PLC0415 - see above

            app, self._app = self._app, None
            commands.add_to(app)
