"""Who may do what in the admin: three roles, made again after every migration.

Moderator   reviews, takes down, suspends, bans; looks at the books, moves no money
Cashier     looks at owners and the books, grants tokens and returns packs; decides on nobody
admin       a superuser: everything, roles included
"""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

MODERATOR = "Moderator"
CASHIER = "Cashier"

_BOOKS = ("entry", "hold", "lot", "purchase", "purse", "refund", "transfer")
_REVIEW = ("appeal", "decision", "declaration", "edit", "flag", "report", "share", "source")

_LOOK_AT_BOOKS = Q(content_type__app_label="billing", codename__in=[f"view_{name}" for name in _BOOKS])
_LOOK_AT_OWNERS = Q(content_type__app_label="accounts", codename__in=["view_owner", "view_apikey"])
_LOOK_AT_EDITS = Q(content_type__app_label="editor", codename__in=[f"view_{name}" for name in _REVIEW])
_DECIDE = Q(content_type__app_label="editor", codename="moderate")
_MOVE_MONEY = Q(content_type__app_label="billing", codename__in=["add_lot", "add_refund"])

ROLES = {
    MODERATOR: _LOOK_AT_BOOKS | _LOOK_AT_OWNERS | _LOOK_AT_EDITS | _DECIDE,
    CASHIER: _LOOK_AT_BOOKS | _LOOK_AT_OWNERS | _MOVE_MONEY,
}


def make(using: str = "default", **_: Any) -> None:
    """Make the roles, with just these rights. Hears of finished migrations (`post_migrate`)."""
    for name, rights in ROLES.items():
        group, _made = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(Permission.objects.using(using).filter(rights))
