"""What a new world's account holds: a user, a team with a project, and the token that the environment names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness import instants
from mocks.vercel.dialect import added
from mocks.vercel.resources import accounts, domains, lifecycle, projects, tokens
from mocks.vercel.resources.variables import NewVariable

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

PROJECT_ID = "prj_GreenroomProject0000000000"
"""The id of the account's own project, the same in every world."""
PROJECT = "platform"


def open_account(tx: Transaction) -> dict[str, str]:
    """Fill the account; return what links a checkout to its project, by the names under which Vercel's tools read it."""
    tokens.open_account_token(tx)
    accounts.open_account(tx)
    project = {
        "id": PROJECT_ID,
        "ownerId": accounts.TEAM_ID,
        "name": PROJECT,
        **projects.SETTINGS,
        "framework": "nextjs",
        "link": None,
        "targets": {},
        "crons": None,
        "updatedAt": tx.now // 1000,
    }
    added(tx, projects.PROJECTS, project)
    domains.own(tx, project)
    return {
        "VERCEL_ORG_ID": accounts.TEAM_ID,
        "VERCEL_TEAM_ID": accounts.TEAM_ID,
        "VERCEL_PROJECT_ID": PROJECT_ID,
    }


def populate(tx: Transaction, story: Json) -> dict[str, str]:
    """Deploy the platform to production ten days ago, with the variables that a story's subscribers need.

    A large story's further parts bring nothing more.
    """
    from mocks.vercel.resources import variables

    project = tx.get(projects.PROJECTS, PROJECT_ID)
    if project is None or story.get("part"):
        return {}
    public = NewVariable(
        key="NEXT_PUBLIC_APP_URL",
        value="http://localhost:3000",
        type="plain",
        target=["production", "preview"],
    )
    wanted: Json = {
        "files": [],
        "gitSource": {"type": "github", "ref": "main", "repoId": 1},
        "meta": {"githubCommitRef": "main", "githubCommitMessage": f"Release of {story['name']}"},
        "target": "production",
        "environment": None,
        "settings": {},
        "source": "git",
        "crons": [],
    }
    with tx.earlier(10 * instants.DAY):
        address = variables.create(tx, project, public, upsert=True)
        deployment = lifecycle.start(tx, project, wanted)
        lifecycle.build(tx, deployment)
        lifecycle.built(tx, deployment)
    tx.unschedule(f"deployment:{deployment['id']}")
    return {
        "vercel.project.platform": PROJECT_ID,
        "vercel.deployment.platform": deployment["id"],
        "vercel.variable.address": address["id"],
    }
