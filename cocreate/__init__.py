"""cocreate: from a shared idea to a signed circular contract, in one room."""

import logging
from contextlib import suppress

from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect

from cocreate import cli, vault, views, words
from cocreate import models as _models  # noqa: F401 - the tables must be known to migrations
from cocreate.db import db, end_reading, prepare
from cocreate.domain import saying
from cocreate.papers.copies import COPIES, Copies
from cocreate.rasterising.kept import PREVIEWS, Pictures
from cocreate.settings import Misconfigured, Settings
from cocreate.storage import LocalStore
from cocreate.web import assets, from_here, headers, icons, login, pages

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> Flask:
    """The application. It starts no scheduler and sends nothing: see ``flask scheduler``."""
    settings = settings or Settings.from_env()
    app = Flask(__name__, template_folder="../templates", static_folder=None)
    settings.check(debug=app.debug)
    _log(settings.log_level)
    _make_folders(settings)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret,
        SECRET_KEY_FALLBACKS=[settings.former_secret] if settings.former_secret else [],
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        TRUSTED_HOSTS=settings.hosts,
        MAX_CONTENT_LENGTH=(int(settings.upload_mb) + 1) * 2**20,
        MAX_FORM_MEMORY_SIZE=2 * 2**20,
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_NAME="__Host-cocreate" if settings.https else "cocreate",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a long form must outlive an hour; the session ends the token
        BABEL_DEFAULT_LOCALE="en",
    )
    app.jinja_options = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    vault.configure(settings.secret, settings.former_secret)
    app.extensions["store"] = LocalStore(settings.folder / "files")
    app.extensions["copies"] = Copies(settings.folder / COPIES)
    app.extensions["copies"].sweep()  # an update may typeset otherwise
    app.extensions["previews"] = Pictures(settings.folder / PREVIEWS)
    db.init_app(app)
    app.teardown_appcontext(lambda _error: end_reading())
    with app.app_context():
        prepare(db.engine)
    csrf.init_app(app)
    translations = settings.folder / "translations"  # beside those that ship
    words.add_catalogues(translations)
    saying.translate_by(words.translated)
    Babel(app, locale_selector=pages.locale, timezone_selector=pages.zone,
          default_translation_directories=f"{words.OWN_CATALOGUES};{translations}")
    for part in (assets, icons, headers, from_here, login, pages, views, cli):
        part.init_app(app)
    return app


def _make_folders(settings: Settings) -> None:
    """The data folder, and in it that of the certificates: a backup takes it, also while there is none.

    Raises: Misconfigured.
    """
    try:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"cocreate does not start: COCREATE_DATA is '{settings.data}', which cannot be made "
                            f"({error.strerror}); set a folder in which this user may write.") from error
    with suppress(OSError):  # with a full disk people can still read
        (settings.folder / "seal").mkdir(mode=0o700, exist_ok=True)


def _log(level: str) -> None:
    """To the standard error stream, which whoever started us keeps; of other libraries only warnings."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("cocreate").setLevel(level)


def _engine_options(url: str) -> dict[str, object]:
    quiet = {"hide_parameters": True}  # errors are logged; rows hold words of people, and what opens their accounts
    if url.startswith("sqlite"):
        return quiet | {"connect_args": {"check_same_thread": False}}
    limits = "-c lock_timeout=5000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"
    return quiet | {"connect_args": {"options": limits, "prepare_threshold": 0}}
