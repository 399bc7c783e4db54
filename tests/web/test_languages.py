"""Every page in the language that was asked for, right to left where it is written so."""

import pytest

PAGES = (
    "/account",
    "/teams",
    "/people",
    "/kept",
    "/certify",
    "/people/invite",
    "/teams/new",
    "/no-such-page",
)


def html(page):
    return page.tree if page.tree.tag == "html" else page.tree.find(".//html")


def test_a_link_changes_the_language_and_the_browser_keeps_it(stranger):
    page = stranger.get("/sign-in?language=ar")
    later = stranger.get("/sign-in")

    kept = next(cookie for cookie in page.headers.getlist("Set-Cookie") if cookie.startswith("language="))
    assert [(html(p).get("lang"), html(p).get("dir")) for p in (page, later)] == [("ar", "rtl")] * 2
    assert "HttpOnly" in kept
    assert "SameSite=Strict" in kept


@pytest.mark.parametrize("asked", ["xx", "", "fr", "../ar", "AR"])
def test_a_language_that_the_site_does_not_offer_is_passed_over(stranger, asked):
    page = stranger.get("/sign-in", query_string={"language": asked})

    assert html(page).get("lang") == "en"


def test_the_browser_is_asked_where_nobody_has_chosen(stranger):
    page = stranger.get("/sign-in", headers={"Accept-Language": "ar-EG, en;q=0.5"})

    assert html(page).get("lang") == "ar"


def test_a_person_chooses_the_language_of_their_pages(first, browser_of, committing):
    saved = first.post("/account", {"language": "ar"}, status=303)
    with committing() as make:
        who = make.founder

    assert html(first.follow(saved)).get("lang") == "ar"
    assert html(browser_of(who).get("/kept")).get("lang") == "ar"


def test_a_language_that_is_not_offered_is_refused_beside_its_field(first):
    refused = first.post("/account", {"language": "fr"}, status=422)

    assert refused.errors() == {"language": "Choose from the list."}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_read_from_right_to_left(first, path):
    page = first.get(f"{path}?language=ar", status=None)

    assert html(page).get("dir") == "rtl"


def test_the_links_to_other_languages_stay_on_the_page_and_keep_what_was_asked(first):
    page = first.get("/teams?said=team-made&filter=x")
    links = {link.get("hreflang"): link.get("href") for link in page.tree.iter("a") if link.get("hreflang")}

    assert links == {"en": "/teams?filter=x&language=en", "ar": "/teams?filter=x&language=ar"}


def test_an_address_can_make_a_page_say_nothing_of_its_own(first):
    assert "hello" not in first.get("/teams?said=hello").words


def test_on_the_answer_to_a_form_no_link_loses_what_was_typed_and_it_is_said_how_to_go_on(first):
    page = first.post("/account", {"language": "fr"}, status=422)

    assert not [link for link in page.tree.iter("a") if link.get("hreflang")]
    assert "Save or continue first; then it can be changed on the next page." in page.text
    assert "Save or continue first" not in first.get("/account").text
