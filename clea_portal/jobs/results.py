"""What a handler gives back, and how it is kept: in encrypted pieces, since another machine will hand it out."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from clea_portal.jobs.models import Chunk, Job

CHUNK_BYTES = 256 * 1024
RESULT_LIMIT = 512 * 1024 * 1024


class JobRefused(Exception):
    """It cannot be made, and trying again will not help: ``args[0]`` is a sentence for the person."""


class ResultTooLarge(Exception):
    """Longer than RESULT_LIMIT."""


@runtime_checkable
class Readable(Protocol):
    """An open binary file."""

    def read(self, size: int, /) -> bytes: ...
    def seek(self, offset: int, /) -> int: ...
    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Result:
    """A file to hand out. An open one is read from its beginning, then closed; prefer one without a name on the disk
    (``TemporaryFile``)."""

    file: bytes | Readable | Path | Iterable[bytes] = field(repr=False)
    name: str = field(repr=False)
    content_type: str


def keep(job: Job, result: Result, *, alive: Callable[[], None]) -> int:
    """Write the pieces of this attempt, calling ``alive`` before each; how many bytes. Raises ResultTooLarge."""
    size = 0
    with closing(_pieces(result)) as pieces:
        for number, piece in enumerate(pieces):
            alive()
            size += len(piece)
            if size > RESULT_LIMIT:
                raise ResultTooLarge
            Chunk.objects.create(job=job, attempt=job.attempts, number=number, content=piece)
    return size


def stream(job: Job) -> Iterator[bytes]:
    """The result of a job that is done, piece by piece."""
    pieces = Chunk.objects.filter(job=job, attempt=job.attempts)
    for number in range(pieces.count()):
        content = pieces.get(number=number).content
        assert content is not None
        yield content


def _pieces(result: Result) -> Generator[bytes]:
    if isinstance(result.file, bytes):
        yield from (result.file[start : start + CHUNK_BYTES] for start in range(0, len(result.file), CHUNK_BYTES))
    elif isinstance(result.file, Path):
        with result.file.open("rb") as file:
            yield from _read(file)
    elif isinstance(result.file, Readable):
        with closing(result.file):
            result.file.seek(0)
            yield from _read(result.file)
    else:
        gathered = bytearray()
        for part in result.file:
            gathered += part
            while len(gathered) >= CHUNK_BYTES:
                yield bytes(gathered[:CHUNK_BYTES])
                del gathered[:CHUNK_BYTES]
        if gathered:
            yield bytes(gathered)


def _read(file: Readable) -> Iterator[bytes]:
    while piece := file.read(CHUNK_BYTES):
        yield piece
