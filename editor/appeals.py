"""An owner's word against a refusal by a rule: written once, and the picture kept for it if they agree."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from editor.models import Appeal, Edit, Source
from freeai.common.errors import Conflict

CODES = ("watermark_removal", "moderation_blocked")
"""The refusals that a person may judge anew; the others are matters of fact."""
REASON_CHARACTERS_MAX = 1000


class CannotAppeal(Conflict):
    code = "not_appealable"


def may_appeal(edit: Edit) -> bool:
    """Tell whether this refusal can be appealed and has not been yet."""
    is_refused = edit.status == Edit.Status.REFUSED and edit.error_code in CODES
    return is_refused and not Appeal.objects.filter(edit=edit).exists()


def file(edit: Edit, *, reason: str, keeps_source: bool) -> Appeal:
    """Write the appeal; with the owner's consent, keep picture and mask for it. Raises CannotAppeal."""
    with transaction.atomic():
        locked = Edit.objects.select_for_update().get(pk=edit.pk)
        if not may_appeal(locked):
            raise CannotAppeal(_("This edit cannot be appealed, or has been already."))
        if keeps_source:
            _keep_longer(locked)
        return Appeal.objects.create(
            edit=locked,
            owner_id=locked.owner_id,
            reason=reason.strip()[:REASON_CHARACTERS_MAX],
            keeps_source=keeps_source,
        )


def _keep_longer(edit: Edit) -> None:
    """Push the end of the bytes' window away, never nearer; what is gone already stays gone."""
    until = timezone.now() + settings.APPEAL_WINDOW
    Edit.objects.filter(pk=edit.pk, purged_at=None, expires_at__lt=until).update(expires_at=until)
    kept = Source.objects.filter(pk=edit.source_id, status=Source.Status.READY, expires_at__lt=until)
    kept.update(expires_at=until)
