"""The browser a request comes from: its name for people, and whether an account knows it.

What an account knows a browser by is a signed cookie, which opens nothing and only has tries of its own.
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from flask import Response, after_this_request, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from cocreate.services.sign_ins import Device

KNOWN_FOR = timedelta(days=400)
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"),
            ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


def device(email: str | None = None) -> Device:
    """Where this request comes from; with an address: and whether that account knows this browser."""
    agent = request.user_agent.string
    return Device(_name(agent), request.remote_addr or "", _known_as(email) if email else None)


def remember(email: str) -> None:
    """Let the account of this address know this browser."""
    if _known_as(email):
        return
    value = _signer().dumps([_digest(email), token_urlsafe(16)])
    secure = current_app.config["SETTINGS"].https

    @after_this_request
    def _set(answer: Response) -> Response:
        answer.set_cookie(_cookie(), value, max_age=KNOWN_FOR, secure=secure, httponly=True, samesite="Lax")
        return answer


def _known_as(email: str) -> str | None:
    try:
        whose, name = _signer().loads(request.cookies.get(_cookie(), ""))
    except (BadSignature, ValueError):
        return None
    return str(name) if whose == _digest(email) else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="cocreate known browser")


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-browser"


def _digest(email: str) -> str:
    return sha256(email.strip().lower().encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _name(agent: str) -> str:
    browser, system = (next((name for sign, name in signs if sign in agent), "") for signs in (_BROWSERS, _SYSTEMS))
    return " · ".join(filter(None, (browser, system)))
