"""The books in the admin: found by owner, edit and payment; nothing there can be changed."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Owner, User
from billing import purses
from billing.models import Entry, Hold, Purchase, Purse, Transfer
from tests.billing.conftest import Buy
from tests.conftest import Submit, run
from tests.payments import PaymentServer

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ["entry", "hold", "lot", "purchase", "purse", "refund", "stripeevent", "transfer"]


def moderator(*permissions: str) -> Client:
    """Return the browser of Mona, who may do just this."""
    mona = User.objects.create_user("mona@example.com", is_staff=True)
    mona.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    browser = Client()
    browser.force_login(mona)
    return browser


LOOKING = tuple(f"view_{table}" for table in TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_who_may_look_sees_rows_and_finds_by_owner(table: str, submit: Submit, buy: Buy, mia: Owner) -> None:
    run(submit())
    buy()
    listed = reverse(f"admin:billing_{table}_changelist")
    assert moderator(*LOOKING).get(listed, {"q": mia.pk}).status_code == 200


@pytest.mark.parametrize("table", TABLES)
def test_strangers_and_members_see_nothing(table: str, mia: Owner, client: Client) -> None:
    listed = reverse(f"admin:billing_{table}_changelist")
    member = Client()
    assert mia.user is not None
    member.force_login(mia.user)
    for browser in (client, member):
        assert browser.get(listed).status_code == 302


def test_a_movement_is_found_by_its_edit_and_its_payment(submit: Submit, buy: Buy) -> None:
    edit, purchase = run(submit()), buy()
    browser = moderator(*LOOKING)
    found = browser.get(reverse("admin:billing_transfer_changelist"), {"q": edit.pk})
    assert found.context["cl"].result_count == 2
    found = browser.get(reverse("admin:billing_purchase_changelist"), {"q": purchase.payment_id})
    assert found.context["cl"].result_count == 1


@pytest.mark.parametrize("table", [Transfer, Entry, Hold, Purse])
def test_nothing_can_be_added_changed_or_deleted(table: type[Transfer], submit: Submit) -> None:
    run(submit())
    name = table._meta.model_name
    everything = [f"{verb}_{name}" for verb in ("add", "change", "delete", "view")]
    browser = moderator(*everything)
    row = table.objects.first()
    assert row is not None
    assert browser.get(reverse(f"admin:billing_{name}_add")).status_code == 403
    assert browser.post(reverse(f"admin:billing_{name}_delete", args=[row.pk])).status_code == 403
    assert browser.post(reverse(f"admin:billing_{name}_change", args=[row.pk]), {}).status_code == 403


def act(browser: Client, table: str, action: str, row: Purchase | Purse) -> str:
    listed = reverse(f"admin:billing_{table}_changelist")
    answer = browser.post(listed, {"action": action, "_selected_action": [row.pk]}, follow=True)
    return answer.content.decode()


def test_a_cashier_returns_the_whole_price(buy: Buy, shop: PaymentServer, mia: Owner) -> None:
    purchase = buy()
    page = act(moderator(*LOOKING, "add_refund"), "purchase", "return_the_whole_price", purchase)
    assert "$5, paid back." in page
    assert shop.payments()[0].amount_refunded == 500
    assert purchase.refunds.get().by == "mona@example.com"


def test_a_cashier_grants_tokens(submit: Submit, alice: Owner) -> None:
    submit()
    act(moderator(*LOOKING, "add_lot"), "purse", "grant_goodwill", Purse.objects.get(pk=alice.pk))
    assert purses.balance(alice).paid == 1000
    assert Transfer.objects.get(kind="grant").note == "Goodwill (by mona@example.com)"


def test_who_may_only_look_moves_no_money(buy: Buy, submit: Submit, alice: Owner) -> None:
    purchase = buy()
    submit()
    browser = moderator(*LOOKING)
    act(browser, "purchase", "return_the_whole_price", purchase)
    act(browser, "purse", "grant_goodwill", Purse.objects.get(pk=alice.pk))
    assert not purchase.refunds.exists()
    assert purses.balance(alice).paid == 0
