"""The only door to Vercel, which has no Python SDK of its REST API: a typed client, guarded, of what is relied on."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from integrations.clock import Clock
from integrations.errors import ProviderError, ProviderUnavailableError, Refusal
from integrations.http_api import JsonApi
from integrations.resilience import ProviderGuard
from integrations.settings import Settings

PROVIDER = "vercel"
M = TypeVar("M", bound=BaseModel)


class Variable(BaseModel):
    """An environment variable of the project. `value` is what may be read of it: cipher text while not `decrypted`."""

    model_config = ConfigDict(extra="ignore")

    id: str
    key: str
    value: str = ""
    type: str
    target: list[str] = []
    git_branch: str | None = None
    decrypted: bool = False

    @property
    def readable(self) -> str | None:
        """The value, None where Vercel does not tell it."""
        return self.value if self.decrypted else None


class _Variables(BaseModel):
    model_config = ConfigDict(extra="ignore")

    envs: list[dict[str, Any]]


class _Created(BaseModel):
    model_config = ConfigDict(extra="ignore")

    created: dict[str, Any]


class VercelGateway:
    """Calls Vercel for one project. Every method raises `ProviderError`, or `NotConfiguredError` without settings."""

    def __init__(self, settings: Settings, guard: ProviderGuard, clock: Clock) -> None:
        self._settings = settings
        self._api = JsonApi(
            guard,
            clock,
            timeout=settings.provider_timeout_seconds,
            request_id="x-vercel-id",
            explain=_explain,
        )

    def variables(self) -> list[Variable]:
        """Return the project's variables, with the values that may be read."""
        found = self._call("list variables", "GET", "/v10/projects/{project}/env", params={"decrypt": "true"})
        return [_variable(each) for each in _read(_Variables, found, "list variables").envs]

    def variable(self, variable_id: str) -> Variable:
        """Return one variable, with its value where that may be read."""
        return _variable(self._call("read variable", "GET", f"/v1/projects/{{project}}/env/{variable_id}"))

    def create(self, key: str, value: str, targets: Sequence[str], *, sensitive: bool) -> Variable:
        """Add a variable for some environments."""
        body = {
            "key": key,
            "value": value,
            "type": "sensitive" if sensitive else "encrypted",
            "target": list(targets),
        }
        # A second attempt after a lost answer finds the variable there: the value is then written once more.
        found = self._call(
            "create variable", "POST", "/v10/projects/{project}/env", json=body, params={"upsert": "true"}
        )
        return _variable(_read(_Created, found, "create variable").created)

    def update(self, variable_id: str, value: str) -> None:
        """Give a variable another value."""
        self._call(
            "update variable", "PATCH", f"/v9/projects/{{project}}/env/{variable_id}", json={"value": value}
        )

    def remove(self, variable_id: str) -> None:
        """Delete a variable; one that is not there is left alone."""
        try:
            self._call("delete variable", "DELETE", f"/v9/projects/{{project}}/env/{variable_id}")
        except ProviderError as error:
            if error.status != 404:
                raise

    def close(self) -> None:
        """Close the connections."""
        self._api.close()

    def _call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: dict[str, str] | None = None,
    ) -> Any:
        token, project = self._settings.required(PROVIDER, "vercel_token", "vercel_project_id")
        team = self._settings.vercel_team_id
        return self._api.call(
            operation,
            method,
            self._settings.vercel_url + path.format(project=project),
            json=json,
            params={**(params or {}), **({"teamId": team} if team else {})},
            headers={"Authorization": f"Bearer {token}"},
        ).body


def _variable(found: Any) -> Variable:
    names = dict(found) if isinstance(found, dict) else {}
    target = names.get("target") or []
    names |= {
        "target": [target] if isinstance(target, str) else target,
        "git_branch": names.get("gitBranch"),
    }
    return _read(Variable, names, "read variable")


def _read(model: type[M], found: Any, operation: str) -> M:
    try:
        return model.model_validate(found)
    except ValidationError as error:
        message = "the answer is not what Vercel documents"
        raise ProviderUnavailableError(
            Refusal(provider=PROVIDER, operation=operation, message=message)
        ) from error


def _explain(body: Any) -> tuple[str | None, str]:
    error = body.get("error")
    if not isinstance(error, dict):
        return None, ""
    return error.get("code"), str(error.get("message", ""))
