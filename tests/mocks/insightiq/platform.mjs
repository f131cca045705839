// The calls that a platform makes, as its own module makes them: fetch for most, a POST with a time-out for search.
const { INSIGHTIQ_PROD_URL, INSIGHTIQ_CLIENT_ID, INSIGHTIQ_SECRET, GREENROOM_URL, WORLD } = process.env;
const base = INSIGHTIQ_PROD_URL.split("#")[0].replace(/\/+$/, "");
const INSTAGRAM = "9bb8913b-ddd9-430b-a66a-d74d846e6c66";
const ZERO = "00000000-0000-0000-0000-000000000000";
const headers = {
  Authorization: `Basic ${Buffer.from(`${INSIGHTIQ_CLIENT_ID}:${INSIGHTIQ_SECRET}`).toString("base64")}`,
  "Content-Type": "application/json",
  Accept: "application/json",
};

const control = async (path, body) => {
  const answer = await fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json();
};

let waited = 0;
let ids = 0;
const call = async (path, init = {}, tries = 3) => {
  const answer = await fetch(base + path, { ...init, headers, signal: AbortSignal.timeout(15000) });
  if (answer.headers.get("request-id")) ids += 1;
  if (answer.status === 429 && tries > 0) {
    waited += Number(answer.headers.get("Retry-After") ?? 1);
    return call(path, init, tries - 1);
  }
  if (!answer.ok) throw new Error(`InsightIQ API Error (${answer.status}): ${answer.statusText} ${await answer.text()}`);
  if (answer.status === 204 || answer.headers.get("content-length") === "0") return null;
  return answer.json();
};
const post = (path, body) => call(path, { method: "POST", body: JSON.stringify(body) });
const refusal = (promise) => promise.then(() => "answered", (error) => /\((\d+)\)/.exec(error.message)[1]);

const search = (more) =>
  post("/v1/social/creators/profiles/search", {
    limit: 6,
    offset: 0,
    sort_by: { field: "FOLLOWER_COUNT", order: "DESCENDING" },
    work_platform_id: INSTAGRAM,
    ...more,
  });
const found = await search({ follower_count: { min: 10000, max: 500000 }, is_verified: false });
const handle = found.data[0].platform_username;

const analysis = async (identifier) => {
  const path = "/v1/social/creators/async/profiles/analytics";
  const job = await post(path, { identifier, work_platform_id: INSTAGRAM });
  const first = await call(`${path}/${job.id}`);
  await control("/clock/advance", { seconds: 2 });
  const last = await call(`${path}/${job.id}`);
  return [job.status, first.status, Boolean(first.profile), last.status, last.profile?.platform_username ?? null];
};

const user = await post("/v1/users", { name: "Ada", external_id: "user_1" });
const token = await post("/v1/sdk-tokens", { user_id: user.id, products: ["IDENTITY", "ENGAGEMENT"] });
const overlap = await post("/v1/social/creators/audience-overlap", {
  work_platform_id: INSTAGRAM,
  identifiers: found.data.slice(0, 2).map((each) => each.platform_username),
});
const emails = await post("/v1/social/creators/email-lookup", { emails: ["nobody@else.test"] });
await control("/clock/advance", { seconds: 2 });
await control("/faults", { provider: "insightiq", kind: "status", status: 429, times: 2 });

console.log(
  JSON.stringify({
    health: (await call("/v1/work-platforms?limit=1")).data.length,
    waited,
    profile: await refusal(call(`/v1/profiles/${ZERO}`)),
    audience: await refusal(call(`/v1/audience?account_id=${ZERO}`)),
    user: [user.external_id, typeof token.sdk_token, token.expires_at > user.created_at],
    found: [found.data.length, found.data.every((each) => each.follower_count <= 500000 && !each.is_verified)],
    fields: ["full_name", "url", "image_url", "engagement_rate", "introduction", "creator_location"].every(
      (name) => name in found.data[0],
    ),
    same: (await analysis(handle.toUpperCase())).map((each) => (each === handle ? "the handle" : each)),
    nobody: await analysis("nobody"),
    term: await refusal(search({ description_keywords: ["travel"] })),
    screening: await refusal(
      post("/v1/safety/social-profile-screening", { profile_url: found.data[0].url, work_platform_id: INSTAGRAM }),
    ),
    overlap: [overlap.status, (await call(`/v1/social/creators/audience-overlap/${overlap.id}`)).profiles.length],
    emails: [emails.status, (await call(`/v1/social/creators/email-lookup/${emails.id}`)).non_matched_emails],
    ids: ids > 15,
  }),
);
