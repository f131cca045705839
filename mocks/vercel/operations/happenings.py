"""What scenarios let happen at Vercel in plain words: releases that go well, and others."""

from __future__ import annotations

from harness.params import Params
from harness.transaction import Transaction
from mocks.vercel.operations.triggers import OfDeployment, create, fail, succeed
from mocks.vercel.provider import vercel


class Push(Params):
    """What was pushed to the platform's project."""

    branch: str = "main"


class BadPush(Push):
    """What the build says."""

    message: str = 'Command "npm run build" exited with 1'


@vercel.happening("release begins")
def begin(tx: Transaction, params: Push) -> None:
    """Somebody pushes to production: it is built in the time that builds take."""
    create(tx, OfDeployment(branch=params.branch))


@vercel.happening("release succeeds")
def release(tx: Transaction, params: Push) -> None:
    """A release is built at once, and serves production."""
    succeed(tx, OfDeployment(branch=params.branch))


@vercel.happening("release fails")
def break_release(tx: Transaction, params: BadPush) -> None:
    """The build of a release fails; production stays as it is."""
    fail(tx, OfDeployment(branch=params.branch, message=params.message))
