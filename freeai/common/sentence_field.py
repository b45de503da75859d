"""A column of sentences: the English text, and behind a separator the parts it was made of."""

from typing import TYPE_CHECKING, Any

from django.db import models

from freeai.common.sentences import Sentence, unpack

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

    TextField = models.TextField[str, str]
else:
    TextField = models.TextField

SEPARATOR = "\x1e"
"""ASCII's own record separator: no sentence has it, and both databases keep it."""


class SentenceField(TextField):
    """Keeps a `Sentence` with its parts; any other text as it is. To the database it is text."""

    def get_prep_value(self, value: Any) -> Any:
        """Write the parts behind the text, if it was made of any facts."""
        if isinstance(value, Sentence) and (len(value.parts) > 1 or value.parts[0][1]):
            return f"{value}{SEPARATOR}{value.pack()}"
        return super().get_prep_value(value)

    def from_db_value(
        self, value: str | None, expression: Any, connection: "BaseDatabaseWrapper"
    ) -> str | None:
        """Return the text, as a sentence if its parts are known."""
        if value is None or SEPARATOR not in value:
            return value
        return unpack(value.partition(SEPARATOR)[2])

    def deconstruct(self) -> Any:
        """Be text for migrations too."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
