// Every operation that the mock serves, by Vercel's own SDK, which checks each answer strictly; prints what it sees.
import { createHash } from "node:crypto";
import { Vercel } from "@vercel/sdk";

const { VERCEL_TOKEN, VERCEL_API_URL, VERCEL_TEAM_ID: teamId, VERCEL_PROJECT_ID: projectId } = process.env;
const { GREENROOM_URL, WORLD } = process.env;
const vercel = new Vercel({ bearerToken: VERCEL_TOKEN, serverURL: VERCEL_API_URL });
const advance = (seconds) =>
  fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}/clock/advance`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ seconds }),
  });
const refusal = async (call) => {
  try {
    await call;
  } catch (error) {
    return [error.statusCode, JSON.parse(error.body).error.code];
  }
  return "not refused";
};
const seen = {};

// --- accounts
const { user } = await vercel.user.getAuthUser();
seen.user = [user.username, user.defaultTeamId === teamId];
seen.teams = (await vercel.teams.getTeams({})).teams.map((each) => each.slug);
seen.team = (await vercel.teams.getTeam({ teamId })).slug;
const harbour = await vercel.teams.createTeam({ slug: "harbour-tea" });
const second = await vercel.teams.getTeam({ teamId: harbour.id });
seen.created_team = [second.slug, second.name];
seen.taken_team = await refusal(vercel.teams.createTeam({ slug: "harbour-tea" }));
const invited = await vercel.teams.inviteUserToTeam({
  teamId,
  requestBody: [{ email: "bo@shop.test", role: "DEVELOPER" }],
});
seen.members = (await vercel.teams.getTeamMembers({ teamId })).members.map((each) => each.role).sort();
await vercel.teams.updateTeamMember({ teamId, uid: invited.uid, requestBody: { role: "VIEWER" } });
await vercel.teams.removeTeamMember({ teamId, uid: invited.uid });
const made = await vercel.authentication.createAuthToken({ teamId, requestBody: { name: "CI" } });
const other = new Vercel({ bearerToken: made.bearerToken, serverURL: VERCEL_API_URL });
seen.token = (await other.authentication.getAuthToken({ tokenId: "current" })).token.name;
seen.tokens = (await vercel.authentication.listAuthTokens()).tokens.length;
await vercel.authentication.deleteAuthToken({ tokenId: made.token.id });
seen.deleted_token = await refusal(other.user.getAuthUser());

// --- projects and environments
const shop = await vercel.projects.createProject({
  teamId,
  requestBody: { name: "shop", framework: "nextjs", environmentVariables: [] },
});
await vercel.projects.updateProject({ teamId, idOrName: "shop", requestBody: { buildCommand: "make" } });
seen.project = (await vercel.projects.getProject({ teamId, idOrName: shop.id })).buildCommand;
const listed = await vercel.projects.getProjects({ teamId });
seen.projects = (listed.projects ?? listed).map((each) => each.name);
seen.taken = await refusal(vercel.projects.createProject({ teamId, requestBody: { name: "shop" } }));
const qa = await vercel.environment.createCustomEnvironment({ teamId, idOrName: shop.id, requestBody: { slug: "qa" } });
const environments = { teamId, idOrName: shop.id };
seen.environments = (
  await vercel.environment.getProjectsByIdOrNameCustomEnvironments(environments)
).environments.map((each) => each.slug);
await vercel.environment.getCustomEnvironment({ ...environments, environmentSlugOrId: "qa" });

// --- variables
const idOrName = projectId;
const variable = { key: "API_KEY", value: "s3cret", type: "encrypted", target: ["production", "preview"] };
const added = await vercel.projects.createProjectEnv({ teamId, idOrName, requestBody: variable });
const id = added.created.id;
seen.encrypted = added.created.value === "s3cret";
seen.read = (await vercel.projects.getProjectEnv({ teamId, idOrName, id })).value;
seen.conflict = await refusal(vercel.projects.createProjectEnv({ teamId, idOrName, requestBody: variable }));
await vercel.projects.createProjectEnv({
  teamId,
  idOrName,
  upsert: "true",
  requestBody: [{ ...variable, value: "new" }, { ...variable, key: "HIDDEN", type: "sensitive" }],
});
await vercel.projects.editProjectEnv({ teamId, idOrName, id, requestBody: { comment: "rotated" } });
const envs = (await vercel.projects.filterProjectEnvs({ teamId, idOrName, decrypt: "true" })).envs;
seen.variables = Object.fromEntries(envs.map((each) => [each.key, each.value]));
const custom = await vercel.projects.createProjectEnv({
  ...environments,
  requestBody: { key: "ONLY_QA", value: "1", type: "plain", customEnvironmentIds: [qa.id] },
});
await vercel.projects.batchRemoveProjectEnv({ ...environments, requestBody: { ids: [custom.created.id] } });
await vercel.environment.removeCustomEnvironment({ ...environments, environmentSlugOrId: "qa", requestBody: {} });
await vercel.projects.removeProjectEnv({ teamId, idOrName, id });
const shared = await vercel.environment.createSharedEnvVariable({
  teamId,
  requestBody: { evs: [{ key: "SHARED", value: "1" }], type: "encrypted", target: ["preview"], projectId: [idOrName] },
});
const [sharedId] = shared.created.map((each) => each.id);
seen.shared = (await vercel.environment.getSharedEnvVar({ teamId, id: sharedId })).value;
seen.shared_listed = (await vercel.environment.listSharedEnvVariable({ teamId })).data.length;
await vercel.environment.updateSharedEnvVariable({ teamId, requestBody: { updates: { [sharedId]: { value: "2" } } } });
await vercel.environment.unlinkSharedEnvVariable({ teamId, id: sharedId, projectId });
await vercel.environment.deleteSharedEnvVariable({ teamId, requestBody: { ids: [sharedId] } });

// --- deployments
const content = new TextEncoder().encode(
  JSON.stringify({ crons: [{ path: "/api/cron", schedule: "0 5 * * *" }], regions: ["lhr1"] }),
);
const sha = createHash("sha1").update(content).digest("hex");
const create = (more) =>
  vercel.deployments.createDeployment({ teamId, requestBody: { name: "platform", project: projectId, ...more } });
const files = [{ file: "vercel.json", sha, size: content.length }];
seen.missing = await refusal(create({ files }));
const put = await fetch(`${VERCEL_API_URL}/v2/files?teamId=${teamId}`, {
  method: "POST",
  headers: { authorization: `Bearer ${VERCEL_TOKEN}`, "x-vercel-digest": sha },
  body: content,
});
if (put.status !== 200) throw new Error(await put.text());
const deployment = await create({ files, target: "production" });
seen.created = [deployment.readyState, deployment.regions];
const check = await vercel.checks.createCheck({
  teamId,
  deploymentId: deployment.id,
  requestBody: { name: "Lighthouse", blocking: true },
});
seen.checks = (await vercel.checks.getAllChecks({ teamId, deploymentId: deployment.id })).checks.length;
await vercel.checks.rerequestCheck({ teamId, deploymentId: deployment.id, checkId: check.id });
await vercel.checks.getCheck({ teamId, deploymentId: deployment.id, checkId: check.id });
await advance(30);
await vercel.checks.updateCheck({
  teamId,
  deploymentId: deployment.id,
  checkId: check.id,
  requestBody: { status: "completed", conclusion: "succeeded" },
});
const shown = await vercel.deployments.getDeployment({ teamId, idOrUrl: deployment.url });
seen.ready = [shown.readyState, shown.readySubstate, shown.alias];
const found = (await vercel.deployments.getDeployments({ teamId, projectId, target: "production" })).deployments;
seen.deployments = found.map((each) => [each.state, each.readySubstate]);
await vercel.deployments.listDeploymentFiles({ teamId, id: deployment.id });
const events = await vercel.deployments.getDeploymentEvents({ teamId, idOrUrl: deployment.id });
seen.log = events.map((each) => each.text);
const project = await vercel.projects.getProject({ teamId, idOrName });
seen.crons = project.crons.definitions;
seen.production = project.targets.production.readyState;
await vercel.projects.requestPromote({ teamId, projectId, deploymentId: deployment.id });
await vercel.projects.listPromoteAliases({ teamId, projectId });
await vercel.projects.requestRollback({ teamId, projectId, deploymentId: deployment.id });
const alias = await vercel.aliases.assignAlias({ teamId, id: deployment.id, requestBody: { alias: "extra.vercel.app" } });
seen.alias = (await vercel.aliases.getAlias({ teamId, idOrAlias: "extra.vercel.app" })).deploymentId === deployment.id;
await vercel.aliases.listAliases({ teamId });
await vercel.aliases.listDeploymentAliases({ teamId, id: deployment.id });
seen.unaliased = (await vercel.aliases.deleteAlias({ teamId, aliasId: alias.uid })).status;
const again = await create({ deploymentId: deployment.id });
seen.canceled = (await vercel.deployments.cancelDeployment({ teamId, id: again.id })).readyState;
seen.removed = (await vercel.deployments.deleteDeployment({ teamId, id: again.id })).state;
const failing = await create({ files: [{ file: "a", data: "a" }], projectSettings: { buildCommand: "exit 1" } });
await advance(30);
const failed = await vercel.deployments.getDeployment({ teamId, idOrUrl: failing.id });
seen.failed = [failed.readyState, failed.errorCode];

// --- domains
await vercel.projects.addProjectDomain({ teamId, idOrName, requestBody: { name: "shop.test" } });
seen.unverified = await refusal(vercel.projects.verifyProjectDomain({ teamId, idOrName, domain: "shop.test" }));
await advance(10);
seen.verified = (await vercel.projects.verifyProjectDomain({ teamId, idOrName, domain: "shop.test" })).verified;
await vercel.projects.getProjectDomain({ teamId, idOrName, domain: "shop.test" });
await vercel.projects.updateProjectDomain({ teamId, idOrName, domain: "shop.test", requestBody: { gitBranch: "new" } });
seen.misconfigured = (await vercel.domains.getDomainConfig({ teamId, domain: "shop.test" })).misconfigured;
const owned = (await vercel.domains.getDomains({ teamId })).domains[0];
const whole = (await vercel.domains.getDomain({ teamId, domain: owned.name })).domain;
seen.domains = (await vercel.projects.getProjectDomains({ teamId, idOrName })).domains.map((each) => each.name);
await vercel.projects.removeProjectDomain({ teamId, idOrName, domain: "shop.test" });
await vercel.projects.addProjectDomain({ teamId, idOrName, requestBody: { name: "www.gone.test" } });
const deleted = await vercel.domains.deleteDomain({ teamId, domain: "gone.test" });
seen.account_domains = [[owned.name, owned.verified], whole.name, deleted.uid.length > 0];

// --- webhooks and drains
const hook = await vercel.webhooks.createWebhook({
  teamId,
  requestBody: { url: "http://127.0.0.1:9/", events: ["deployment.succeeded"], projectIds: [projectId] },
});
seen.webhook = hook.secret === process.env.VERCEL_WEBHOOK_SECRET;
await vercel.webhooks.getWebhook({ teamId, id: hook.id });
seen.webhooks = (await vercel.webhooks.getWebhooks({ teamId })).length;
await vercel.webhooks.deleteWebhook({ teamId, id: hook.id });
await vercel.logDrains.createConfigurableLogDrain({
  teamId,
  requestBody: { url: "http://127.0.0.1:9/", deliveryFormat: "json", sources: ["build"] },
});
const headers = { authorization: `Bearer ${VERCEL_TOKEN}` };
const [drain] = await (await fetch(`${VERCEL_API_URL}/v1/log-drains?teamId=${teamId}`, { headers })).json();
await vercel.logDrains.getConfigurableLogDrain({ teamId, id: drain.id }); // the SDK shows no field of a drain
seen.drains = (await vercel.logDrains.getAllLogDrains({ teamId })).length;
await vercel.logDrains.deleteConfigurableLogDrain({ teamId, id: drain.id });

await vercel.projects.deleteProject({ teamId, idOrName: "shop" });
seen.unknown = await refusal(vercel.projects.getProject({ teamId, idOrName: "shop" }));
seen.unserved = await refusal(vercel.dns.getRecords({ teamId, domain: "shop.test" }));
seen.foreign = await refusal(vercel.projects.getProjects({ teamId: "team_unknown" }));
console.log(JSON.stringify(seen));
