"""Cookies: the session's token, a visit's token, the language. None is readable by scripts, none is sent from another site."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import Request, Response

from reprisals.config import Settings
from reprisals.sealing.bundle import SessionToken

SESSION, VISIT, LEFT = "session", "visit", "left"
TOKEN_BYTES = 32
LEFT_SECONDS = 300


def is_secure(settings: Settings) -> bool:
    """Whether cookies need an encrypted connection: everywhere but on the loopback."""
    address = urlsplit(settings.site.address)
    return address.scheme != "http" or not is_loopback(address.hostname or "")


def is_loopback(host: str) -> bool:
    """Whether a host is this machine alone: `localhost`, or an address of the loopback written out in full."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def hides_clients(settings: Settings) -> bool:
    """Whether the server stands behind a proxy that it does not trust: everybody then seems to come from one address.

    So it is where the site is reached over https, while the server listens on the loopback and counts no proxy.
    """
    is_behind = urlsplit(settings.site.address).scheme == "https" and is_loopback(settings.server.host)
    return is_behind and not settings.site.trusted_proxies


def cookie_name(settings: Settings, name: str) -> str:
    """The cookie's name, with the prefix that pins it to this host where the connection is encrypted."""
    return f"__Host-{name}" if is_secure(settings) else name


def read_token(request: Request, settings: Settings, name: str) -> SessionToken | None:
    """The token of a cookie, or None where there is none or it is misshapen."""
    text = request.cookies.get(cookie_name(settings, name), "")
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return SessionToken(raw) if len(raw) == TOKEN_BYTES else None


def set_token(response: Response, settings: Settings, name: str, token: SessionToken) -> None:
    """Send a token for as long as the browser is open."""
    set_cookie(
        response, settings, cookie_name(settings, name), urlsafe_b64encode(token.raw).rstrip(b"=").decode()
    )


def set_cookie(
    response: Response, settings: Settings, name: str, value: str, seconds: int | None = None
) -> None:
    """Send a cookie."""
    response.set_cookie(
        name, value, max_age=seconds, httponly=True, samesite="Strict", secure=is_secure(settings), path="/"
    )


def drop_cookie(response: Response, settings: Settings, name: str) -> None:
    """Take a cookie back."""
    response.delete_cookie(
        cookie_name(settings, name), httponly=True, samesite="Strict", secure=is_secure(settings), path="/"
    )
