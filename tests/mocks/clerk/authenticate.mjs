// Whether a request is signed in, as two versions of @clerk/backend see it, handshake included; ends with one JSON object.
import { createClerkClient } from "@clerk/backend";
import { createClerkClient as createOlder } from "clerk-backend-platform";

const { CLERK_SECRET_KEY, CLERK_API_URL, CLERK_PUBLISHABLE_KEY, FRONTEND } = process.env;
const keys = { secretKey: CLERK_SECRET_KEY, publishableKey: CLERK_PUBLISHABLE_KEY, apiUrl: CLERK_API_URL };
const PAGE = "http://localhost:3000/dashboard";
const VERSION = "__clerk_api_version=2025-11-10&_clerk_js_version=5.128.0";

const send = async (path, form, token) => {
  const answer = await fetch(`${FRONTEND}/v1${path}?${VERSION}&__clerk_db_jwt=${token ?? ""}`, {
    method: "POST", body: new URLSearchParams(form), headers: { Origin: "http://localhost:3000" },
  });
  return answer.json();
};

const token = (await send("/dev_browser", {})).id;
const clerk = createClerkClient(keys);
await clerk.users.createUser({ emailAddress: ["ada@northwind.test"], password: "correct horse battery" });
await send("/client/sign_ins", { identifier: "ada@northwind.test", password: "correct horse battery" }, token);

const visit = (cookies, accept = "text/html", url = PAGE) =>
  new Request(url, { headers: { Accept: accept, Cookie: Object.entries(cookies).map((each) => each.join("=")).join("; ") } });
const given = (headers) =>
  Object.fromEntries(headers.getSetCookie().map((each) => each.split(";")[0]).map((each) => [each.split("=")[0], each.slice(each.indexOf("=") + 1)]));

async function story(client, proxy) {
  const options = { proxyUrl: proxy };
  const first = await client.authenticateRequest(visit({}), options);
  const api = await client.authenticateRequest(visit({ __clerk_db_jwt: token }, "application/json"), options);
  const sent = await client.authenticateRequest(visit({ __clerk_db_jwt: token, __client_uat: "1" }), options);
  const to = new URL(sent.headers.get("location").replace(/^https:/, "http:"));
  const back = await fetch(to, { redirect: "manual" });
  const returned = await client.authenticateRequest(visit({ __clerk_db_jwt: token }, "text/html", back.headers.get("location")), options);
  const cookies = given(returned.headers);
  const last = await client.authenticateRequest(visit(cookies), options);
  const auth = last.toAuth();
  return [
    first.status, first.reason, api.status, sent.status, sent.reason, back.status,
    returned.headers.get("location"), last.status, auth.userId.slice(0, 5), auth.sessionClaims["metadata.role"],
  ];
}

const seen = { newest: await story(clerk, FRONTEND), platform: await story(createOlder(keys), FRONTEND) };
console.log(JSON.stringify(seen));
