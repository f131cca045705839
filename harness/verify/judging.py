"""What is wrong with an answer to a request that was made up: each finding has a rule, by which it can be accepted.

- `server_error`: the answer is 5xx;
- `trace`: it is a refusal, and changed what the world holds;
- `accepted`: what the document forbids was taken. Schemathesis made it so, and our own reading of the document agrees;
- `answer`: the answer is not as the document describes it;
- `still_there`, `not_there`, `other`: a thing that was deleted answers, one that was created does not, or as another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import orjson

from harness.specs import forms, requests
from harness.specs.document import JSON
from harness.specs.trying import problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.specs.calls import Got, Sent
    from harness.specs.document import Described
    from harness.verify.probes import Probe

Json = dict[str, Any]
Rule = Literal["server_error", "trace", "accepted", "answer", "still_there", "not_there", "other"]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """What is wrong: by which rule, where, and the words."""

    rule: Rule
    where: str
    told: str


def judged(described: Described, probe: Probe, got: Got, *, changed: bool) -> Iterator[Finding]:
    """Yield what is wrong with an answer; `changed` says whether the world holds something else than before."""
    if "greenroom-unserved" in got.headers:
        return
    if got.status >= 500:
        yield Finding("server_error", str(got.status), got.body[:200].decode("utf-8", "replace"))
    elif got.status >= 400:
        if changed:
            yield Finding("trace", str(got.status), "the refusal changed what the world holds")
    elif probe.sent.method == described.method:
        broken = forbidden(described, probe.sent) if probe.negative and got.status < 300 else []
        for where in broken[:1]:
            yield Finding(
                "accepted", where, f"accepted with {got.status}, and the document forbids it: {probe.told}"
            )
        for wrong in () if broken else problems(described, got)[:2]:
            yield Finding("answer", wrong.partition(": ")[0], f"answered {got.status}: {wrong}")


def forbidden(described: Described, sent: Sent) -> list[str]:
    """Return what the document forbids in a request as it is on the wire: each place, and the kind of mistake."""
    data: Json = {"query": forms.read(sent.path.partition("?")[2]), "body": None}
    if sent.body and described.method != "GET":
        try:
            data["body"] = _body(described, sent)
        except ValueError:
            return ["body unreadable"]
    _, found = requests.read(described, data, {})
    return [_place(each) for each in found]


def _place(mistake: Json) -> str:
    """Name where a mistake is and of which kind; a null is one of its own, as many servers take it for nothing said."""
    where = ".".join("*" if isinstance(each, int) else each for each in mistake["loc"]) or "body"
    return f"{where} {mistake['type']}{' of null' if mistake.get('input') is None else ''}"


def _body(described: Described, sent: Sent) -> Any:
    kind = next((value for name, value in sent.headers.items() if name.lower() == "content-type"), "")
    if kind.startswith(requests.FORM):
        return forms.read(sent.body.decode("utf-8", "replace"))
    return orjson.loads(sent.body) if JSON in described.body else sent.body.decode("latin-1")
