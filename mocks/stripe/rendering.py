"""Showing objects: expansion, the shape of the requested API version, and the list envelope.

A stored document is the canonical object with ids where an object can be expanded, plus at most one private field,
`_`, the last one, with what Stripe knows and never shows. Each kind of object is declared once, as a `Resource`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from mocks.stripe import versions
from mocks.stripe.errors import exclusive, invalid, no_such, not_found

if TYPE_CHECKING:
    from harness.collection import Collection
    from harness.transaction import Transaction
    from harness.unit import Asked
    from mocks.stripe.parameters import ListParams

Json = dict[str, Any]
Tree = dict[str, "Tree"]

PRIVATE = b'"_":'
"""How the private field looks in a document that is kept (a consumer's own `_` looks so too)."""

PRIVATE_LAST = b"}}"
"""How a document that is kept ends if it has a private field, which is the last and itself an object."""

DEPTH = 4
"""How many levels of a property can be expanded (Stripe docs: expanding responses)."""


def _stored(tx: Transaction, document: Json) -> Json:
    shown = document.copy()
    shown.pop("_", None)
    return shown


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind of object: where it is kept and what of it can be expanded.

    `expands` maps a dotted path of an id (through `data` of embedded lists, and through arrays) to the object's name,
    or several names where it can be one of several kinds. `includes` are fields that are absent unless they are
    expanded, computed when asked for: plain values, or lists of stored documents. `view` returns a fresh top-level dict
    of the canonical object to show: the place for embedded lists. Events keep it, so it is the same in every world of a
    seed; `link` then turns its addresses of hosted pages into ones that the consumer at hand can open. `deleted` keeps
    what is left of deleted objects.
    """

    object: str
    collection: Collection
    expands: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    includes: Mapping[str, Callable[[Transaction, Json], Any]] = field(default_factory=dict)
    view: Callable[[Transaction, Json], Json] = _stored
    link: Callable[[Transaction, Json], None] | None = None
    deleted: Collection | None = None


RESOURCES: dict[str, Resource] = {}


def register(resource: Resource) -> Resource:
    """Make a kind of object known to `render` and to expansion."""
    RESOURCES[resource.object] = resource
    return resource


def render(tx: Transaction, document: Json, expand: tuple[str, ...] = ()) -> Json:
    """Return what the API answers for a document: expanded, in the shape of the request's version."""
    return _render(tx, document, _tree(expand) if expand else {}, "", versions.of(tx))


def snapshot(tx: Transaction, document: Json) -> Json:
    """Return the canonical object as events hold it: nothing expanded, nothing that is only there when included."""
    resource = RESOURCES.get(document["object"])
    return _stored(tx, document) if resource is None else resource.view(tx, document)


def requested(tx: Transaction, object: str, id: str, *, param: str = "id", deleted: bool = False) -> Json:
    """Return the document that the path names; raise the 404 when there is none.

    `deleted` also finds what is left of a deleted object.
    """
    resource = RESOURCES[object]
    found = tx.get(resource.collection, id)
    if found is None and deleted and resource.deleted is not None:
        found = tx.get(resource.deleted, id)
    if found is None:
        raise not_found(object, id, param=param)
    return found


def listing(
    tx: Transaction,
    collection: Collection,
    params: ListParams,
    *,
    url: str,
    where: Json | None = None,
) -> Json:
    """Answer a list: a page of `collection`, newest first, filtered by indexes and by `created` if the list has it.

    `url` is the list's own path. Raises Refusal for an unknown cursor, for both cursors at once, and for an unknown
    expansion.
    """
    since, until = _bounds(params)
    if params.starting_after is not None and params.ending_before is not None:
        raise exclusive("starting_after", "ending_before")
    asked: Asked = {
        "where": where,
        "limit": params.limit,
        "after": params.starting_after,
        "before": params.ending_before,
        "since": since,
        "until": until,
    }
    try:
        absent = None if params.expand else _absent(tx, collection)
        if absent is not None:
            page = tx.page_as_kept(collection, **asked)
            data = _as_kept(page.items, absent)
            if data is not None:
                return {"object": "list", "data": data, "has_more": page.has_more, "url": url}
        page = tx.page(collection, **asked)
    except KeyError as error:
        param = "starting_after" if params.starting_after is not None else "ending_before"
        name = collection.kind.rsplit(".", 1)[-1]
        raise no_such(name, str(error.args[0]), param=param) from error
    return envelope(tx, page.items, params.expand, url=url, has_more=page.has_more)


def envelope(
    tx: Transaction, documents: list[Json], expand: tuple[str, ...], *, url: str, has_more: bool = False
) -> Json:
    """Return a list envelope of rendered documents; expansions begin with `data.`."""
    tree = _data_tree(expand) if expand else {}
    version = versions.of(tx)
    data = [_render(tx, each, tree, "data.", version) for each in documents]
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def _bounds(params: ListParams) -> tuple[int | None, int | None]:
    created = getattr(params, "created", None)
    if created is None:
        return None, None
    lows = [
        each for each in (created.gte, None if created.gt is None else created.gt + 1) if each is not None
    ]
    highs = [
        each for each in (created.lte, None if created.lt is None else created.lt - 1) if each is not None
    ]
    since = max(lows) * 1_000_000 if lows else None
    until = min(highs) * 1_000_000 + 999_999 if highs else None
    return since, until


def _tree(paths: tuple[str, ...]) -> Tree:
    tree: Tree = {}
    for path in paths:
        names = path.split(".")
        if len(names) - (names[0] == "data") > DEPTH:
            raise invalid(
                f"You cannot expand more than {DEPTH} levels of a property (property: {path}).",
                param="expand",
                rule="expand_too_deep",
            )
        node = tree
        for name in names:
            node = node.setdefault(name, {})
    return tree


def _data_tree(paths: tuple[str, ...]) -> Tree:
    tree = _tree(paths)
    for name in tree:
        if name != "data":
            raise _not_expandable(name, hint=f" You may want to try expanding 'data.{name}' instead.")
    return tree.get("data", {})


def _not_expandable(path: str, hint: str = "") -> Exception:
    return invalid(f"This property cannot be expanded ({path}).{hint}", param="expand", rule="cannot_expand")


def _render(tx: Transaction, document: Json, tree: Tree, path: str, version: str) -> Json:
    resource = RESOURCES.get(document["object"])
    if resource is None or document.get("deleted"):
        return _stored(tx, document)
    shown = resource.view(tx, document)
    if resource.link is not None:
        resource.link(tx, shown)
    if tree:
        plain: Tree = {}
        for name, below in tree.items():
            include = resource.includes.get(name)
            if include is None:
                plain[name] = below
            else:
                shown[name] = _included(tx, include(tx, document), below, f"{path}{name}", version)
        shown = _expand(tx, resource, shown, plain, "", path, version)
    return versions.show(shown, version)


def _absent(tx: Transaction, collection: Collection) -> tuple[bytes, ...] | None:
    """Return what an SDK, at its version, is not shown of documents that it is else shown just as they are kept.

    Its list need not read them then. It is not indented as Stripe's are: people, who see that, get it the slow way, as do
    SDKs where documents look otherwise than they are kept (None).
    """
    request = tx.request
    if request is None or not (request.header("user-agent") or "").startswith("Stripe/"):
        return None
    return _absent_at(collection.kind, versions.of(tx))


@cache
def _absent_at(kind: str, version: str) -> tuple[bytes, ...] | None:
    found = [each for each in RESOURCES.values() if each.collection.kind == kind]
    if len(found) != 1 or found[0].view is not _stored or found[0].link is not None:
        return None
    fields = versions.left_out(found[0].object, version)
    return None if fields is None else tuple(b',"%b":null' % field.encode() for field in fields)


def _as_kept(kept: list[bytes], absent: tuple[bytes, ...]) -> list[orjson.Fragment] | None:
    """Return documents as they are kept but for fields that are null, None where one of them has to be read."""
    for text in absent:
        size, whole = len(text), kept
        kept = [each.replace(text, b"") for each in whole]
        if [len(each) - size for each in whole] != list(map(len, kept)):
            return None
    # To look for a private field takes time: most documents do not end as one that has it.
    if [each for each in kept if each.endswith(PRIVATE_LAST) and PRIVATE in each]:
        return None
    return list(map(orjson.Fragment, kept))


def _included(tx: Transaction, value: Any, below: Tree, whole: str, version: str) -> Any:
    """Show what an include computed: the documents of a list are rendered, and may be expanded further."""
    if not (isinstance(value, dict) and value.get("object") == "list"):
        if below:
            raise _not_expandable(f"{whole}.{next(iter(below))}")
        return value
    for name in below:
        if name != "data":
            raise _not_expandable(f"{whole}.{name}")
    tree = below.get("data", {})
    data = [_render(tx, each, tree, f"{whole}.data.", version) for each in value["data"]]
    return value | {"data": data}


def _expand(
    tx: Transaction, resource: Resource, node: Json, tree: Tree, inside: str, path: str, version: str
) -> Json:
    """Expand the children of one dict; `inside` is its dotted path within the resource, `path` within the answer."""
    node = dict(node)
    for name, below in tree.items():
        at, whole = f"{inside}{name}", f"{path}{name}"
        target = resource.expands.get(at)
        leads_on = target is not None or _leads_on(resource, at)
        if inside and leads_on and name not in node:
            _lacking(resource, below, f"{at}.", f"{whole}.")
            continue
        if name not in node or not (leads_on or _embedded(node[name])):
            raise _not_expandable(whole)
        node[name] = _expanded(tx, resource, node[name], target, below, at, whole, version)
    return node


def _expanded(
    tx: Transaction,
    resource: Resource,
    value: Any,
    target: str | tuple[str, ...] | None,
    below: Tree,
    at: str,
    whole: str,
    version: str,
) -> Any:
    if value is None:
        return None
    if isinstance(value, list):
        return [_expanded(tx, resource, each, target, below, at, whole, version) for each in value]
    if isinstance(value, str):
        found = fetch(tx, target or (), value)
        return value if found is None else _render(tx, found, below, f"{whole}.", version)
    if isinstance(value, dict):
        if value.get("object") in RESOURCES:
            stored = tx.get(RESOURCES[value["object"]].collection, value["id"])
            return _render(tx, stored or value, below, f"{whole}.", version)
        if below:
            return _expand(tx, resource, value, below, f"{at}.", f"{whole}.", version)
        return value
    raise _not_expandable(whole)


def _lacking(resource: Resource, tree: Tree, inside: str, path: str) -> None:
    """Check what is to be expanded of a part that an object lacks, as a card's charge has no `payment_method_details.ideal`."""
    for name, below in tree.items():
        at = f"{inside}{name}"
        if at in resource.expands:
            continue
        if not _leads_on(resource, at):
            raise _not_expandable(f"{path}{name}")
        _lacking(resource, below, f"{at}.", f"{path}{name}.")


def _leads_on(resource: Resource, at: str) -> bool:
    prefix = f"{at}."
    return any(path.startswith(prefix) for path in resource.expands)


def _embedded(value: Any) -> bool:
    return isinstance(value, dict) and (value.get("object") in RESOURCES or value.get("object") == "list")


def fetch(tx: Transaction, objects: str | tuple[str, ...], id: str) -> Json | None:
    """Return the document behind an id that is one of the named objects, a deleted one included."""
    for object in (objects,) if isinstance(objects, str) else objects:
        resource = RESOURCES.get(object)
        if resource is None:
            continue
        found = tx.get(resource.collection, id)
        if found is None and resource.deleted is not None:
            found = tx.get(resource.deleted, id)
        if found is not None:
            return found
    return None
