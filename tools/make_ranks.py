"""Works out the order of names in each language and writes it into the columns `rank_LANGUAGE` of the
reference data.

A developer's tool, run after a name was added or changed; the program itself only reads the result. It
needs PyICU, which is neither in the lock nor needed anywhere else: on Debian `apt-get install libicu-dev
pkg-config g++`, then `pip install PyICU` in an environment of its own.

    python tools/make_ranks.py            write the ranks
    python tools/make_ranks.py --check    write nothing, exit 1 where a rank is not as it should be
"""

import csv
import sys
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parent.parent / "reprisals" / "codes" / "data"
TABLES = ("states.csv", "entities.csv")
LOCALES = {"en": "en", "ar": "ar", "fr": "fr", "es": "es", "ru": "ru", "zh": "zh@collation=pinyin"}


def make_collator(locale: str) -> Any:
    """The ICU collator of a locale."""
    icu = import_module("icu")
    return icu.Collator.createInstance(icu.Locale(locale))


def rank_rows(header: list[str], rows: list[list[str]]) -> None:
    """Fill the rank columns in place: 1 to n by the name in the language, English where there is none."""
    english = header.index("en")
    for language, locale in LOCALES.items():
        name, rank = header.index(language), header.index(f"rank_{language}")
        collator = make_collator(locale)
        ordered = sorted(rows, key=lambda row: (collator.getSortKey(row[name] or row[english]), row[0]))
        for place, row in enumerate(ordered, start=1):
            row[rank] = str(place)


def rank_table(text: str) -> str:
    """The text of a table with its ranks worked out anew."""
    header, *rows = list(csv.reader(StringIO(text, newline="")))
    rank_rows(header, rows)
    out = StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def main(arguments: list[str]) -> int:
    """Write or check both tables; the exit code."""
    stale = 0
    for name in TABLES:
        path = DATA / name
        before = path.read_bytes().decode("utf-8")
        after = rank_table(before)
        if after == before:
            continue
        stale = 1
        if "--check" in arguments:
            print(f"{name}: the ranks are not as the names ask for")
        else:
            path.write_bytes(after.encode("utf-8"))
            print(f"{name}: written")
    return stale if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
