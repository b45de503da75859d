"""An owner deletes everything, or a member closes the account. Immediate, and safe to be killed anywhere.

    close the purse           no hold can be placed any more
    → one transaction         edits end and their holds are released, words go, keys are revoked,
                              bytes become due, the login is deleted, the owner is marked closed
    → bytes                   now; whatever is left after a kill is due, so the next sweep takes it

The ledger stays, under the owner's random id, without a name: it still reconciles.
"""

import logging

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keys
from accounts.models import Owner, User
from billing import ledger, purses
from editor import edits, retention
from editor.models import (
    ApiRequest,
    Appeal,
    Batch,
    BatchFile,
    Decision,
    Edit,
    Rating,
    Share,
    Source,
    WebhookDelivery,
    WebhookSecret,
)
from freeai.common.errors import NotAllowed

log = logging.getLogger(__name__)


class WrongPassword(NotAllowed):
    """Whoever asks cannot prove that the account is theirs."""


def delete_everything(owner: Owner) -> None:
    """Delete all edits and pictures of an owner, with their words, now. Account and tokens stay."""
    with transaction.atomic():
        _forget_pictures(owner)
    _remove_bytes(owner)
    log.info("owner.deleted_everything", extra={"owner_id": owner.pk})


def close_account(user: User, password: str) -> None:
    """Close a member's account for good. Raises WrongPassword; NotAllowed for people who work here."""
    if user.is_staff:
        raise NotAllowed(_("This account has duties here. Ask an administrator to take them off it first."))
    if not user.has_usable_password() or not user.check_password(password):
        raise WrongPassword(_("This is not your password."), param="password")
    owner, _made = Owner.objects.get_or_create(user=user)
    address, left = user.email, purses.balance(owner).paid
    ledger.close(owner)
    with transaction.atomic():
        Owner.objects.select_for_update().get(pk=owner.pk)
        _forget_pictures(owner)
        keys.revoke_all(owner)
        ApiRequest.objects.filter(api_key__owner=owner).delete()
        WebhookDelivery.objects.filter(edit__owner=owner).delete()
        WebhookSecret.objects.filter(owner=owner).delete()
        Rating.objects.filter(owner=owner).delete()
        Appeal.objects.filter(owner=owner).update(reason="")
        Owner.objects.filter(pk=owner.pk).update(user=None, closed_at=timezone.now())
        _remove_login(user)
    _remove_bytes(owner)
    log.info("owner.closed", extra={"owner_id": owner.pk})
    _confirm(address, left)


def _forget_pictures(owner: Owner) -> None:
    """End what is under way, take everything out of sight, and let its bytes be due. In a transaction."""
    for edit in Edit.objects.filter(owner=owner, status__in=Edit.ACTIVE).order_by("pk"):
        edits.end_now(edit, by_owner=True)
    edits.forget_all(owner)
    now = timezone.now()
    Share.objects.filter(edit__owner=owner, revoked_at=None).update(revoked_at=now)
    BatchFile.objects.filter(batch__owner=owner).delete()  # their names are words too
    gone = {"deleted_at": now, "name": "", "prompt": "", "prompts": {}, "note": ""}
    Batch.objects.filter(owner=owner, deleted_at=None).update(**gone)
    due = {"expires_at": now}
    Edit.objects.filter(owner=owner, purged_at=None).update(**due)
    sources = Source.objects.filter(owner=owner).exclude(status=Source.Status.EXPIRED)
    sources.update(**due, name="", rights={})


def _remove_login(user: User) -> None:
    """Delete a login, with its sessions, second factors and passkeys.

    Decisions that somebody once made as a moderator stay, signed by a login without a name or a way in.
    """
    if not Decision.objects.filter(by=user).exists():
        user.delete()
        return
    for rows in (EmailAddress, Authenticator, UserSession):
        rows.objects.filter(user=user).delete()
    user.email, user.is_active = f"closed-{user.pk}@invalid", False
    user.set_unusable_password()
    user.save()


def _remove_bytes(owner: Owner) -> None:
    for edit in Edit.objects.filter(owner=owner, purged_at=None).exclude(status__in=Edit.ACTIVE):
        retention.purge(edit)
    for source in Source.objects.filter(owner=owner, status=Source.Status.READY):
        retention.expire_source(source)


def _confirm(address: str, left: int) -> None:
    """Tell by e-mail that the account is closed: if somebody else did it, its owner must know."""
    context = {"paid": left, "support_email": settings.SUPPORT_EMAIL, "refund_days": settings.REFUND_DAYS}
    words = render_to_string("emails/account_closed.txt", context)
    subject = f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{_('Your account is closed')}"
    send_mail(subject, words, settings.DEFAULT_FROM_EMAIL, [address], fail_silently=True)
