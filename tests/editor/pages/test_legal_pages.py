"""Privacy and terms say what the settings in force do."""

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.test import Client

pytestmark = pytest.mark.django_db


def test_the_windows_are_those_in_force(client: Client, settings: LazySettings) -> None:
    settings.VISITOR_WINDOW, settings.MEMBER_WINDOW = timedelta(hours=6), timedelta(days=3)
    page = client.get("/privacy/").content.decode()
    assert "deleted 6 hours after you make them without an account, 3 days with one" in page


def test_no_other_company_is_named_where_none_is_used(client: Client) -> None:
    assert "No other company. All models run on this server" in client.get("/privacy/").content.decode()


def test_terms_tell_of_sales_only_where_something_is_sold(client: Client, settings: LazySettings) -> None:
    assert "Nothing is sold on this server." in client.get("/terms/").content.decode()
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRET, settings.REFUND_DAYS = (
        "sk_test_x",
        "whsec_x",
        14,
    )
    page = client.get("/terms/").content.decode()
    assert "Within 14 days you can return what is left" in page


@pytest.mark.parametrize("path", ["/", "/models/", "/pricing/"])
def test_every_page_leads_there(client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert 'href="/privacy/"' in page
    assert 'href="/terms/"' in page
