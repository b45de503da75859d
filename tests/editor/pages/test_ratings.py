"""Stars: from those who have tried, one per owner, averaged in the open."""

import json
import re

from django.test import Client

from accounts.models import Owner
from editor import merging, ratings
from tests.conftest import Submit, run

PAGE = "/models/test-invert/"
RATE = "/models/test-invert/rating"


def test_who_has_a_result_may_rate_and_change_their_mind(submit: Submit, alices_browser: Client) -> None:
    run(submit())
    assert "Your rating" in alices_browser.get(PAGE).content.decode()
    assert alices_browser.post(RATE, {"stars": "2"})["Location"] == f"{PAGE}#rating"
    alices_browser.post(RATE, {"stars": "5"})
    page = alices_browser.get(PAGE).content.decode()
    assert re.search(r">5\.0</span>\s*<span class=\"quiet\">of 5, from 1 person<", page)


def test_search_engines_read_the_average(submit: Submit, alices_browser: Client, client: Client) -> None:
    assert "ld+json" not in client.get(PAGE).content.decode()
    run(submit())
    alices_browser.post(RATE, {"stars": "4"})
    block = re.search(
        r'<script type="application/ld\+json">(.+?)</script>', client.get(PAGE).content.decode()
    )
    assert block is not None
    rating = json.loads(block[1])["aggregateRating"]
    assert (rating["ratingValue"], rating["ratingCount"]) == (4.0, 1)


def test_who_has_no_result_may_not(submit: Submit, bob: Owner, bobs_browser: Client) -> None:
    run(submit())
    answer = bobs_browser.post(RATE, {"stars": "1"}, follow=True).content.decode()
    assert "Edit a picture with this model first." in answer
    assert ratings.score("test-invert", bob) == ratings.Score(average=None, count=0)


def test_nobody_without_a_picture_and_no_sixth_star(
    submit: Submit, alices_browser: Client, alice: Owner
) -> None:
    run(submit())
    assert Client().post(RATE, {"stars": "5"}).status_code == 404
    for stars in ("6", "0", "", "-1", "²", "55"):
        answer = alices_browser.post(RATE, {"stars": stars}, follow=True).content.decode()
        assert "Give one to five stars." in answer
    assert ratings.score("test-invert", alice).count == 0


def test_a_visitor_s_stars_come_along(submit: Submit, alice: Owner, bob: Owner) -> None:
    run(submit())
    ratings.rate(alice, "test-invert", 3)
    merging.merge(alice, bob)
    assert ratings.score("test-invert", bob).mine == 3
