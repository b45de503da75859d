"""What operators do with tokens from a shell."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Owner, User
from billing import purses
from billing.models import Purse, Transfer
from tests.billing.conftest import Buy
from tests.conftest import Submit, run
from tests.payments import PaymentServer

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_grant_by_address_makes_the_member_s_purse(capsys: pytest.CaptureFixture[str]) -> None:
    user = User.objects.create_user("mia@example.com")
    call_command("grant", "MIA@example.com", "5000", "--note", "Thanks")
    assert purses.balance(Owner.objects.get(user=user)).paid == 5000
    assert capsys.readouterr().out == "5,000 tokens granted to MIA@example.com.\n"
    assert Transfer.objects.get(kind="grant").note == "Thanks (by operator)"


def test_a_grant_by_id_reaches_a_visitor(alice: Owner) -> None:
    call_command("grant", alice.pk, "100")
    assert purses.balance(alice).paid == 100


@pytest.mark.parametrize(("who", "tokens"), [("nobody@example.com", "100"), ("owner_x", "100")])
def test_a_grant_to_nobody_is_refused(who: str, tokens: str, db: None) -> None:
    with pytest.raises(CommandError, match="no member or owner"):
        call_command("grant", who, tokens)


@pytest.mark.parametrize("tokens", ["0", "100000001"])
def test_a_slip_of_the_hand_is_refused(alice: Owner, tokens: str) -> None:
    with pytest.raises(CommandError, match="between 1 and"):
        call_command("grant", alice.pk, tokens)


def test_reconcile_says_clean(submit: Submit, buy: Buy, capsys: pytest.CaptureFixture[str]) -> None:
    run(submit())
    run(submit("test-broken"))
    submit()
    buy()
    capsys.readouterr()
    call_command("reconcile")
    assert capsys.readouterr().out == "clean\n"


def test_reconcile_names_what_is_wrong_and_exits_1(
    submit: Submit, alice: Owner, capsys: pytest.CaptureFixture[str]
) -> None:
    submit()
    Purse.objects.filter(pk=alice.pk).update(daily=7)
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        call_command("reconcile")
    assert left.value.code == 1
    assert f"daily of {alice.pk} is 7, its entries say 2,900" in capsys.readouterr().out


def test_reconcile_hears_of_payments_we_missed(
    buy: Buy, shop: PaymentServer, capsys: pytest.CaptureFixture[str]
) -> None:
    purchase = buy()
    dispute = shop.dispute(purchase.payment_id)
    with pytest.raises(SystemExit):
        call_command("reconcile")
    assert f"{purchase.pk} has 0 cents taken back here, 500 at the provider" in capsys.readouterr().out
    shop.close_dispute(dispute, won=True)


def test_reconcile_says_so_when_the_provider_is_away(buy: Buy, shop: PaymentServer) -> None:
    buy()
    for _ in range(2):
        shop.answer_500("/v1/checkout")
    with pytest.raises(CommandError, match="cannot be reached"):
        call_command("reconcile")
