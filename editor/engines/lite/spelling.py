"""How many slips of the pen lie between two words."""


def slips_between(word: str, known: str, allowed: int) -> bool:
    """Whether two words differ by at most so many letters added, lost, changed or swapped."""
    if len(known) < 4 or abs(len(word) - len(known)) > allowed:
        return False
    before: list[int] = []
    row = list(range(len(known) + 1))
    for i, letter in enumerate(word, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(known, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if earlier and j > 1 and letter == known[j - 2] and word[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > allowed:
            return False
    return row[-1] <= allowed
