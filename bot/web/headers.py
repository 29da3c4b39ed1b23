"""Headers of every response."""

from __future__ import annotations

from aiohttp import web

# https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
# A proxy in front of the bot speaks https, and browsers heed the last line only there.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
}


def add_security_headers(app: web.Application) -> None:
    """Give every response headers that forbid what it does not need; none says what runs."""

    async def add(_request: web.Request, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["Server"] = "slashpost"  # aiohttp would tell versions

    app.on_response_prepare.append(add)
