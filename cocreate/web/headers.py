"""What every answer says besides its page: who may frame, load, keep or embed it."""

from flask import Flask, Response, request
from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from cocreate.web.assets import CSP

_PERMISSIONS = ", ".join(f"{name}=()" for name in (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
    "payment", "usb"))
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": _PERMISSIONS,
}
_UNLESS_STRICTER = {  # a download is sandboxed, a page with a link in its address sends no referrer
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "same-origin",
}
ASSETS = "asset"  # the endpoint whose answers are everybody's and may be kept


def init_app(app: Flask) -> None:
    settings = app.config["SETTINGS"]
    hops = int(settings.proxies) if settings.proxies.isdigit() else 0
    if hops:
        # Not the forwarded host: links are made of the configured address, and TRUSTED_HOSTS checks the real one.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]

    @app.errorhandler(SecurityError)
    def _not_this_host(_error: SecurityError) -> tuple[str, int, dict[str, str]]:
        # A page would need addresses, and there are none under a host that is not ours.
        said = f"This installation has another address: {settings.address}\n"
        return said, 400, {"Content-Type": "text/plain; charset=utf-8"}

    @app.after_request
    def _set(answer: Response) -> Response:
        answer.headers.update(_FIXED)
        for name, value in _UNLESS_STRICTER.items():
            answer.headers.setdefault(name, value)
        if settings.https:
            answer.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if request.endpoint != ASSETS:
            # A proxy that keeps one person's page would hand it, and its cookie, to the next.
            answer.headers["Cache-Control"] = "no-store"
            answer.vary.add("Cookie")
        return answer
