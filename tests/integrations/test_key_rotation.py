"""Secrets are replaced at Vercel: planned, all or none, written down, and taken back."""

from pathlib import Path

import pytest
from sqlalchemy import select

from integrations import rotate
from integrations.deployment.rotation import LONGEST, SECRETS, Action, fingerprint
from integrations.errors import (
    ConflictError,
    NotConfiguredError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from integrations.models import KeyRotation, KeyRotationStep, RotationStatus, StepStatus
from integrations.settings import load_settings
from tests.integrations.layer import Layer
from tests.integrations.stubs import ENVIRONMENT
from tests.integrations.vercel_stub import vercel_error

BOTH = ("production", "preview")
NEW = {"RESEND_API_KEY": "re_new", "STRIPE_SECRET_KEY": "sk_test_new"}


@pytest.fixture
def held(layer: Layer) -> dict[str, str]:
    """What the project has: a readable secret for both environments, and a hidden one for each."""
    hold = layer.vercel.hold
    return {
        "resend": hold("RESEND_API_KEY", "re_old", *BOTH),
        "production": hold("STRIPE_SECRET_KEY", "sk_test_old", "production", kind="sensitive"),
        "preview": hold("STRIPE_SECRET_KEY", "sk_test_old", "preview", kind="sensitive"),
        "other": hold("NODE_ENV", "production", "production"),
    }


def run(layer: Layer, values: dict[str, str], **more: object) -> KeyRotation:
    known = {"STRIPE_SECRET_KEY": "sk_test_old"}
    return layer.services.key_rotations.run(values, BOTH, actor="ada", reason="quarterly", known=known)


def test_a_plan_says_what_would_be_done_and_does_nothing(layer: Layer, held: dict[str, str]) -> None:
    plan = layer.services.key_rotations.plan(NEW | {"MUX_TOKEN_SECRET": "new"}, BOTH)
    assert [(each.name, each.action, each.targets, each.reversible) for each in plan] == [
        ("STRIPE_SECRET_KEY", Action.UPDATE, ["production"], False),
        ("STRIPE_SECRET_KEY", Action.UPDATE, ["preview"], False),
        ("RESEND_API_KEY", Action.UPDATE, ["preview", "production"], True),
        ("MUX_TOKEN_SECRET", Action.CREATE, ["preview", "production"], True),
    ]
    assert plan[2].before == fingerprint("re_old")
    assert {call.method for call in layer.vercel.calls} == {"GET"}
    assert layer.services.key_rotations.history() == []
    same = layer.services.key_rotations.plan({"RESEND_API_KEY": "re_old"}, BOTH)
    assert [each.action for each in same] == [Action.KEEP]


def test_a_rotation_changes_everything_and_is_written_down(layer: Layer, held: dict[str, str]) -> None:
    done = run(layer, NEW | {"MUX_TOKEN_SECRET": "new"})
    assert layer.vercel.values("production") == {**NEW, "MUX_TOKEN_SECRET": "new", "NODE_ENV": "production"}
    assert layer.vercel.values("preview") == {**NEW, "MUX_TOKEN_SECRET": "new"}
    assert (done.status, done.actor, done.reason) == (RotationStatus.DONE, "ada", "quarterly")
    steps = layer.services.key_rotations.steps(done.id)
    assert [(each.name, each.created, each.status) for each in steps] == [
        ("STRIPE_SECRET_KEY", False, StepStatus.APPLIED),
        ("STRIPE_SECRET_KEY", False, StepStatus.APPLIED),
        ("RESEND_API_KEY", False, StepStatus.APPLIED),
        ("MUX_TOKEN_SECRET", True, StepStatus.APPLIED),
    ]


def test_no_value_is_kept_in_the_clear(layer: Layer, held: dict[str, str]) -> None:
    run(layer, NEW)
    with layer.services.database.transaction() as session:
        rows = session.scalars(select(KeyRotationStep)).all()
        kept = "".join(str(vars(row)) for row in rows)
    assert not any(value in kept for value in ("re_old", "re_new", "sk_test_old", "sk_test_new"))


def test_what_was_done_is_taken_back_when_one_is_refused(layer: Layer, held: dict[str, str]) -> None:
    before = layer.vercel.values("production")
    layer.vercel.refused.add("MUX_TOKEN_SECRET")
    with pytest.raises(ProviderRefusedError):
        run(layer, NEW | {"MUX_TOKEN_SECRET": "new"})
    assert layer.vercel.values("production") == before
    [record] = layer.services.key_rotations.history()
    assert record.status is RotationStatus.ROLLED_BACK
    assert "forbidden" in (record.error or "")
    steps = layer.services.key_rotations.steps(record.id)
    assert [each.status for each in steps] == [*[StepStatus.TAKEN_BACK] * 3, StepStatus.REFUSED]


@pytest.mark.parametrize("lost", ["RESEND_API_KEY", "STRIPE_SECRET_KEY", "MUX_TOKEN_SECRET"])
def test_what_was_done_without_an_answer_is_taken_back_too(
    layer: Layer, held: dict[str, str], lost: str
) -> None:
    before = {target: layer.vercel.values(target) for target in BOTH}
    layer.vercel.lost[lost] = layer.settings.provider_attempts
    with pytest.raises(ProviderUnavailableError):
        run(layer, NEW | {"MUX_TOKEN_SECRET": "new"})
    assert {target: layer.vercel.values(target) for target in BOTH} == before
    [record] = layer.services.key_rotations.history()
    assert record.status is RotationStatus.ROLLED_BACK
    assert StepStatus.UNCERTAIN not in {each.status for each in layer.services.key_rotations.steps(record.id)}


class Crash(BaseException):
    """The process is killed: nothing of ours runs any more."""


@pytest.fixture
def crashed(layer: Layer, held: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """A rotation whose process died when its second variable was written; its id."""
    rotations = layer.services.key_rotations
    with monkeypatch.context() as patch:
        written = layer.services.vercel.update

        def dying(variable_id: str, value: str) -> None:
            written(variable_id, value)
            if variable_id == held["preview"]:
                raise Crash

        patch.setattr(layer.services.vercel, "update", dying)
        patch.setattr(rotations, "_take_back", lambda *_: None)
        with pytest.raises(Crash):
            run(layer, NEW)
    return rotations.history()[0].id


def test_a_rotation_whose_process_died_is_taken_back(layer: Layer, crashed: str) -> None:
    rotations = layer.services.key_rotations
    with pytest.raises(ConflictError, match=crashed):
        rotations.roll_back(crashed)
    with pytest.raises(ConflictError, match=crashed):
        run(layer, NEW)
    layer.clock.elapsed += LONGEST.total_seconds() + 1
    assert rotations.roll_back(crashed).status is RotationStatus.ROLLED_BACK
    assert layer.vercel.values("production")["STRIPE_SECRET_KEY"] == "sk_test_old"
    assert layer.vercel.values("preview")["STRIPE_SECRET_KEY"] == "sk_test_old"
    assert run(layer, NEW).status is RotationStatus.DONE


def test_what_somebody_else_has_changed_since_stays(layer: Layer, held: dict[str, str]) -> None:
    done = run(layer, {"RESEND_API_KEY": "re_new"})
    layer.vercel.variables[held["resend"]]["value"] = "re_by_hand"
    assert layer.services.key_rotations.roll_back(done.id).status is RotationStatus.FAILED
    assert layer.vercel.values("production")["RESEND_API_KEY"] == "re_by_hand"


def test_a_failed_taking_back_is_tried_again(layer: Layer, held: dict[str, str]) -> None:
    done = run(layer, NEW)
    layer.vercel.failures.extend([vercel_error(500, "internal")] * layer.settings.provider_attempts)
    assert layer.services.key_rotations.roll_back(done.id).status is RotationStatus.FAILED
    layer.clock.elapsed += 60
    assert layer.services.key_rotations.roll_back(done.id).status is RotationStatus.ROLLED_BACK
    assert layer.vercel.values("production")["RESEND_API_KEY"] == "re_old"


def test_a_rotation_is_taken_back_later(layer: Layer, held: dict[str, str]) -> None:
    before = layer.vercel.values("production")
    done = run(layer, NEW | {"MUX_TOKEN_SECRET": "new"})
    assert layer.services.key_rotations.roll_back(done.id).status is RotationStatus.ROLLED_BACK
    assert layer.vercel.values("production") == before
    with pytest.raises(ConflictError, match="rolled_back"):
        layer.services.key_rotations.roll_back(done.id)


def test_one_that_was_overtaken_is_not_taken_back(layer: Layer, held: dict[str, str]) -> None:
    first = run(layer, {"RESEND_API_KEY": "re_new"})
    layer.clock.elapsed += 60
    run(layer, {"RESEND_API_KEY": "re_newer"})
    with pytest.raises(ConflictError, match="RESEND_API_KEY"):
        layer.services.key_rotations.roll_back(first.id)


def test_a_hidden_value_that_nobody_knows_stays(layer: Layer, held: dict[str, str]) -> None:
    rotations = layer.services.key_rotations
    done = rotations.run({"STRIPE_SECRET_KEY": "sk_test_new"}, BOTH, actor="ada", reason="x")
    assert rotations.roll_back(done.id).status is RotationStatus.FAILED
    assert {each.status for each in rotations.steps(done.id)} == {StepStatus.STUCK}
    assert layer.vercel.values("production")["STRIPE_SECRET_KEY"] == "sk_test_new"


def test_a_variable_that_serves_more_than_was_asked_for_is_refused(
    layer: Layer, held: dict[str, str]
) -> None:
    with pytest.raises(ConflictError, match="preview"):
        layer.services.key_rotations.plan({"RESEND_API_KEY": "re_new"}, ("production",))


@pytest.mark.parametrize("values", [{}, {"NODE_ENV": "x"}, {"RESEND_API_KEY": ""}])
def test_what_is_no_rotation_is_refused(layer: Layer, values: dict[str, str]) -> None:
    with pytest.raises(ConflictError):
        layer.services.key_rotations.plan(values, BOTH)
    assert layer.vercel.calls == []


def test_without_a_key_nothing_is_replaced(layer: Layer, held: dict[str, str]) -> None:
    object.__setattr__(layer.settings, "rotation_key", None)
    with pytest.raises(NotConfiguredError, match="ROTATION_KEY"):
        run(layer, NEW)
    assert {call.method for call in layer.vercel.calls} == {"GET"}


def test_the_secrets_are_those_of_providers_that_the_layer_reads() -> None:
    fields = type(load_settings(ENVIRONMENT)).model_fields.values()
    assert set(SECRETS) <= {str(field.validation_alias) for field in fields}
    secret = {str(each.validation_alias) for each in fields if "SecretStr" in str(each.annotation)}
    own = {"DATABASE_URL", "INTEGRATIONS_API_TOKEN", "ROTATION_KEY", "RESPONDENT_PSEUDONYM_KEY"}
    public = {"CLERK_JWT_KEY"}
    assert secret - own - public <= set(SECRETS)


def test_the_command_plans_runs_lists_and_takes_back(
    layer: Layer, held: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = {
        str(field.validation_alias): str(
            value.get_secret_value() if hasattr(value, "get_secret_value") else value
        )
        for name, field in type(layer.settings).model_fields.items()
        if isinstance(field.validation_alias, str)
        and (value := getattr(layer.settings, name)) is not None
        and not isinstance(value, tuple)
    } | {"VERCEL_API_URL": layer.settings.vercel_url}
    file = tmp_path / "new.env"
    file.write_text('# new\nRESEND_API_KEY="re_new"\n', "utf-8")

    def command(*arguments: str) -> tuple[int, str]:
        code = rotate.main(arguments, environment)
        return code, capsys.readouterr().out

    code, out = command("plan", "--from", str(file))
    assert (code, out.startswith("update  RESEND_API_KEY")) == (0, True)
    code, out = command("run", "--from", str(file), "--reason", "quarterly", "--actor", "ada")
    assert (code, "applied" in out, "re_new" in out) == (0, True, False)
    id = out.split(" ", 1)[0]
    code, out = command("history")
    assert (code, out.startswith(id)) == (0, True)
    code, out = command("back", id)
    assert (code, "taken_back" in out) == (0, True)
    assert layer.vercel.values("production")["RESEND_API_KEY"] == "re_old"
    assert command("back", "unknown")[0] == 1
