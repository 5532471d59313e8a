"""Reads a country's public cluster list over HTTP: the index, then only the prefix files that are needed, each with its ETag."""

from collections.abc import Collection, MutableMapping
from dataclasses import dataclass
from uuid import UUID

from clea_portal.cluster_server.http import CallError, exchange
from clea_portal.cluster_server.list_format import (
    ClusterListError,
    Exposition,
    Index,
    MalformedListError,
    needed,
    parse_file,
    parse_index,
)
from clea_portal.cluster_server.outcomes import Reason

INDEX = "clusterIndex.json"
MAX_INDEX_BYTES = 1024 * 1024
MAX_FILE_BYTES = 8 * 1024 * 1024

__all__ = ["CachedFile", "ClusterListClient", "ClusterListError", "Exposition", "ListUnavailableError", "MalformedListError"]


class ListUnavailableError(ClusterListError):
    """The list could not be fetched; asking again later is right. ``code`` is one of ``Reason``."""

    def __init__(self, reason: Reason, status: int | None = None) -> None:
        super().__init__(reason.value if status is None else f"{reason.value} ({status})")
        self.code = reason.value
        self.status = status


@dataclass(frozen=True)
class CachedFile:
    """A file as the server last gave it, to be asked for again with its ETag."""

    etag: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class ClusterListClient:
    """``timeout``: seconds for each file. ``allow_private``: as in ``http.exchange``."""

    timeout: float = 10.0
    allow_private: bool | None = None

    def fetch(
        self,
        list_url: str,
        prefixes: Collection[str] = (),
        cache: MutableMapping[str, CachedFile] | None = None,
        *,
        ltids: Collection[UUID] = (),
    ) -> dict[UUID, list[Exposition]]:
        """All clusters in the files that can hold ``ltids``, or LTIds that begin with one of ``prefixes`` (hexadecimal digits).

        ``cache`` (address to file) is brought up to date, and what this list no longer has leaves it.
        Raises ListUnavailableError, MalformedListError.
        """
        cache = {} if cache is None else cache
        starts = {*prefixes, *(ltid.hex for ltid in ltids)}
        base = list_url.rstrip("/") + "/"
        index = self._index(base, cache)
        try:
            return self._files(base, index, starts, cache)
        except ListUnavailableError as error:
            if error.status != 404:
                raise
            # The files of an iteration may vanish the moment the next one is out.
            newer = self._index(base, cache)
            if newer.iteration == index.iteration:
                raise
            return self._files(base, newer, starts, cache)

    def _index(self, base: str, cache: MutableMapping[str, CachedFile]) -> Index:
        return parse_index(self._get(base + INDEX, cache, MAX_INDEX_BYTES))

    def _files(
        self, base: str, index: Index, starts: Collection[str], cache: MutableMapping[str, CachedFile]
    ) -> dict[UUID, list[Exposition]]:
        clusters: dict[UUID, list[Exposition]] = {}
        for prefix in needed(index, starts):
            content = self._get(f"{base}{index.iteration}/{prefix}.json", cache, MAX_FILE_BYTES)
            for ltid, expositions in parse_file(content, prefix=prefix).items():
                clusters.setdefault(ltid, []).extend(expositions)
        current = f"{base}{index.iteration}/"
        for url in [url for url in cache if url.startswith(base) and not url.startswith((base + INDEX, current))]:
            del cache[url]
        return clusters

    def _get(self, url: str, cache: MutableMapping[str, CachedFile], max_bytes: int) -> bytes:
        cached = cache.get(url)
        headers = {"Accept": "application/json"} | ({"If-None-Match": cached.etag} if cached and cached.etag.isascii() else {})
        try:
            answer = exchange(
                method="GET",
                url=url,
                timeout=self.timeout,
                headers=headers,
                max_bytes=max_bytes,
                allow_private=self.allow_private,
            )
        except CallError as error:
            raise ListUnavailableError(error.reason) from None
        if answer.status == 304 and cached:
            return cached.content
        if answer.problem:
            raise ListUnavailableError(answer.problem, answer.status)
        if answer.status != 200:
            raise ListUnavailableError(_reason(answer.status), answer.status)
        etag = answer.headers.get("ETag")
        if etag:
            cache[url] = CachedFile(etag, answer.body)
        else:
            cache.pop(url, None)
        return answer.body


def _reason(status: int) -> Reason:
    if status == 404:
        return Reason.NOT_FOUND
    if 300 <= status < 400:
        return Reason.REDIRECTED
    return Reason.SERVER_FAILED if status >= 500 else Reason.UNEXPECTED_ANSWER
