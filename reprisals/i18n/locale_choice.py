"""Which language a request is answered in: the person's choice, then what the browser asks for."""

from typing import Any

from babel import Locale
from flask import Request, Response, g, has_request_context, request

from reprisals.i18n.catalogues import SOURCE, locale_of, translations

COOKIE = "language"
YEAR = 365 * 24 * 3600


def language() -> str:
    """The language of this request, two letters."""
    if not has_request_context():
        return SOURCE
    if "language" not in g:
        g.language = _choose()
    chosen: str = g.language
    return chosen


def offered() -> tuple[str, ...]:
    """The languages of this site."""
    languages: tuple[str, ...] = getattr(g, "offered_languages", (SOURCE,))
    return languages


def prefer(language: str) -> None:
    """From here on in this request, speak the language of whom it is about, where this browser has not chosen another."""
    g.preferred_language = language
    g.pop("language", None)


def locale() -> Locale:
    """The locale that dates and numbers are written in."""
    return locale_of(language())


def gettext(text: str) -> str:
    """A text in the language of this request."""
    return str(translations(language()).ugettext(text))


def ngettext(singular: str, plural: str, count: int) -> str:
    """A text that depends on a number, in the language of this request."""
    return str(translations(language()).ungettext(singular, plural, count))


def pgettext(context: str, text: str) -> str:
    """A text with its context, in the language of this request."""
    return str(translations(language()).upgettext(context, text))


def npgettext(context: str, singular: str, plural: str, count: int) -> str:
    """A text with its context that depends on a number."""
    return str(translations(language()).unpgettext(context, singular, plural, count))


def install(environment: Any) -> None:
    """Let templates translate."""
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )


def remember(asked: Request, response: Response, *, is_secure: bool) -> Response:
    """Keep the language that a link chose for the next pages of this browser; sent back over TLS alone where `is_secure`."""
    chosen = asked.args.get(COOKIE, "")
    if chosen in offered():
        response.set_cookie(COOKIE, chosen, max_age=YEAR, httponly=True, samesite="Strict", secure=is_secure)
    return response


def _choose() -> str:
    languages = offered()
    asked = request.args.get(COOKIE, "")
    if asked in languages:
        return asked
    asked = request.cookies.get(COOKIE, "")
    if asked in languages:
        return asked
    preferred: str | None = getattr(g, "preferred_language", None)
    if preferred in languages:
        return str(preferred)
    return _asked_by_browser(languages) or languages[0]


def _asked_by_browser(languages: tuple[str, ...]) -> str | None:
    """The first language that the browser asks for, of whatever country ("ar-EG"), among those of the site."""
    asked = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((language for language in asked if language in languages), None)
