// Machines, their tokens, API keys and OAuth applications, by the newest @clerk/backend; ends with one JSON object.
import { createClerkClient } from "@clerk/backend";

const { CLERK_SECRET_KEY, CLERK_API_URL, CLERK_PUBLISHABLE_KEY } = process.env;
const clerk = createClerkClient({
  secretKey: CLERK_SECRET_KEY, publishableKey: CLERK_PUBLISHABLE_KEY, apiUrl: CLERK_API_URL,
});
const { machines, m2m, apiKeys, oauthApplications } = clerk;
const seen = {};
const refusal = (promise) => promise.then(() => "went through", (error) => [error.status, error.errors?.[0]?.code]);

const search = await machines.create({ name: "search" });
let billing = await machines.create({ name: "billing", scopedMachines: [search.id] });
seen.scopes = billing.scopedMachines.map((each) => each.name);
await machines.deleteScope(billing.id, search.id);
await machines.createScope(billing.id, search.id);
billing = { ...(await machines.update({ machineId: billing.id, name: "accounts" })), secretKey: billing.secretKey };
seen.named = [billing.name, (await machines.get(billing.id)).defaultTokenTtl, (await machines.list()).totalCount];
seen.secret = (await machines.getSecretKey(billing.id)).secret === billing.secretKey;

const token = await m2m.createToken({ machineSecretKey: billing.secretKey, secondsUntilExpiration: 60 });
const verified = await m2m.verify({ token: token.token });
seen.token = [token.token.startsWith("mt_"), verified.subject === billing.id, verified.scopes[0] === search.id];
seen.listed = (await m2m.list({ subject: billing.id })).totalCount;
const signed = await m2m.createToken({ machineSecretKey: billing.secretKey, tokenFormat: "jwt" });
const request = (bearer) => new Request("http://localhost:3000/", { headers: { Authorization: `Bearer ${bearer}` } });
const state = await clerk.authenticateRequest(request(token.token), { acceptsToken: "m2m_token" });
seen.machine = [state.isAuthenticated, state.toAuth().machineId === billing.id, signed.token.split(".").length];
seen.revokedToken = (await m2m.revokeToken({ m2mTokenId: token.id, revocationReason: "over" })).revoked;
seen.refused = await refusal(m2m.verify({ token: token.token }));
const rotated = await machines.rotateSecretKey({ machineId: billing.id, previousTokenTtl: 0 });
seen.rotated = rotated.secret !== billing.secretKey;

const ada = await clerk.users.createUser({ emailAddress: ["ada@northwind.test"] });
const key = await apiKeys.create({ name: "export", subject: ada.id, scopes: ["read"], claims: { plan: "pro" } });
const own = await clerk.authenticateRequest(request(key.secret), { acceptsToken: "api_key" });
seen.key = [own.toAuth().userId === ada.id, own.toAuth().scopes, (await apiKeys.verify(key.secret)).claims];
await apiKeys.update({ apiKeyId: key.id, subject: ada.id, scopes: ["read", "write"] });
seen.scopesOfKey = (await apiKeys.get(key.id)).scopes;
seen.secretOfKey = (await apiKeys.getSecret(key.id)).secret === key.secret;
seen.keys = (await apiKeys.list({ subject: ada.id })).totalCount;
seen.revokedKey = (await apiKeys.revoke({ apiKeyId: key.id, revocationReason: null })).revoked;
const stranger = await clerk.authenticateRequest(request(key.secret), { acceptsToken: "api_key" });
seen.stranger = stranger.isAuthenticated;
seen.deletedKey = (await apiKeys.delete(key.id)).deleted;

const application = await oauthApplications.create({
  name: "Partner", redirectUris: ["https://partner.test/callback"], scopes: "profile email",
});
await oauthApplications.update({ oauthApplicationId: application.id, name: "Partners", scopes: "profile" });
const fresh = await oauthApplications.rotateSecret(application.id);
seen.application = [
  (await oauthApplications.get(application.id)).name,
  fresh.clientSecret !== application.clientSecret,
  (await oauthApplications.list({})).totalCount,
];
seen.deletedApplication = (await oauthApplications.delete(application.id)).deleted;
seen.deletedMachine = (await machines.delete(billing.id)).deleted;
console.log(JSON.stringify(seen));
