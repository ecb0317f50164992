"""The one blueprint with pages for who is not signed in."""

from flask import Blueprint

bp = Blueprint("auth", __name__)
