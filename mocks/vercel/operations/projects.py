"""Projects, and the environments that they add."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from harness.messages import Reply
from harness.params import Json
from harness.transaction import Transaction
from mocks.vercel.dialect import listed
from mocks.vercel.parameters import Body, Listing
from mocks.vercel.provider import vercel
from mocks.vercel.resources import accounts, environments, projects, variables
from mocks.vercel.resources.projects import PROJECTS
from mocks.vercel.resources.variables import NewVariable

Framework = Literal[
    "blitzjs", "nextjs", "gatsby", "remix", "react-router", "astro", "hexo", "eleventy", "docusaurus-2",
    "docusaurus", "preact", "solidstart-1", "solidstart", "dojo", "ember", "vue", "scully", "ionic-angular",
    "angular", "polymer", "svelte", "sveltekit", "sveltekit-1", "ionic-react", "create-react-app", "gridsome",
    "umijs", "sapper", "saber", "stencil", "nuxtjs", "redwoodjs", "hugo", "jekyll", "brunch", "middleman", "zola",
    "hydrogen", "vite", "vitepress", "vuepress", "parcel", "fastapi", "flask", "fasthtml", "sanity-v3", "sanity",
    "storybook", "nitro", "hono", "express", "h3", "nestjs", "fastify", "xmcp",
]  # fmt: skip


class Protection(Body):
    """Who has to sign in to see which deployments."""

    deploymentType: Literal[
        "all", "preview", "prod_deployment_urls_and_all_previews", "all_except_custom_domains"
    ]


class Settings(Body):
    """What can be set of a project."""

    framework: Framework | None = None
    buildCommand: str | None = Field(None, max_length=256)
    devCommand: str | None = Field(None, max_length=256)
    installCommand: str | None = Field(None, max_length=256)
    outputDirectory: str | None = Field(None, max_length=256)
    rootDirectory: str | None = Field(None, max_length=256)
    commandForIgnoringBuildStep: str | None = Field(None, max_length=256)
    publicSource: bool | None = None
    serverlessFunctionRegion: str | None = Field(None, max_length=4)
    enablePreviewFeedback: bool | None = None
    enableProductionFeedback: bool | None = None
    ssoProtection: Protection | None = None

    def settings(self) -> Json:
        """Return what was given, nulls included where they reset a setting."""
        given = self.model_dump(exclude_unset=True)
        if given.get("serverlessFunctionRegion", "") is None:
            del given["serverlessFunctionRegion"]
        return {name: value for name, value in given.items() if name in projects.SETTINGS or name == "name"}


class Repository(Body):
    """The git repository that a project is connected to."""

    repo: str
    type: Literal["github", "github-limited", "gitlab", "bitbucket"]


class NewProject(Settings):
    """The body of `POST /v11/projects`."""

    name: str = Field(max_length=100)
    gitRepository: Repository | None = None
    environmentVariables: list[NewVariable] | None = None
    skipGitConnectDuringLink: bool | None = None


class Changes(Settings):
    """The body of `PATCH /v9/projects/{idOrName}`."""

    name: str | None = Field(None, max_length=100)
    nodeVersion: Literal["22.x", "20.x", "18.x", "16.x", "14.x", "12.x", "10.x", "8.10.x"] | None = None
    directoryListing: bool | None = None
    autoExposeSystemEnvs: bool | None = None
    autoAssignCustomDomains: bool | None = None
    gitForkProtection: bool | None = None
    gitLFS: bool | None = None
    sourceFilesOutsideRootDirectory: bool | None = None

    @model_validator(mode="after")
    def _set(self) -> Changes:
        """Take a null for what can only be on or off, or must have a value, as not given."""
        for name in ("name", "nodeVersion", "directoryListing", "autoExposeSystemEnvs", "autoAssignCustomDomains",
                     "gitForkProtection", "gitLFS", "sourceFilesOutsideRootDirectory"):  # fmt: skip
            if getattr(self, name) is None:
                self.model_fields_set.discard(name)
        return self


class Matcher(Body):
    """Which branches are deployed to an environment."""

    type: Literal["startsWith", "equals", "endsWith"]
    pattern: str = Field(max_length=100)


class NewEnvironment(Body):
    """The body of `POST /v9/projects/{idOrName}/custom-environments`."""

    slug: str = Field("", max_length=32)
    description: str | None = Field(None, max_length=256)
    branchMatcher: Matcher | None = None


@vercel.get("/v10/projects", id="getProjects", tier="P1")
@vercel.get("/v9/projects", id="getProjects-v9", tier="P1")
def list_projects(tx: Transaction, params: Listing) -> Json:
    """List the account's projects, newest first."""
    owner = accounts.scope(tx)
    return listed(tx, PROJECTS, params, "projects", lambda each: projects.shown(tx, each), ownerId=owner)


@vercel.post("/v11/projects", id="createProject", tier="P1")
@vercel.post("/v1/projects", id="createProject-v1", tier="P1")
def create_project(tx: Transaction, params: NewProject) -> Json:
    """Add a project, with its first environment variables."""
    repository = None if params.gitRepository is None else params.gitRepository.model_dump()
    settings = {name: value for name, value in params.settings().items() if name != "name"}
    project = projects.create(tx, params.name, settings, repository)
    for each in params.environmentVariables or ():
        variables.create(tx, project, each, upsert=False)
    return projects.shown(tx, project)


@vercel.get("/v9/projects/{idOrName}", id="getProject", tier="P1")
def retrieve_project(tx: Transaction, idOrName: str) -> Json:
    """Return a project."""
    return projects.shown(tx, projects.found(tx, idOrName))


@vercel.patch("/v9/projects/{idOrName}", id="updateProject", tier="P1")
def update_project(tx: Transaction, params: Changes, idOrName: str) -> Json:
    """Change a project's settings."""
    project = projects.found(tx, idOrName)
    projects.update(tx, project, params.settings())
    return projects.shown(tx, project)


@vercel.delete("/v9/projects/{idOrName}", id="deleteProject", tier="P1", status=204)
def delete_project(tx: Transaction, idOrName: str) -> Reply:
    """Delete a project with its deployments, variables and domains."""
    projects.remove(tx, projects.found(tx, idOrName))
    return Reply()


@vercel.get(
    "/v9/projects/{idOrName}/custom-environments", id="getProjectsByIdOrNameCustomEnvironments", tier="P1"
)
@vercel.get("/projects/{idOrName}/custom-environments", id="getCustomEnvironments-unversioned", tier="P1")
def list_environments(tx: Transaction, idOrName: str) -> Json:
    """List the environments that a project has added."""
    found = environments.of_project(tx, projects.found(tx, idOrName))
    return {"accountLimit": {"total": 12}, "environments": [environments.shown(each) for each in found]}


@vercel.post(
    "/v9/projects/{idOrName}/custom-environments", id="createCustomEnvironment", tier="P1", status=201
)
def create_environment(tx: Transaction, params: NewEnvironment, idOrName: str) -> Json:
    """Add an environment to a project."""
    matcher = None if params.branchMatcher is None else params.branchMatcher.model_dump()
    project = projects.found(tx, idOrName)
    return environments.shown(environments.create(tx, project, params.slug, params.description, matcher))


@vercel.get(
    "/v9/projects/{idOrName}/custom-environments/{environmentSlugOrId}", id="getCustomEnvironment", tier="P1"
)
def retrieve_environment(tx: Transaction, idOrName: str, environmentSlugOrId: str) -> Json:
    """Return an environment that a project has added."""
    return environments.shown(environments.found(tx, projects.found(tx, idOrName), environmentSlugOrId))


@vercel.delete(
    "/v9/projects/{idOrName}/custom-environments/{environmentSlugOrId}",
    id="removeCustomEnvironment",
    tier="P1",
)
def remove_environment(tx: Transaction, idOrName: str, environmentSlugOrId: str) -> Json:
    """Remove an environment; variables that were for it alone go with it."""
    project = projects.found(tx, idOrName)
    environment = environments.found(tx, project, environmentSlugOrId)
    variables.leave(tx, project, environment["id"])
    tx.delete(environments.ENVIRONMENTS, environment["id"])
    return environments.shown(environment)
