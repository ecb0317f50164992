"""Entry point of every web server and of ``flask --app wsgi``."""

from cocreate import create_app

app = create_app()
