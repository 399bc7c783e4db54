"""Where one may be sent after signing in, what is kept of a browser, how digits are read out."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.accounts.rules import browser_family, in_fours, local_path


@pytest.mark.parametrize("path", ["/", "/cases", "/cases/0f?language=ar", "/a-b_c/d.e", "/teams#x"])
def test_a_page_of_this_site_is_where_one_goes_on(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "elsewhere",
    [
        "",
        "cases",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /cases",
        "https://evil.example/",
        "javascript:alert(1)",
        "///evil.example",
        "/%5Cevil" + "x" * 300,
    ],
)
def test_anything_else_leads_to_the_first_page(elsewhere):
    assert local_path(elsewhere) == "/"


@given(text=st.text(max_size=40))
def test_no_text_leads_to_another_host(text):
    for asked in (text, f"/{text}", f"//{text}", f"/\\{text}"):
        path = local_path(asked)
        assert path.startswith("/")
        assert not path.startswith(("//", "/\\"))
        assert not set(path) & set("\\\r\n\t ")
        assert not urlsplit(path).netloc
        assert not urlsplit(path).scheme


@pytest.mark.parametrize(
    ("user_agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox"),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Safari/537.36 Edg/130",
            "Edge",
        ),
        (
            "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Mobile Safari/537.36",
            "Chrome",
        ),
        (
            "Mozilla/5.0 (iPhone) AppleWebKit/605 (KHTML, like Gecko) Version/17.0 Mobile/15E Safari/604.1",
            "Safari",
        ),
        (
            "Mozilla/5.0 (Linux; Android 9) SamsungBrowser/20.0 Chrome/106 Mobile Safari/537.36",
            "Samsung Internet",
        ),
        ("curl/8.0", ""),
        ("", ""),
    ],
)
def test_of_a_browser_its_family_is_kept_and_nothing_more(user_agent, family):
    assert browser_family(user_agent) == family


def test_digits_are_read_out_in_fours():
    assert in_fours("01234567890123456789") == ["0123", "4567", "8901", "2345", "6789"]
