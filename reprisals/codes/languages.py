"""The six official languages of the United Nations, by their codes, and how a name falls back."""

from collections.abc import Mapping

DEFAULT_LANGUAGE = "en"
LANGUAGES = (DEFAULT_LANGUAGE, "ar", "fr", "es", "ru", "zh")


def pick_name(names: Mapping[str, str], language: str) -> str:
    """The name in the language, or in English where there is none. Every set of names has an English one."""
    return names.get(language) or names[DEFAULT_LANGUAGE]
