"""Who may start nothing at the moment: a blocked owner, or a member whose login was switched off.

The block stands on the owner's row and is read with it by every request, so it holds from the
next request on. What the owner has stays theirs to see, take along and delete.
"""

from django.utils import timezone

from accounts.models import Owner
from freeai.common.errors import NotAllowed
from freeai.common.sentences import sentence as _


class AccountSuspended(NotAllowed):
    code = "account_suspended"


def require_open(owner: Owner) -> None:
    """Raise AccountSuspended if this owner may start nothing."""
    if owner.block or (owner.user is not None and not owner.user.is_active):
        raise AccountSuspended(
            _(
                "This account is suspended. You can still see, download and delete what you have. "
                "Nothing was charged."
            )
        )


def is_blocked(owner_id: str) -> bool:
    """Tell whether a moderator has blocked this owner."""
    return Owner.objects.filter(pk=owner_id).exclude(block="").exists()


def put(owner: Owner, block: Owner.Block) -> None:
    """Block an owner from now on."""
    Owner.objects.filter(pk=owner.pk).update(block=block, blocked_at=timezone.now())
    owner.refresh_from_db(fields=["block", "blocked_at"])


def lift(owner: Owner) -> None:
    """Let an owner start edits again."""
    Owner.objects.filter(pk=owner.pk).update(block="", blocked_at=None)
    owner.refresh_from_db(fields=["block", "blocked_at"])
