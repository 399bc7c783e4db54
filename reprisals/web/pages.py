"""What every page is given: the frame, its navigation, the languages, a form token."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, request, url_for

from reprisals import clock
from reprisals.access import Permission
from reprisals.codes import review
from reprisals.codes.lists import label
from reprisals.i18n import locale_choice
from reprisals.i18n.catalogues import SOURCE, count_unreviewed, direction
from reprisals.i18n.marking import Marked, _
from reprisals.web.current import SAFE_METHODS, settings, signed_in, visit_token
from reprisals.web.filters import show
from reprisals.web.kept import filling
from reprisals.web.labels import labelled, readable
from reprisals.web.tokens import make_form_token

SAID = "said"
FILLED = _("This is what you sent after your session had ended. Look through it, and save it.")


WAITING = _("waiting for you")


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation: its words, its endpoint, who sees it, and what counts what waits there."""

    words: Marked
    endpoint: str
    permission: Permission
    count: Callable[[], int | None] | None = None
    counted: Marked = WAITING


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry as the frame shows it."""

    label: str
    href: str
    current: bool
    count: int | None
    counted: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever is signed in, as templates know them."""

    name: str

    @staticmethod
    def may(permission: str) -> bool:
        """Whether they have the permission."""
        person = signed_in()
        return person is not None and person.actor.may(permission)


def notices_of(app: Flask) -> dict[str, Marked]:
    """What an action may say on the page after it: a fixed set, so that an address can say nothing of its own."""
    known: dict[str, Marked] = app.extensions.setdefault("notices", {})
    return known


def titles_of(app: Flask) -> dict[str, Marked]:
    """The title of each page that can be filled again with what was kept, by its endpoint."""
    known: dict[str, Marked] = app.extensions.setdefault("titles", {})
    return known


def subjects_of(app: Flask) -> dict[str, Callable[[Any], str]]:
    """What a page is about, in a word that whoever is signed in may read, by the name that stands in its address."""
    known: dict[str, Callable[[Any], str]] = app.extensions.setdefault("subjects", {})
    return known


def say(code: str) -> dict[str, Any]:
    """The parameter of an address that lets the next page say what was done."""
    return {SAID: code}


def form_token() -> str:
    """A form token of this browser."""
    token = visit_token()
    return make_form_token(token) if token is not None else ""


def install(app: Flask, places: tuple[Place, ...]) -> None:
    """Give every template its frame."""
    locale_choice.install(app.jinja_env)
    app.jinja_env.globals.update(form_token=form_token, language_name=_language_name, filling=filling)
    app.jinja_env.filters.update(labelled=labelled, readable=readable)
    app.context_processor(lambda: frame(places))


def frame(places: tuple[Place, ...]) -> dict[str, Any]:
    """The values of the frame for this request."""
    language = locale_choice.language()
    person = signed_in() if "bare" not in g else None
    return {
        "site_name": settings().site.name,
        "is_demonstration": settings().site.demonstration,
        "language": language,
        "direction": direction(language),
        "languages": [(code, _language_name(code)) for code in locale_choice.offered()],
        "language_links": _language_links(language),
        "asks_at": _asks_at(),
        "translation_unreviewed": not is_reviewed(language),
        "me": Reader(person.person.name) if person else None,
        "navigation": _navigation(places) if person else [],
        "notices": _notices(),
        "leave_url": url_for("accounts.leave"),
        "neutral_url": url_for("accounts.neutral"),
        "home_url": url_for("accounts.home"),
        "account_url": url_for("accounts.show"),
        "sessions_url": url_for("accounts.show", _anchor="sessions"),
        "sign_out_url": url_for("accounts.sign_out"),
        "session_ends": int(person.live.expires_at.timestamp()) if person else None,
        "asset_version": _asset_version(str(current_app.static_folder)),
        "server_time": int(clock.now().timestamp()),
    }


@cache
def _asset_version(folder: str) -> str:
    """Changes when a static file does, so that a browser may keep the files for as long as it likes."""
    files = sorted(path for path in Path(folder).iterdir() if path.is_file())
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


@cache
def is_reviewed(language: str) -> bool:
    """Whether a person has reviewed every text, label and name of a language. English is what they are written in."""
    return language == SOURCE or not (count_unreviewed(language) or review.count_unreviewed(language)[0])


def _navigation(places: tuple[Place, ...]) -> list[NavigationItem]:
    person = signed_in()
    if person is None:
        return []
    return [
        NavigationItem(
            show(place.words),
            url_for(place.endpoint),
            request.endpoint == place.endpoint,
            place.count() if place.count else None,
            show(place.counted),
        )
        for place in places
        if person.actor.may(place.permission)
    ]


def _notices() -> list[str]:
    said = notices_of(current_app).get(request.args.get(SAID, ""))
    return [show(text) for text in (said, FILLED if "fills" in g else None) if text]


def _asks_at() -> str:
    """On the answer to a form: the address whose page asks for it, to be loaded when the browser goes back here."""
    if request.method in SAFE_METHODS:
        return ""
    methods: Collection[str] = (request.url_rule.methods if request.url_rule else None) or frozenset()
    return request.full_path.rstrip("?") if "GET" in methods else url_for("accounts.home")


def _language_links(current: str) -> list[tuple[str, str, str, bool]]:
    """None on the answer to a form: a link away from it would lose what stands on this page alone."""
    if request.method not in SAFE_METHODS:
        return []
    kept = [(key, value) for key, value in request.args.items(multi=True) if key not in {"language", SAID}]
    return [
        (
            code,
            _language_name(code),
            f"{quote(request.path)}?{urlencode([*kept, ('language', code)])}",
            code == current,
        )
        for code in locale_choice.offered()
    ]


def _language_name(code: str) -> str:
    return label("languages", code, code)
