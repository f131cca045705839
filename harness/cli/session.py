"""What every command shares: where the server is, which world is meant, and how the answer is shown."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints
from urllib.parse import quote

import typer

from harness.errors import GreenroomError

if TYPE_CHECKING:
    import httpx

Json = Any
DEFAULT_URL = "http://127.0.0.1:4400"
LONGEST_SECONDS = 3600.0
Url = Annotated[
    str,
    typer.Option("--url", envvar="GREENROOM_URL", help="Address of the server: the one that `up` prints."),
]
Token = Annotated[str | None, typer.Option("--token", envvar="GREENROOM_TOKEN", help="Token of the server.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")]
WorldOption = Annotated[
    str, typer.Option("--world", "-w", envvar="GREENROOM_WORLD", help="Id or name of the world.")
]
OfProvider = Annotated[str | None, typer.Option("--provider", "-p", help="Only of this provider.")]


class Session:
    """One command's way to the control API of a server."""

    def __init__(self, url: str, token: str | None, world: str | None, *, as_json: bool) -> None:
        """`world` is what paths beginning with `~` mean."""
        self.url = url.rstrip("/").removesuffix("/_greenroom")
        self.token = token
        self.world = world
        self.as_json = as_json

    def get(self, path: str, **query: str | int | None) -> Json:
        """Return what a path shows; a query value of None is left out."""
        return self.call("GET", path, query=query).json()

    def post(self, path: str, body: Mapping[str, Json] | None = None) -> Json:
        """Post a body without its values of None, and return the answer."""
        return self.call(
            "POST", path, {key: value for key, value in (body or {}).items() if value is not None}
        ).json()

    def put(self, path: str, body: Mapping[str, Json]) -> Json:
        """Put a body without its values of None, and return the answer."""
        return self.call("PUT", path, {key: value for key, value in body.items() if value is not None}).json()

    def delete(self, path: str) -> None:
        """Delete what is at a path."""
        self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        body: Json = None,
        *,
        query: Mapping[str, str | int | None] | None = None,
    ) -> httpx.Response:
        """Call the control API; raise GreenroomError with what it said, or with why it did not answer."""
        import httpx  # not for `up`, whose start is measured

        if path.startswith("~"):
            path = f"/worlds/{segment(self.world or '')}{path[1:]}"
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        given = {name: value for name, value in (query or {}).items() if value is not None}
        patience = httpx.Timeout(LONGEST_SECONDS, connect=10)
        try:
            with httpx.Client(timeout=patience, trust_env=False, headers=headers) as client:
                answer = client.request(method, f"{self.url}/_greenroom{path}", json=body, params=given)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise GreenroomError(
                f"no Greenroom answers at {self.url}: start it with `greenroom up`, or say where it is with --url"
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise GreenroomError(f"{method} {self.url}/_greenroom{path} failed: {error}") from error
        except ValueError as error:
            raise GreenroomError(f"what was given cannot be sent as JSON: {error}") from error
        if answer.is_error:
            raise GreenroomError(_told(answer))
        return answer

    def lines(self, path: str) -> Iterator[bytes]:
        """Go through the lines that a path streams; raise GreenroomError where they break off."""
        import httpx

        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            with (
                httpx.Client(timeout=LONGEST_SECONDS, trust_env=False, headers=headers) as client,
                client.stream("GET", f"{self.url}/_greenroom{path}") as answer,
            ):
                if answer.is_error:
                    answer.read()
                    raise GreenroomError(_told(answer))
                left = b""
                for chunk in answer.iter_bytes():
                    *whole, left = (left + chunk).split(b"\n")
                    yield from whole
        except httpx.HTTPError as error:
            raise GreenroomError(f"GET {self.url}/_greenroom{path} broke off: {error}") from error

    def show(self, answer: Json, text: str) -> None:
        """Print an answer: as JSON where that was asked for, else the text made of it."""
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False) if self.as_json else text.rstrip("\n"))


def segment(value: str) -> str:
    """Write an id or a name as one segment of a path."""
    return quote(value, safe="")


def _told(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
        told = f"{problem['detail']} ({problem['status']} {problem['title']})"
    except (ValueError, KeyError, TypeError):
        return f"{answer.request.url} answered {answer.status_code}, and not as a Greenroom does"
    return f"{told}; give --token or set GREENROOM_TOKEN" if answer.status_code == 401 else told


def command(
    group: typer.Typer, name: str, *, world: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function of (session, its own options) as a command that also takes --url, --token, --world, --json."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(function).parameters.values())[1:]
        shared: dict[str, tuple[Any, Any]] = {"shared_url": (Url, DEFAULT_URL), "shared_token": (Token, None)}
        if world:
            shared["shared_world"] = (WorldOption, "default")
        shared["shared_json"] = (AsJson, False)
        hints = get_type_hints(function, include_extras=True)
        parameters = [each.replace(annotation=hints[each.name], kind=each.KEYWORD_ONLY) for each in own]
        parameters += [
            inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)
            for key, (hint, default) in shared.items()
        ]

        @wraps(function)
        def run(**given: Any) -> None:
            url, token, chosen, as_json = (
                given.pop(f"shared_{key}", None) for key in ("url", "token", "world", "json")
            )
            function(Session(url, token, chosen, as_json=as_json), **given)

        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in parameters}
        del run.__wrapped__
        group.command(name)(run)
        return function

    return register


def group(parent: typer.Typer, name: str, help: str = "") -> typer.Typer:
    """Return the group of commands of a name below another, made at its first use."""
    for known in parent.registered_groups:
        if known.name == name and known.typer_instance is not None:
            return known.typer_instance
    made = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help=help)
    parent.add_typer(made, name=name)
    return made
