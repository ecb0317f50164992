"""Entry point of every web server and of ``flask --app wsgi``."""

import sys

from cocreate import create_app
from cocreate.settings import Misconfigured

try:
    app = create_app()
except Misconfigured as mistakes:
    sys.exit(str(mistakes))  # which settings, and what to set: nobody needs to see where in the code
