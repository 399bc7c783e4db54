"""A small tree of code with catalogues, for tests of the tools, and a catalogue that stands in for the package's."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reprisals.i18n import catalogues
from reprisals.web import pages
from tools.update_catalogues import extract, run, update, written

PYTHON = '_("Saved.")\n# Translators: shown above a list\nn_("%(num)s case", "%(num)s cases", 3)\n'
TEMPLATE = '<p>{{ _("Hello, %(name)s", name=n) }}</p>\n<p title="{{ _(\'Leave\') }}">{{ _("Saved.") }}</p>\n'
ARABIC: dict[str, str | tuple[str, ...]] = {
    "Saved.": "تم الحفظ.",
    "Hello, %(name)s": "مرحباً، %(name)s",
    "Leave": "المغادرة",
    "%(num)s case": ("لا حالات", "حالة واحدة", "حالتان", "%(num)s حالات", "%(num)s حالة", "%(num)s حالة"),
}
FRENCH: dict[str, str | tuple[str, ...]] = {
    "Saved.": "Enregistré.",
    "Leave now": "Quitter maintenant",
    "Sign in": "Se connecter",
    "%(num)s group": ("%(num)s groupe", "%(num)s groupes"),
    "Person %(position)s": "Personne %(position)s",
}


def make_tree(root: Path) -> Path:
    """A tree with a module, a template and a complete Arabic catalogue; the path of the catalogue."""
    package = root / "reprisals"
    (package / "i18n" / "locale").mkdir(parents=True)
    (package / "templates").mkdir()
    (package / "module.py").write_text(PYTHON, encoding="utf-8")
    (package / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    list(run(root, ("ar",)))
    path = package / "i18n" / "locale" / "ar.po"
    translate(root, path, "ar", ARABIC)
    return path


def translate(root: Path, path: Path, language: str, words: dict[str, str | tuple[str, ...]]) -> None:
    """Write the catalogue of a tree with these words; a text that is not among them stays empty."""
    filled = update(extract(root), language, extract(root))
    for message in filled:
        first = message.id if isinstance(message.id, str) else message.id[0]
        if first and first in words:
            message.string = words[first]
    path.write_text(written(filled), encoding="utf-8")


@contextmanager
def catalogue_of(language: str, text: str, folder: Path) -> Iterator[None]:
    """The package with one catalogue alone, made of this text."""
    (folder / "locale").mkdir(exist_ok=True)
    (folder / "locale" / f"{language}.po").write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogues, "files", lambda _package: folder)
        forget()
        yield
    forget()


def forget() -> None:
    """Read the catalogues anew when they are next needed."""
    catalogues.translations.cache_clear()
    catalogues.count_unreviewed.cache_clear()
    pages.is_reviewed.cache_clear()
