"""Replacing the providers' secrets at Vercel: planned first, all or none, written down, and taken back on demand.

Every provider's secret is a variable of the Vercel project. A rotation gives some of them new values: it reads what is
there, says what it would do (`plan`), does it variable by variable and checks each, and takes back what it did when one
of them fails. What was there before is kept encrypted with `ROTATION_KEY`, so that a rotation can be taken back later.
"""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select

from integrations.clock import Clock
from integrations.database import Database
from integrations.deployment.vercel_gateway import Variable, VercelGateway
from integrations.errors import ConflictError, NotFoundError, ProviderError, ProviderRefusedError
from integrations.identifiers import new_id
from integrations.models import KeyRotation, KeyRotationStep, RotationStatus, StepStatus
from integrations.settings import Settings

_log = logging.getLogger(__name__)

#: The secrets of all providers, by the names under which the platform and this layer read them.
SECRETS = (
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    *("RESEND_API_KEY", "RESEND_WEBHOOK_SECRET"),
    *("CLERK_SECRET_KEY", "CLERK_WEBHOOK_SECRET"),
    *("ALGOLIA_ADMIN_API_KEY", "NEXT_PUBLIC_ALGOLIA_API_KEY"),
    *("MUX_TOKEN_ID", "MUX_TOKEN_SECRET", "MUX_WEBHOOK_SIGNING_SECRET", "MUX_SIGNING_KEY", "MUX_PRIVATE_KEY"),
    *("INSIGHTIQ_CLIENT_ID", "INSIGHTIQ_SECRET", "INSIGHTIQ_WEBHOOK_SECRET"),
    *("CINT_CLIENT_ID", "CINT_CLIENT_SECRET", "CINT_S2S_API_KEY", "CINT_WEBHOOK_SECRET"),
    "VERCEL_TOKEN",
)
#: A rotation that has not ended after so long has died with its process: it makes some twenty calls of seconds.
LONGEST = timedelta(minutes=10)
#: Values that are sent to browsers: hiding them from the project's members protects nothing.
_PUBLIC = "NEXT_PUBLIC_"


class Action(StrEnum):
    """What a plan does with one variable."""

    CREATE = "create"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a rotation does, or would do, with one variable; `reversible` says whether its value before is known."""

    name: str
    targets: list[str]
    action: Action
    variable_id: str | None
    before: str | None
    after: str
    reversible: bool


class KeyRotations:
    """Plans, runs and takes back rotations."""

    def __init__(self, database: Database, vercel: VercelGateway, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._vercel = vercel
        self._settings = settings
        self._clock = clock

    def plan(
        self, values: Mapping[str, str], targets: Sequence[str], known: Mapping[str, str] | None = None
    ) -> list[Change]:
        """Return what a rotation would do, without doing it. `known` are values of variables that Vercel hides.

        Raises `ConflictError` for names that are no secrets of ours, and for a variable that serves further
        environments than those asked for: its value would change there, too.
        """
        return [change for change, _ in self._planned(values, targets, known or {})]

    def run(
        self,
        values: Mapping[str, str],
        targets: Sequence[str],
        *,
        actor: str,
        reason: str,
        known: Mapping[str, str] | None = None,
    ) -> KeyRotation:
        """Replace secrets, all or none, and return the record. Raises what stopped it, after taking back what was done.

        Deployments that run keep the old values until they are made anew: let the old keys live that long.
        """
        planned = [
            (change, previous)
            for change, previous in self._planned(values, targets, known or {})
            if change.action is not Action.KEEP
        ]
        self._fernet()
        rotation = KeyRotation(
            actor=actor,
            reason=reason,
            targets=list(targets),
            status=RotationStatus.RUNNING,
            started_at=self._clock.now(),
        )
        rotation_id = self._begin(rotation)
        try:
            for position, (change, previous) in enumerate(planned):
                self._apply(rotation_id, position, change, previous, values[change.name])
        except BaseException as error:  # also an interruption: a half-done rotation would be worse
            self._take_back(rotation_id, str(error) or type(error).__name__)
            raise
        return self._end(rotation_id, RotationStatus.DONE, None)

    def roll_back(self, rotation_id: str) -> KeyRotation:
        """Take back a rotation: values that were there come back, variables that it made are deleted.

        Raises `NotFoundError`, and `ConflictError` for one that was taken back already, runs or has been overtaken by a
        later one of the same secrets. One that has not ended long after its start died with its process.
        """
        found = self.get(rotation_id)
        died = found.started_at + LONGEST < self._clock.now()
        if found.status is RotationStatus.ROLLED_BACK or (
            found.status is RotationStatus.RUNNING and not died
        ):
            raise ConflictError(f"Rotation {rotation_id} is {found.status.value}.")
        overtaken = self._overtaken(found)
        if overtaken:
            raise ConflictError(f"Later rotations changed {', '.join(overtaken)}: take those back first.")
        self._take_back(rotation_id, found.error)
        return self.get(rotation_id)

    def get(self, rotation_id: str) -> KeyRotation:
        """Return a rotation's record; raises `NotFoundError`."""
        with self._database.transaction() as session:
            found = session.get(KeyRotation, rotation_id)
            if found is None:
                raise NotFoundError("rotation", rotation_id)
            return found

    def history(self, limit: int = 50) -> list[KeyRotation]:
        """Return the records, the newest first."""
        with self._database.transaction() as session:
            rows = select(KeyRotation).order_by(KeyRotation.started_at.desc(), KeyRotation.id).limit(limit)
            return list(session.scalars(rows))

    def steps(self, rotation_id: str) -> list[KeyRotationStep]:
        """Return what a rotation changed, in order."""
        with self._database.transaction() as session:
            rows = select(KeyRotationStep).where(KeyRotationStep.rotation_id == rotation_id)
            return list(session.scalars(rows.order_by(KeyRotationStep.position)))

    # --- planning ------------------------------------------------------------------------------------------------

    def _planned(
        self, values: Mapping[str, str], targets: Sequence[str], known: Mapping[str, str]
    ) -> list[tuple[Change, str | None]]:
        strange = sorted(set(values) - set(SECRETS))
        if strange:
            raise ConflictError(
                f"{', '.join(strange)}: no secret of a provider; there are {', '.join(SECRETS)}."
            )
        if not values or not targets or not all(values.values()):
            raise ConflictError("A rotation needs environments, and a value for each secret.")
        held = self._vercel.variables()
        return [
            planned
            for name in SECRETS
            if name in values
            for planned in self._changes(name, values[name], set(targets), held, known.get(name))
        ]

    def _changes(
        self, name: str, value: str, targets: set[str], held: Sequence[Variable], known: str | None
    ) -> list[tuple[Change, str | None]]:
        found: list[tuple[Change, str | None]] = []
        missing = set(targets)
        for variable in held:
            reached = targets & set(variable.target)
            if variable.key != name or variable.git_branch is not None or not reached:
                continue
            beyond = sorted(set(variable.target) - targets)
            if beyond:
                raise ConflictError(f"{name} serves {', '.join(beyond)}, too: rotate it there as well.")
            missing -= reached
            previous = known if variable.readable is None else variable.readable
            change = Change(
                name=name,
                targets=sorted(variable.target),
                action=Action.KEEP if previous == value else Action.UPDATE,
                variable_id=variable.id,
                before=None if previous is None else fingerprint(previous),
                after=fingerprint(value),
                reversible=previous is not None,
            )
            found.append((change, previous))
        if missing:
            made = Change(
                name=name,
                targets=sorted(missing),
                action=Action.CREATE,
                variable_id=None,
                before=None,
                after=fingerprint(value),
                reversible=True,
            )
            found.append((made, None))
        return found

    # --- doing ---------------------------------------------------------------------------------------------------

    def _begin(self, rotation: KeyRotation) -> str:
        """Write a rotation down and return its id; raises `ConflictError` while another has not ended."""
        with self._database.transaction() as session:
            running = session.scalars(
                select(KeyRotation.id).where(KeyRotation.status == RotationStatus.RUNNING).with_for_update()
            ).first()
            if running is not None:
                raise ConflictError(
                    f"Rotation {running} has not ended. If its process died, take it back first, "
                    f"{LONGEST.total_seconds() // 60:.0f} minutes after it began."
                )
            session.add(rotation)
            session.flush()
            return rotation.id

    def _apply(
        self, rotation_id: str, position: int, change: Change, previous: str | None, value: str
    ) -> None:
        step = KeyRotationStep(
            id=new_id(),
            rotation_id=rotation_id,
            position=position,
            name=change.name,
            targets=change.targets,
            variable_id=change.variable_id or "",
            created=change.action is Action.CREATE,
            previous=None if previous is None else self._fernet().encrypt(previous.encode()).decode(),
            before=change.before,
            after=change.after,
            status=StepStatus.UNCERTAIN,
            at=self._clock.now(),
        )
        # Written down before it is done: a crash between the two leaves a trace of what may have been done.
        self._keep(step)
        try:
            if change.variable_id is None:
                sensitive = not change.name.startswith(_PUBLIC) and "development" not in change.targets
                made = self._vercel.create(change.name, value, change.targets, sensitive=sensitive)
                step.variable_id = made.id
            else:
                self._vercel.update(change.variable_id, value)
        except ProviderRefusedError:
            step.status = StepStatus.REFUSED
            self._keep(step)
            raise
        step.status = StepStatus.APPLIED
        self._keep(step)
        self._check(step)
        _log.info("%s was replaced for %s", change.name, ", ".join(change.targets))

    def _check(self, step: KeyRotationStep) -> None:
        """Read what was written, where Vercel shows it."""
        shown = self._vercel.variable(step.variable_id).readable
        if shown is not None and fingerprint(shown) != step.after:
            raise ConflictError(f"{step.name} was written and is something else now.")

    # --- taking back ---------------------------------------------------------------------------------------------

    def _take_back(self, rotation_id: str, error: str | None) -> None:
        doubtful = [
            step
            for step in reversed(self.steps(rotation_id))
            if step.status not in {StepStatus.REFUSED, StepStatus.TAKEN_BACK}
        ]
        try:
            held = self._vercel.variables() if doubtful else []
        except ProviderError as failure:
            _log.warning("nothing of %s can be taken back now: %s", rotation_id, failure)
            self._end(rotation_id, RotationStatus.FAILED, error)
            return
        for step in doubtful:
            step.status = self._undo(step, held)
            self._keep(step)
        stuck = any(step.status is StepStatus.STUCK for step in doubtful)
        self._end(rotation_id, RotationStatus.FAILED if stuck else RotationStatus.ROLLED_BACK, error)

    def _undo(self, step: KeyRotationStep, held: Sequence[Variable]) -> StepStatus:
        found = _variable_of(step, held)
        if found is None:
            # Nothing to delete; but what was there before is not brought back by us.
            return StepStatus.TAKEN_BACK if step.created else self._stuck(step, "it is gone")
        shown = None if found.readable is None else fingerprint(found.readable)
        if shown is not None and shown == step.before:
            return StepStatus.TAKEN_BACK
        if shown not in {None, step.after}:
            return self._stuck(step, "somebody else has changed it since")
        if not step.created and step.previous is None:
            return self._stuck(step, "its value before is not known")
        try:
            if step.created:
                self._vercel.remove(found.id)
            else:
                previous = self._fernet().decrypt((step.previous or "").encode()).decode()
                self._vercel.update(found.id, previous)
        except ProviderError as error:
            return self._stuck(step, str(error))
        except InvalidToken:
            return self._stuck(step, "ROTATION_KEY is another one than then")
        return StepStatus.TAKEN_BACK

    @staticmethod
    def _stuck(step: KeyRotationStep, why: str) -> StepStatus:
        _log.warning("%s cannot be taken back: %s", step.name, why)
        return StepStatus.STUCK

    def _overtaken(self, rotation: KeyRotation) -> list[str]:
        names = {step.name for step in self.steps(rotation.id)}
        with self._database.transaction() as session:
            later = (
                select(KeyRotationStep.name)
                .join(KeyRotation, KeyRotation.id == KeyRotationStep.rotation_id)
                .where(KeyRotation.started_at > rotation.started_at)
                .where(
                    KeyRotationStep.status.in_((StepStatus.APPLIED, StepStatus.UNCERTAIN, StepStatus.STUCK))
                )
                .where(KeyRotationStep.name.in_(names))
            )
            return sorted(set(session.scalars(later)))

    def _keep(self, step: KeyRotationStep) -> None:
        with self._database.transaction() as session:
            session.merge(step)

    def _end(self, rotation_id: str, status: RotationStatus, error: str | None) -> KeyRotation:
        with self._database.transaction() as session:
            found = session.get_one(KeyRotation, rotation_id)
            found.status, found.error, found.ended_at = status, error, self._clock.now()
            return found

    def _fernet(self) -> Fernet:
        (key,) = self._settings.required("the rotation of keys", "rotation_key")
        return Fernet(key.encode())


def _variable_of(step: KeyRotationStep, held: Sequence[Variable]) -> Variable | None:
    """Return the variable that a step was about; one that it made may be there without that anybody heard its id."""
    for each in held:
        named = each.key == step.name and each.git_branch is None and set(each.target) == set(step.targets)
        if each.id == step.variable_id or (not step.variable_id and named):
            return each
    return None


def fingerprint(value: str) -> str:
    """Return what tells two values apart without telling them: the first twelve digits of the SHA-256."""
    return hashlib.sha256(value.encode()).hexdigest()[:12]
