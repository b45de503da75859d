"""Keys open what they should, as long as they should, and are nowhere to be read."""

from datetime import timedelta
from io import StringIO

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import keys
from accounts.models import ApiKey, Owner
from billing import purses
from freeai.common.errors import FreeAIError, InvalidInput
from tests import members

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mona() -> Owner:
    return Owner.objects.create(user=members.make("mona@example.org"))


def refusal(text: str) -> str:
    with pytest.raises(FreeAIError) as refused:
        keys.verify(text)
    return refused.value.code


def test_a_key_opens_its_owner_s_door(mona: Owner) -> None:
    minted = keys.mint(mona, name="laptop")
    assert minted.text.startswith("sk-free-")
    assert keys.verify(minted.text).owner == mona


def test_only_a_hash_of_the_secret_is_kept(mona: Owner) -> None:
    minted = keys.mint(mona)
    secret = minted.text.partition(".")[2]
    row = ApiKey.objects.filter(pk=minted.key.pk).values().get()
    assert len(secret) == 43
    assert secret not in str(row)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1], lambda text: text + "x", lambda text: text.upper()]
)
def test_a_key_that_is_almost_right_opens_nothing(mona: Owner, change: object) -> None:
    assert callable(change)
    assert refusal(change(keys.mint(mona).text)) == "invalid_api_key"


@pytest.mark.parametrize(
    "text", ["", "sk-free-", "sk-free-.", "sk-free-a.b", "x" * 5000, "sk-free-\x00.\x00"]
)
def test_nonsense_opens_nothing(db: None, text: str) -> None:
    assert refusal(text) == "invalid_api_key"


def test_a_test_key_is_no_live_key(mona: Owner) -> None:
    minted = keys.mint(mona, is_test=True)
    assert minted.text.startswith("sk-free-test-")
    assert keys.verify(minted.text).is_test
    assert refusal(minted.text.replace("sk-free-test-", "sk-free-")) == "invalid_api_key"


def test_a_revoked_key_ends_at_once(mona: Owner) -> None:
    minted = keys.mint(mona)
    keys.revoke(minted.key)
    assert refusal(minted.text) == "invalid_api_key"


def test_an_expired_key_says_so(mona: Owner) -> None:
    minted = keys.mint(mona, expires_at=timezone.now() - timedelta(seconds=1))
    assert refusal(minted.text) == "expired_api_key"


def test_a_suspended_member_s_key_is_refused(mona: Owner) -> None:
    minted = keys.mint(mona)
    assert mona.user is not None
    mona.user.is_active = False
    mona.user.save()
    assert refusal(minted.text) == "account_suspended"


def test_after_rotation_both_work_for_a_day_and_then_the_new_one(mona: Owner) -> None:
    old = keys.mint(mona, name="server", monthly_tokens=500, models=["freeai-lite"])
    new = keys.rotate(old.key)
    assert keys.verify(old.text).pk != keys.verify(new.text).pk
    old.key.refresh_from_db()
    assert old.key.expires_at is not None
    assert timedelta(hours=23) < old.key.expires_at - timezone.now() <= timedelta(hours=24)
    fields = ("name", "monthly_tokens", "allowed_models")
    assert [getattr(new.key, field) for field in fields] == [getattr(old.key, field) for field in fields]


def test_checking_costs_one_query_and_a_write_a_minute(
    mona: Owner, django_assert_num_queries: object
) -> None:
    assert callable(django_assert_num_queries)
    minted = keys.mint(mona)
    with django_assert_num_queries(2):
        keys.verify(minted.text)
    with django_assert_num_queries(1):
        keys.verify(minted.text)
    assert ApiKey.objects.get().last_used_at is not None


def test_too_many_keys_are_refused(mona: Owner, settings: LazySettings) -> None:
    settings.API_KEYS_MAX = 2
    keys.mint(mona)
    keys.revoke(keys.mint(mona).key)
    keys.mint(mona)
    with pytest.raises(InvalidInput):
        keys.mint(mona)


def test_the_command_line_prints_only_the_key(db: None) -> None:
    out = StringIO()
    call_command("mint_key", "New@Example.org", stdout=out)
    text = out.getvalue().strip()
    assert keys.verify(text).owner.user.email == "new@example.org"  # type: ignore[union-attr]
    call_command("mint_key", "new@example.org", "--tokens", "50000", stdout=StringIO())
    assert purses.balance(Owner.objects.get()).paid == 50_000
    assert Owner.objects.count() == 1
    for wrong in (["nobody"], ["a@example.org", "--tokens", "-5"]):
        with pytest.raises(CommandError):
            call_command("mint_key", *wrong, stdout=StringIO())
    assert ApiKey.objects.count() == 2
