"""Members for tests: with a confirmed address, so that they can sign in."""

from allauth.account.models import EmailAddress

from accounts.models import User

PASSWORD = "a long sentence of hers"


def make(email: str) -> User:
    """Return a member who has confirmed this address; their password is PASSWORD."""
    user = User.objects.create_user(email, PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
