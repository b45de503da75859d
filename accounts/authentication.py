"""`Authorization: Bearer sk-free-…` for Django REST framework: a request's `auth` is the ApiKey."""

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import keys
from accounts.models import ApiKey
from freeai.common.errors import NotAuthenticated

MISSING = (
    "You did not send an API key. Make one in your account and send it as 'Authorization: Bearer sk-free-…'."
)


class KeyAuthentication(BaseAuthentication):
    """Finds the key behind a request; there is no other way into the API, cookies included."""

    def authenticate(self, request: Request) -> tuple[Any, ApiKey]:
        scheme, _, credential = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not credential.strip():
            raise NotAuthenticated(MISSING)
        key = keys.verify(credential.strip())
        return key.owner.user, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
