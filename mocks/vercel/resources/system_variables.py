"""Variables that Vercel itself tells builds and functions, and what `vercel env pull` gets of them.

A pull knows of no deployment: what is told of one is there, and empty. (Vercel docs: system environment variables.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mocks.vercel.resources import aliases

if TYPE_CHECKING:
    from harness.transaction import Transaction

Json = dict[str, Any]

GIT = (
    "VERCEL_GIT_PROVIDER",
    "VERCEL_GIT_PREVIOUS_SHA",
    "VERCEL_GIT_REPO_SLUG",
    "VERCEL_GIT_REPO_OWNER",
    "VERCEL_GIT_REPO_ID",
    "VERCEL_GIT_COMMIT_REF",
    "VERCEL_GIT_COMMIT_SHA",
    "VERCEL_GIT_COMMIT_MESSAGE",
    "VERCEL_GIT_COMMIT_AUTHOR_LOGIN",
    "VERCEL_GIT_COMMIT_AUTHOR_NAME",
    "VERCEL_GIT_PULL_REQUEST_ID",
)


def of_environment(target: str, branch: str | None) -> dict[str, str]:
    """Return what is told of an environment, and of a git branch where one is named."""
    standard = target in ("production", "preview", "development")
    told = {"VERCEL": "1", "VERCEL_ENV": target if standard else "preview", "VERCEL_TARGET_ENV": target}
    told |= {"VERCEL_URL": ""} | dict.fromkeys(GIT, "")
    return told if branch is None else told | {"VERCEL_GIT_COMMIT_REF": branch}


def of(tx: Transaction, project: Json, deployment: Json) -> dict[str, str]:
    """Return what is told of a deployment besides: where it is, and the commit that it is made of."""
    current = aliases.of_deployment(tx, project["targets"].get("production", ""))
    told = {
        "VERCEL_URL": deployment["url"],
        "VERCEL_DEPLOYMENT_ID": deployment["id"],
        "VERCEL_PROJECT_ID": project["id"],
        "VERCEL_PROJECT_PRODUCTION_URL": current[0]["alias"] if current else f"{project['name']}.vercel.app",
        "VERCEL_REGION": deployment["regions"][0],
    }
    git, link = deployment["git"] or {}, project["link"] or {}
    if git:
        told |= {
            "VERCEL_GIT_PROVIDER": git["type"],
            "VERCEL_GIT_REPO_SLUG": str(git.get("repo") or link.get("repo") or ""),
            "VERCEL_GIT_REPO_OWNER": str(git.get("org") or link.get("org") or ""),
            "VERCEL_GIT_REPO_ID": str(git.get("repoId") or ""),
            "VERCEL_GIT_COMMIT_REF": str(git.get("ref") or ""),
            "VERCEL_GIT_COMMIT_SHA": str(git.get("sha") or ""),
        }
    return told
