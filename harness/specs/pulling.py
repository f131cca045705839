"""`greenroom specs pull`: fetches documents, verifies them, and keeps them in a folder that is never committed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import orjson

from harness.specs.reading import Library, Unreadable, count, digest, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import httpx

    from harness.specs.sources import Source

MANIFEST = "manifest.json"
LARGEST = 64 << 20
"""Bytes of a document that are read at most."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of a document in the folder."""

    url: str
    sha256: str
    version: str
    operations: int
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of one document: `told` says it for people."""

    provider: str
    file: str
    outcome: Literal["new", "changed", "unchanged", "not published", "failed"]
    told: str


class Puller:
    """Fetches documents into a folder; `origin` (a folder or an address) stands in place of the published addresses."""

    def __init__(self, folder: Path, origin: str | None = None) -> None:
        """Read what is known of the folder."""
        self.folder = folder
        self.origin = origin
        self.manifest = manifest(folder)

    def pull(self, sources: Iterable[Source]) -> Iterator[Pulled]:
        """Fetch each document; one that fails leaves what is there alone."""
        import httpx

        with httpx.Client(timeout=60, follow_redirects=True) as client:
            for source in sources:
                try:
                    yield self._one(client, source)
                except (Unreadable, OSError, httpx.HTTPError) as error:
                    yield Pulled(source.provider, source.file, "failed", str(error) or repr(error))

    def _one(self, client: httpx.Client, source: Source) -> Pulled:
        address = self._address(source)
        if address is None:
            told = f"{source.provider} publishes no address: put {source.file} into {self.folder} yourself"
            return Pulled(source.provider, source.file, "not published", told)
        known = self.manifest.get(source.file)
        present = Library(self.folder).file(source) is not None
        content, etag = self._fetched(client, address, source, known if present else None)
        if content is None:
            return Pulled(source.provider, source.file, "unchanged", "as the provider has it")
        document = parsed(content, source)
        made = Kept(address, digest(content), _version(document), count(document), etag)
        self._keep(source, content, made)
        told = f"version {made.version}, {made.operations} operations"
        if known is None or not present:
            return Pulled(source.provider, source.file, "new", told)
        return Pulled(
            source.provider, source.file, "unchanged" if known.sha256 == made.sha256 else "changed", told
        )

    def _address(self, source: Source) -> str | None:
        if self.origin is None:
            return source.url
        return f"{self.origin.rstrip('/')}/{source.file}"

    def _fetched(
        self, client: httpx.Client, address: str, source: Source, known: Kept | None
    ) -> tuple[bytes | None, str | None]:
        """Return the content and its ETag; no content means that it is the one that is here already."""
        if not address.startswith(("http://", "https://")):
            file = Library(Path(address).parent).file(source)
            if file is None:
                raise Unreadable(f"{address} is not there")
            return file.read_bytes(), None
        headers = {"If-None-Match": known.etag} if known and known.etag and known.url == address else {}
        answer = client.get(address, headers=headers)
        if answer.status_code == 304:
            return None, None
        if answer.is_error:
            raise Unreadable(f"{address} answered {answer.status_code}")
        if len(answer.content) > LARGEST:
            raise Unreadable(f"{address} has {len(answer.content)} bytes; at most {LARGEST} are read")
        return answer.content, answer.headers.get("etag")

    def _keep(self, source: Source, content: bytes, made: Kept) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / ".gitignore").write_text("*\n", "utf-8")  # the documents are the providers', not ours
        packed = content.startswith(b"\x1f\x8b")
        for name, right in ((source.file, not packed), (f"{source.file}.gz", packed)):
            if right:
                (self.folder / f"{name}.new").write_bytes(content)
                (self.folder / f"{name}.new").replace(self.folder / name)
            else:
                (self.folder / name).unlink(missing_ok=True)
        self.manifest[source.file] = made
        told = {name: asdict(each) for name, each in sorted(self.manifest.items())}
        (self.folder / MANIFEST).write_bytes(
            orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        )


def manifest(folder: Path) -> dict[str, Kept]:
    """Return what is known of the documents that were pulled into a folder, by file."""
    try:
        told = orjson.loads((folder / MANIFEST).read_bytes())
        return {name: Kept(**each) for name, each in told.items()}
    except (OSError, orjson.JSONDecodeError, TypeError, AttributeError):
        return {}


def _version(document: dict[str, object]) -> str:
    info = document.get("info")
    return str(info.get("version", "")) if isinstance(info, dict) else ""
