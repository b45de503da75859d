"""A visitor signs in: what they own becomes the member's.

Both owners are locked in id order, so that two browsers of one person may sign in at
once. Signing in again with the old cookie moves what an upload still in flight wrote
for the visitor meanwhile. Of tokens, open holds and paid ones move, the daily pool does not.
A share belongs to its edit, moves with it and lives as long as it does.
"""

import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import ExpressionWrapper, F, Value
from django.db.models.fields import DateTimeField, DurationField
from django.http import HttpRequest
from django.utils import timezone

from accounts import blocks, owners
from accounts.models import Owner, User
from billing import ledger
from editor import ratings
from editor.models import Edit, Source

log = logging.getLogger(__name__)


def on_sign_in(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Hear of a verified sign-in; merge the visitor whose cookie came with it, if there is one."""
    member, _made = Owner.objects.get_or_create(user=user)
    visitor = owners.find_by_cookie(request)
    if visitor is not None and visitor.merged_into_id in {None, member.pk}:
        merge(visitor, member)


def merge(visitor: Owner, member: Owner) -> None:
    """Give everything of a visitor to a member; bytes not yet expired get the member's window."""
    ledger.close(visitor)
    with transaction.atomic():
        ledger.close(visitor)
    with transaction.atomic():
        list(Owner.objects.select_for_update().filter(pk__in=[visitor.pk, member.pk]).order_by("pk"))
        Owner.objects.filter(pk=visitor.pk).update(merged_into=member)
        now = timezone.now()
        keep_until = ExpressionWrapper(F("created_at") + _window(), output_field=DateTimeField())
        sources = Source.objects.filter(owner=visitor)
        sources.exclude(status=Source.Status.EXPIRED).filter(expires_at__gt=now).update(expires_at=keep_until)
        moved_sources = sources.update(owner=member)
        edits = Edit.objects.filter(owner=visitor)
        edits.filter(purged_at=None, expires_at__gt=now).update(expires_at=keep_until)
        moved_edits = edits.update(owner=member)
        ratings.merge(visitor, member)
        if visitor.block and not member.block:  # signing in is no way out of a block
            blocks.put(member, Owner.Block(visitor.block))
        ledger.merge(visitor, member)
    log.info(
        "owner.merged",
        extra={
            "owner_id": visitor.pk,
            "member_id": member.pk,
            "sources": moved_sources,
            "edits": moved_edits,
        },
    )


def _window() -> Value:
    window: timedelta = settings.MEMBER_WINDOW
    return Value(window, output_field=DurationField())
