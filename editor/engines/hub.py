"""Published weights: how large they are, under what licence, and how they come here.

A download that is cut goes on by itself; files already here are not fetched again. A file whose
bytes differ from what the hub lists is told.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from freeai.common.errors import ServiceError

_FAILURES = (HfHubHTTPError, LocalEntryNotFoundError, httpx2.HTTPError, OSError)


class NoWeights(ServiceError):
    """The weights cannot be had; the message says why."""

    code = "no_weights"


@dataclass(frozen=True, slots=True)
class Published:
    """A repository as the hub lists it. sha256: of its large files, by name."""

    repository: str
    licence: str
    size_bytes: int
    sha256: dict[str, str]
    sizes: dict[str, int]


def look_up(repository: str) -> Published:
    """Ask the hub about a repository; raises NoWeights."""
    try:
        info = HfApi().model_info(repository, files_metadata=True)
    except (*_FAILURES, ValueError) as error:
        raise NoWeights(f"The hub does not answer for {repository}: {type(error).__name__}.") from error
    files = info.siblings or []
    card = info.card_data
    licence = str(card.license) if card is not None and card.license else "not stated"
    return Published(
        repository,
        licence,
        sum(file.size or 0 for file in files),
        {file.rfilename: file.lfs.sha256 for file in files if file.lfs is not None},
        {file.rfilename: file.size for file in files if file.size is not None},
    )


def pull(published: Published, folder: Path, say: Callable[[str], None]) -> None:
    """Fetch into a folder, resuming, and compare every file with the list; raises NoWeights."""
    try:
        snapshot_download(published.repository, local_dir=folder)
    except _FAILURES as error:
        raise NoWeights(f"{published.repository} could not be fetched; run it again to go on.") from error
    for name, size in published.sizes.items():
        file = folder / name
        if not file.is_file() or file.stat().st_size != size:
            raise NoWeights(f"{file} is missing or cut short; run it again.")
        if name in published.sha256:
            say(f"comparing {name}")
            if _sha256(file) != published.sha256[name]:
                raise NoWeights(f"{file} differs from what the hub lists; delete it and run this again.")


def locate(weights: str, say: Callable[[str], None] = lambda _: None) -> Path:
    """Return a checkpoint's folder; the name of a repository is fetched, or found, in the hub's cache.

    Raises NoWeights.
    """
    if Path(weights).is_dir() or weights.count("/") != 1 or weights.startswith((".", "/", "~")):
        return Path(weights)
    say(f"looking for {weights}")
    try:
        return Path(snapshot_download(weights))
    except (*_FAILURES, ValueError) as error:
        raise NoWeights(f"{weights} is neither a folder nor to be had from the hub.") from error


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
