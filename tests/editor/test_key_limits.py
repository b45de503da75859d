"""A key's month is exact, however many of its calls come together, on SQLite and PostgreSQL."""

import pytest
from django.conf import LazySettings

from accounts import keys
from accounts.models import ApiKey, Owner
from editor import edits, key_limits, submission
from editor.models import Edit, Source
from tests import members
from tests.conftest import Submit
from tests.crowd import crowd

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def alice(db: None) -> Owner:
    return Owner.objects.create(user=members.make("alice@example.org"))


@pytest.fixture
def key(alice: Owner) -> ApiKey:
    return keys.mint(alice, monthly_tokens=750).key


def test_of_many_calls_at_once_only_those_within_the_month_are_accepted(
    key: ApiKey, submit: Submit, photo: Source, settings: LazySettings
) -> None:
    settings.DAILY_TOKENS_MEMBER = 1_000_000
    first = submit(api_key=key)

    def try_it() -> bool:
        wish = submission.Wish(prompt="invert it", model="test-invert", api_key=key)
        try:
            submission.submit_edit(key.owner, photo, wish)
        except key_limits.KeyLimitReached:
            return False
        return True

    with crowd() as at_once:
        assert sum(at_once(try_it)) == 6
    assert Edit.objects.count() == 7
    assert key_limits.used_this_month(key) == 700
    edits.cancel(first)
    assert try_it(), "what was canceled is not used"
    assert not try_it()


def test_a_limit_lowered_meanwhile_holds_at_once(key: ApiKey, submit: Submit) -> None:
    ApiKey.objects.filter(pk=key.pk).update(monthly_tokens=50)
    with pytest.raises(key_limits.KeyLimitReached):
        submit(api_key=key)
    assert not Edit.objects.exists()
