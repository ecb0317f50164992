"""The files pages load: one style sheet, a few modules, the mark; under addresses that change with their content.

Bootstrap and the theme are joined once, at start. Nothing here is read from disk during a request.
"""

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import flask_bootstrap
from flask import Flask, Response, abort, request, url_for

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)

STATIC = Path(__file__).parents[1] / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

_DATA_URI = re.compile(r"""url\((["'])data:.*?\1\)""")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent."""

    name: str
    body: bytes
    packed: bytes  # the same, gzip
    digest: str  # first 16 hex digits of the body's SHA-256

    @classmethod
    def of(cls, name: str, body: bytes) -> "Asset":
        return cls(name, body, gzip.compress(body, mtime=0), sha256(body).hexdigest()[:16])


def init_app(app: Flask) -> None:
    """Serve every asset as ``/static/<digest>/<name>`` (endpoint ``asset``) and give templates ``asset(name)``."""
    assets = load()

    def asset(name: str) -> str:
        """The address of a file in cocreate/static; raises KeyError for a name that does not exist."""
        return url_for("asset", digest=assets[name].digest, name=name)

    def serve(digest: str, name: str) -> Response:
        found = assets.get(name)
        if found is None:
            abort(404)
        packed = request.accept_encodings.quality("gzip") > 0
        answer = Response(found.packed if packed else found.body, content_type=TYPES[Path(name).suffix])
        if packed:
            answer.content_encoding = "gzip"
        answer.vary.add("Accept-Encoding")
        # During a deploy a page of one version may ask a process of another: it gets that one's file, not to be kept.
        fresh = digest == found.digest
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if fresh else "no-cache"
        return answer

    app.add_url_rule("/static/<digest>/<name>", "asset", serve)
    app.jinja_env.globals["asset"] = asset


def load() -> Mapping[str, Asset]:
    """All assets by name; ``theme.css`` is Bootstrap and the theme in one."""
    bodies = {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in TYPES}
    bodies["theme.css"] = bundle()
    return {name: Asset.of(name, body) for name, body in bodies.items()}


def bundle() -> bytes:
    """Bootstrap's style sheet, then the theme, without what our Content-Security-Policy refuses."""
    bootstrap = (BOOTSTRAP / "css" / "bootstrap.min.css").read_text("utf-8")
    theme = (STATIC / "theme.css").read_text("utf-8")
    return (_SOURCE_MAP.sub("", _DATA_URI.sub("none", bootstrap)).rstrip() + "\n" + theme).encode()
