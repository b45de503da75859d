"""Sharing one edit with whoever has the address, and hearing of what should not be shared."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from editor.models import Edit, Report, Share
from freeai.common.errors import InvalidInput, NotFound, RateLimited
from freeai.common.sentences import sentence as _

log = logging.getLogger(__name__)

TEXT_MAX = 1000


def share(edit: Edit, *, shows_source: bool, shows_prompt: bool) -> Share:
    """Open an edit to whoever has the address; shared already, it keeps its address. Raises InvalidInput."""
    if not edit.has_result:
        raise InvalidInput(_("Only a picture that is still here can be shared."))
    choices = {"shows_source": shows_source, "shows_prompt": shows_prompt}
    if not Share.objects.filter(edit=edit, revoked_at=None).update(**choices):
        try:
            with transaction.atomic():
                Share.objects.create(edit=edit, **choices)
        except IntegrityError:
            Share.objects.filter(edit=edit, revoked_at=None).update(**choices)  # asked twice at once
    log.info("share.opened", extra={"edit_id": edit.pk})
    return Share.objects.get(edit=edit, revoked_at=None)


def revoke(edit: Edit) -> None:
    """Close an edit to everybody but its owner, at once and for good: a new share has a new address."""
    Share.objects.filter(edit=edit, revoked_at=None).update(revoked_at=timezone.now())
    log.info("share.revoked", extra={"edit_id": edit.pk})


def of_edit(edit: Edit) -> Share | None:
    """Return the open share of an edit, if it has one."""
    return Share.objects.open().filter(edit=edit).first()


def find(share_id: str) -> Share:
    """Return an open share with its edit and source. Raises NotFound for all others."""
    shared = Share.objects.open().filter(pk=share_id)
    # The owner's login may be blocked; a visitor has none.
    shared = shared.exclude(edit__owner__user__is_active=False)
    found = shared.select_related("edit__source", "edit__owner").first()
    if found is None:
        raise NotFound(_("This picture is not shared, or not any more."))
    return found


def report(shared: Share, *, reason: str, text: str, network: str) -> Report:
    """Put a report into the moderators' queue. Raises RateLimited when one network sends too many."""
    an_hour_ago = timezone.now() - timedelta(hours=1)
    lately = Report.objects.filter(network=network, created_at__gt=an_hour_ago).count()
    if lately >= settings.REPORTS_PER_HOUR:
        raise RateLimited(_("Too many reports from your network. Try again in an hour."), retry_after=60)
    report = Report.objects.create(
        share=shared, reason=reason, text=text.replace("\x00", " ")[:TEXT_MAX], network=network
    )
    log.warning("share.reported", extra={"edit_id": shared.edit_id, "reason": reason})
    return report
