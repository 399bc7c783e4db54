"""The search itself: it finds a mark in every form, so that finding none means something."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote

import pytest

from reprisals.cases.search.rules.folding import fold
from tests.canary.marks import Marks
from tests.canary.places import search_files

FORMS = {
    "plain": lambda text: text.encode(),
    "folded": lambda text: fold(text).encode(),
    "in capitals": lambda text: text.upper().encode(),
    "reversed": lambda text: text[::-1].encode(),
    "base64": lambda text: b64encode(text.encode()),
    "base64, one byte on": lambda text: b64encode(b"x" + text.encode()),
    "base64, two bytes on": lambda text: b64encode(b"xy" + text.encode()),
    "base64 for addresses": lambda text: urlsafe_b64encode(b"\xff\xfe" + text.encode()),
    "hexadecimal": lambda text: text.encode().hex().encode(),
    "hexadecimal in capitals": lambda text: text.encode().hex().upper().encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, little end first": lambda text: text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: text.encode("utf-16-be"),
    "JSON": lambda text: json.dumps(text).encode(),
    "JSON, all escaped": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text).encode(),
    "an address": lambda text: quote(text).encode(),
    "an address, all escaped": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()).encode(),
    "HTML": lambda text: html.escape(text).encode(),
    "HTML, all escaped": lambda text: "".join(f"&#{ord(sign)};" for sign in text).encode(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_a_mark_is_found_in_every_form_wherever_it_stands(form, before):
    marks = Marks()
    text = marks.make("a field")
    content = b"\x81" * before + FORMS[form](text) + b"\x92 and more"

    assert marks.find("here", content)


def test_a_secret_is_found_in_bytes_hexadecimal_and_base64():
    marks = Marks()
    marks.keep("key", bytes(range(200, 232)))

    for content in (
        bytes(range(199, 235)),
        bytes(range(200, 232)).hex().encode(),
        b64encode(b"abc" + bytes(range(200, 232))),
    ):
        assert [found.encoding for found in marks.find("here", content)]


def test_a_found_mark_names_its_field_and_what_stands_around_it():
    marks = Marks()
    marks.make("first")
    text = marks.make("second")

    found = marks.find("there", f"before {text} after".encode())

    assert [hit.place for hit in found] == ["there"]
    assert "second" in found[0].context
    assert "before" in found[0].context


def test_other_words_are_not_taken_for_marks():
    marks = Marks()
    marks.make("a field")

    assert marks.find("here", b"Nothing of the kind. " * 1_000) == []
    assert Marks().find("here", marks.make("another").encode()) == []


def test_a_mark_in_a_file_or_in_its_name_is_found(tmp_path):
    marks = Marks()
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "file").write_bytes(b"\0\0" + marks.make("a field").encode())
    (tmp_path / marks.make("another", tail="")).write_bytes(b"nothing")

    assert len(search_files([tmp_path], marks)) == 2
