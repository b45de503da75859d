"""Published weights: how large they are, under what licence, and how they come here.

A download that is cut goes on where it broke, in the same command or a later one; files already here are not
fetched again. A file whose bytes differ from what the hub lists is told.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, get_token, hf_hub_url, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from huggingface_hub.file_download import http_get

from freeai.common.errors import ServiceError

_FAILURES = (HfHubHTTPError, LocalEntryNotFoundError, httpx2.HTTPError, OSError)


class NoWeights(ServiceError):
    """The weights cannot be had; the message says why."""

    code = "no_weights"


@dataclass(frozen=True, slots=True)
class Published:
    """A repository as the hub lists it. sha256: of its large files, by name."""

    repository: str
    revision: str
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
        info.sha or "main",
        licence,
        sum(file.size or 0 for file in files),
        {file.rfilename: file.lfs.sha256 for file in files if file.lfs is not None},
        {file.rfilename: file.size for file in files if file.size is not None},
    )


def pull(published: Published, folder: Path, say: Callable[[str], None]) -> None:
    """Fetch into a folder, resuming, and compare every file with the list; raises NoWeights."""
    for name, size in published.sizes.items():
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()):
            raise NoWeights(f"{published.repository} lists a file outside of its folder: {name}.")
        try:
            _fetch(published, name, file)
        except _FAILURES as error:
            raise NoWeights(f"{published.repository} could not be fetched; run it again to go on.") from error
        if file.stat().st_size != size:
            raise NoWeights(f"{file} is {file.stat().st_size} of {size} bytes; delete it and run this again.")
        if name in published.sha256:
            say(f"comparing {name}")
            if _sha256(file) != published.sha256[name]:
                raise NoWeights(f"{file} differs from what the hub lists; delete it and run this again.")


def _fetch(published: Published, name: str, file: Path) -> None:
    """Fetch one file, unless it is here. What has come so far lies beside it, for the next try.

    The library would begin a file anew in each process: it gives every try a file of its own.
    """
    if file.is_file():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{published.revision[:12]}.part")
    address = hf_hub_url(published.repository, name, revision=published.revision)
    with part.open("ab") as begun:
        http_get(
            address,
            begun,
            resume_size=begun.tell(),
            headers={"authorization": f"Bearer {token}"} if (token := get_token()) else {},
            expected_size=published.sizes[name],
            displayed_filename=name,
        )
    part.replace(file)


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
