"""Real English words one slip away from a word of ours."""

LOOKALIKES: frozenset[str] = frozenset()
