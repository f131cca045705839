"""`greenroom specs …`: the providers' own documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from harness.cli.session import DEFAULT_URL, AsJson, Session, Token, Url, group
from harness.cli.table import table
from harness.errors import GreenroomError, NotFound

if TYPE_CHECKING:
    from harness.specs.document import Document
    from harness.specs.sources import Published, Source

Json = dict[str, Any]
PULLED = ("provider", "file", "outcome", "told")
LISTED = ("provider", "file", "version", "operations", "hand-written", "inferred", "from")
CHANGES = ("grade", "operation", "field", "told", "rule")
DataDir = Annotated[
    Path, typer.Option(help="Folder that holds all state; the documents lie in its folder specs.")
]
Settings = Annotated[
    Path | None, typer.Option(help="Another settings file of addresses than the installed one.")
]
HERE = Path(".greenroom")


def add(app: typer.Typer) -> None:
    """Add the commands."""
    specs = group(app, "specs", "The providers' own documents: fetch them, list them, compare them.")
    specs.command("pull")(pull)
    specs.command("list")(listed)
    specs.command("diff")(diff)


def pull(
    providers: Annotated[list[str] | None, typer.Argument(help="Only these providers.")] = None,
    origin: Annotated[
        str | None,
        typer.Option(
            "--from", help="Folder or address that has the files, in place of the published addresses."
        ),
    ] = None,
    data_dir: DataDir = HERE,
    settings: Settings = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Fetch the documents from where the providers publish them; this needs no running server.

    They are verified, kept below the data directory, and never committed. Exit code 1 when one could not be fetched.
    """
    from harness.specs.pulling import Puller

    puller = Puller(data_dir / "specs", origin)
    rows = [
        {name: getattr(each, name) for name in PULLED}
        for each in puller.pull(_sources(_known(settings, providers)))
    ]
    _show({"pulled": rows}, table(rows, PULLED, empty="nothing is known to fetch"), as_json=as_json)
    if any(row["outcome"] == "failed" for row in rows):
        raise typer.Exit(1)


def listed(
    providers: Annotated[list[str] | None, typer.Argument(help="Only these providers.")] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--specs",
            envvar="GREENROOM_SPECS",
            help="Folder with documents; those that were pulled unless given.",
        ),
    ] = None,
    data_dir: DataDir = HERE,
    settings: Settings = None,
    *,
    as_json: AsJson = False,
) -> None:
    """List the documents, and how many of their operations are written by hand and how many inferred."""
    from harness import registry
    from harness.specs.document import Document
    from harness.specs.pulling import manifest
    from harness.specs.reading import Library
    from harness.specs.serving import Inferred

    at = folder or data_dir / "specs"
    library, kept, installed = Library(at, data_dir / "specs" / "read"), manifest(at), registry.providers()
    rows: list[Json] = []
    for source in _sources(_known(settings, providers)):
        tree = library.read(source)
        row: Json = {"provider": source.provider, "file": source.file, "from": source.url or "not published"}
        if tree is not None:
            document, provider = Document(source, tree), installed.get(source.provider)
            if provider is not None:
                provider.load()
            operations = document.operations.values()
            written = 0 if provider is None else sum(Inferred.written(provider, each) for each in operations)
            row |= {
                "version": _version(document),
                "operations": len(operations),
                "from": str(library.file(source)),
            }
            row |= {"hand-written": written, "inferred": len(operations) - written}
            row["sha256"] = kept[source.file].sha256 if source.file in kept else None
        rows.append(row)
    _show({"documents": rows}, table(rows, LISTED, empty="no document is known"), as_json=as_json)


def diff(
    old: Annotated[Path, typer.Argument(help="The document as it was.")],
    new: Annotated[Path, typer.Argument(help="The document as it is.")],
    used_by: Annotated[
        str | None,
        typer.Option(help="Only what this consumer uses: a world (its traffic), or a folder of pacts."),
    ] = None,
    pacts: Annotated[Path, typer.Option(help="Folder with the consumer's pacts, with --used-by.")] = Path(
        "contracts/pacts"
    ),
    fail_on: Annotated[
        str | None,
        typer.Option(help="Exit code 1 on changes of this grade or worse: breaking, notice or info."),
    ] = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say what changed between two documents, graded by what it does to a consumer, and which interactions it touches."""
    from dataclasses import asdict

    from harness.specs.changes import GRADES, between
    from harness.specs.usage import Usage

    if fail_on is not None and fail_on not in GRADES:
        raise typer.BadParameter(f"{fail_on} is no grade: use {', '.join(GRADES)}")
    before, usage = _document(old), None
    if used_by is not None:
        usage = Usage(before)
        folder = Path(used_by) if Path(used_by).is_dir() else pacts
        usage.pacts(sorted(folder.glob("*.json")) if folder.is_dir() else (), before.source.provider)
        if not Path(used_by).is_dir():
            session = Session(url, token, used_by, as_json=as_json)
            usage.traffic(
                session.get("~/requests", provider=before.source.provider or None, limit=1000)["requests"]
            )
    changes = between(before, _document(new), None if usage is None else usage.operations)
    rows = [asdict(each) for each in changes]
    if usage is not None:
        rows = [{**asdict(change), "touches": touched} for change, touched in usage.touched(changes)]
    columns = CHANGES if used_by is None else (*CHANGES, "touches")
    empty = "nothing changed" if used_by is None else "nothing changed that is used"
    _show({"changes": rows}, table(rows, columns, empty=empty), as_json=as_json)
    bad = () if fail_on is None else GRADES[: GRADES.index(fail_on) + 1]
    if any(row["grade"] in bad for row in rows):
        raise typer.Exit(1)


def _document(file: Path) -> Document:
    """Read a document from any file; what is known of a document of that name is heeded."""
    from harness.specs.document import Document
    from harness.specs.reading import parsed
    from harness.specs.sources import Source, published

    known = {source.file: source for source in _sources(published())}
    source = known.get(file.name.removesuffix(".gz")) or Source(provider="", file=file.name)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise GreenroomError(f"{file} cannot be read: {error.strerror}") from error
    return Document(source, parsed(content, source))


def _known(settings: Path | None, wanted: list[str] | None) -> dict[str, Published]:
    from harness.specs.sources import published

    known = published(settings)
    strange = [name for name in wanted or () if name not in known]
    if strange:
        raise NotFound(f"no document is known of {', '.join(strange)}; known are: {', '.join(known)}")
    return {name: each for name, each in known.items() if not wanted or name in wanted}


def _sources(known: dict[str, Published]) -> list[Source]:
    return [source for each in known.values() for source in each.sources]


def _version(document: Document) -> str:
    return str(document.tree.get("info", {}).get("version", ""))


def _show(answer: Json, text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False) if as_json else text)
