"""How many marks are found, how many clean pictures are suspected, and what a look costs.

    python -m benchmarks.marks [COUNT]

Draws COUNT marked pictures (notices, agencies, tilings, faint and rotated ones, signs of AI) and as many
with ordinary writing; prints what share of each is found, by kind, and the processor time of a 4 MP look.
"""

import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from editor.policy import marks
from tests.editor.policy import marked_pictures


def main(count: int) -> None:
    found: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for seed in range(count):
        kind = marked_pictures.KINDS[seed % len(marked_pictures.KINDS)]
        asked[kind] += 1
        if marks.find(marked_pictures.marked(kind, 10_000 + seed)):
            found[kind] += 1
        else:
            print(f"  missed: {kind}, seed {10_000 + seed}")
    suspected = 0
    for seed in range(count):
        suspicion = marks.find(marked_pictures.ordinary(20_000 + seed))
        if suspicion:
            suspected += 1
            print(f"  suspected: seed {20_000 + seed}, {[(mark.kind, mark.text) for mark in suspicion]}")
    for kind in marked_pictures.KINDS:
        print(f"{kind:8} found {found[kind]} of {asked[kind]}")
    print(f"all      found {sum(found.values()) / count:.1%} of {count}")
    print(f"ordinary suspected {suspected / count:.1%} of {count}")
    large = cv2.resize(marked_pictures.marked("notice", 1), (2048, 2048)).astype(np.uint8)
    began = time.process_time()
    marks.find(large)
    print(f"4 MP     {time.process_time() - began:.2f} s of processor time")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
