"""Who may sign in (User), who owns edits and pays (Owner), what programs show (ApiKey)."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone

from freeai.common import ids


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail; Django's own commands call it."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A login: an e-mail address and a password. What it owns hangs on its Owner."""

    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.email


def new_owner_id() -> str:
    return ids.new("owner")


class Owner(models.Model):
    """Who owns edits and pays for them: a visitor (no user) or a member.

    A visitor who signs in is merged: their rows move to the member and `merged_into`
    says where, so that an old cookie still finds its way. A blocked owner may look at,
    download and delete what is there, and start nothing (`accounts.blocks`).
    """

    class Block(models.TextChoices):
        SUSPENDED = "suspended", "Suspended"
        BANNED = "banned", "Banned"

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_owner_id, editable=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.PROTECT, related_name="owner")
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    block = models.CharField(max_length=9, blank=True, choices=Block.choices)
    blocked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    """When a member closed the account; the login is gone since then, the books stay."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="owner_block_is_known", condition=models.Q(block__in=["", "suspended", "banned"])
            ),
            models.CheckConstraint(
                name="owner_closed_has_no_login",
                condition=models.Q(user__isnull=True) | models.Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="owner_member_is_not_merged",
                condition=models.Q(user__isnull=True) | models.Q(merged_into__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    @property
    def is_member(self) -> bool:
        return self.user_id is not None

    @property
    def window(self) -> timedelta:
        """How long this owner's pictures are kept after creation."""
        return settings.MEMBER_WINDOW if self.is_member else settings.VISITOR_WINDOW


def new_key_id() -> str:
    return ids.new("key")


class ApiKey(models.Model):
    """A program's credential. Only a hash of its secret is here; `accounts.keys` makes and checks it."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_key_id, editable=False)
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="api_keys")
    prefix = models.CharField(max_length=20, unique=True)
    secret_hash = models.CharField(max_length=64)
    name = models.CharField(max_length=60, blank=True)
    is_test = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    monthly_tokens = models.PositiveBigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    allowed_models = models.JSONField(default=list, blank=True)

    def __str__(self) -> str:
        return self.pk

    @property
    def start(self) -> str:
        """What may be shown of the key at any time."""
        return f"sk-free-{'test-' if self.is_test else ''}{self.prefix}"

    @property
    def is_open(self) -> bool:
        """Whether the key opens anything now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())
