// The calls that the platform makes, as it makes them: its hosts rewritten, its headers and bodies kept.
import { randomUUID } from "node:crypto";

const { CINT_AUTH_URL, CINT_API_URL, CINT_S2S_URL, CINT_CLIENT_ID, CINT_CLIENT_SECRET, CINT_ACCOUNT_ID } = process.env;
const { CINT_S2S_API_KEY, GREENROOM_URL, WORLD, NOW, MANAGER, UNIT } = process.env;
const DEMAND = `${CINT_API_URL}/v1/demand`;
const VERSION = "2025-02-17";
const control = async (path, body) => {
  const answer = await fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
};

const token = await fetch(`${CINT_AUTH_URL}/oauth/token`, {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({
    client_id: CINT_CLIENT_ID,
    client_secret: CINT_CLIENT_SECRET,
    grant_type: "client_credentials",
    lucid_scopes: "app:api",
    audience: "https://api.luc.id",
  }),
});
const { access_token, expires_in, token_type } = await token.json();
const call = async (method, path, body) => {
  const headers = {
    Authorization: `Bearer ${access_token}`,
    "Cint-API-Version": VERSION,
    "Content-Type": "application/json",
  };
  if (method === "POST") headers["idempotency-key"] = randomUUID();
  const answer = await fetch(`${DEMAND}${path}`, { method, headers, body: body && JSON.stringify(body) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : undefined };
};

const health = await fetch(`${CINT_API_URL}/v1/accounts`, {
  headers: { Authorization: `Bearer ${access_token}`, "Content-Type": "application/json" },
});
const accounts = await health.json();
const project = await call("POST", `/accounts/${CINT_ACCOUNT_ID}/projects`, {
  name: "Spring lift",
  project_manager_id: MANAGER,
});
const start = Date.parse(NOW) + 3600_000;
const wanted = {
  name: "Spring lift",
  business_unit_id: UNIT,
  project_manager_id: MANAGER,
  study_type_code: "adhoc",
  industry_code: "other",
  locale: "eng_us",
  collects_pii: false,
  filling_goal: 1000,
  expected_length_of_interview_minutes: 10,
  expected_incidence_rate: 0.5,
  fielding_specification: {
    start_at: new Date(start).toISOString(),
    end_at: new Date(start + 14 * 86400_000).toISOString(),
  },
  live_url: "https://survey.studio.test/live/study_1?rid=[%RID%]",
  test_url: "https://survey.studio.test/test/study_1?rid=[%RID%]",
  profile: {},
};
const own = `/accounts/${CINT_ACCOUNT_ID}/projects/${project.body.id}/target-groups`;
const group = await call("POST", own, wanted);
const launched = await call("POST", `${own}/${group.body.id}/fielding-run-jobs/launch-from-draft`, {
  end_fielding_at: wanted.fielding_specification.end_at,
});
const job = launched.headers.get("Location").split("/").pop();
await control("/clock/advance", { seconds: 2 });
await control("/trigger", { provider: "cint", event: "respondents.come", count: 20 });
const overview = await call("GET", `${own}/${group.body.id}/overview`);

const key = Buffer.from(`${CINT_S2S_API_KEY}:`).toString("base64");
const s2s = async (path, body) => {
  const answer = await fetch(`${CINT_S2S_URL}/fulfillment/respondents/${path}`, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Basic ${key}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return [answer.status, await answer.json()];
};
const listed = await fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}/objects?provider=cint&kind=session`);
const rid = (await listed.json()).objects.map((each) => each.body ?? each).find((each) => each.client === 1).id;
const [, valid] = await s2s(rid);
const [completed] = await s2s("transition", { id: rid, status: 5 });
const [again] = await s2s("transition", { id: rid, status: 5 });
console.log(
  JSON.stringify({
    token: [token.status, expires_in, token_type],
    health: [health.status, accounts.accounts?.length ?? accounts.object],
    project: project.status,
    group: [group.status, Object.keys(group.body)],
    launched: [launched.status, job.length],
    overview: [overview.body.status, overview.body.progress?.filling_goal, overview.body.statistics?.filling_goal],
    respondent: [valid.status, completed, again],
  }),
);
