// Session tokens through the SDK's own verification: with the mock's JWKS, with a PEM, as bearer and as cookie.
const { SDK, CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY, CLERK_API_URL, TOKEN, EXPIRED, JWT_KEY } = process.env;
const { createClerkClient, verifyToken } = await import(SDK);

const options = { secretKey: CLERK_SECRET_KEY, apiUrl: CLERK_API_URL };
const clerk = createClerkClient({ ...options, publishableKey: CLERK_PUBLISHABLE_KEY });
const seen = {};

const read = (claims) => [claims.sub, claims.sid, claims.v ?? 1, claims["metadata.role"]];
seen.jwks = read(await verifyToken(TOKEN, options));
seen.pem = read(await verifyToken(TOKEN, { jwtKey: JWT_KEY }));
seen.expired = await verifyToken(EXPIRED, options).then(
  () => "taken",
  (error) => error.reason,
);

const state = async (headers, more = {}) => {
  const request = new Request("http://localhost:3000/api/things", { headers: { accept: "application/json", ...headers } });
  return clerk.authenticateRequest(request, more);
};
const shown = (found) => {
  const auth = found.toAuth();
  const { userId, sessionId, orgId, orgRole, orgSlug, sessionClaims } = auth;
  return { userId, sessionId, orgId, orgRole, orgSlug, role: sessionClaims?.["metadata.role"] };
};
const bearer = await state({ authorization: `Bearer ${TOKEN}` });
seen.bearer = [bearer.status, shown(bearer)];
const cookies = `__session=${TOKEN}; __client_uat=1; __clerk_db_jwt=dvb_local`;
const cookie = await state({ cookie: cookies });
seen.cookie = [cookie.status, cookie.toAuth()?.userId];
seen.networkless = (await state({ authorization: `Bearer ${TOKEN}` }, { jwtKey: JWT_KEY })).status;
const forged = await state({ authorization: `Bearer ${TOKEN.slice(0, -8)}AAAAAAAA` });
seen.forged = [forged.status, forged.reason];
seen.nobody = (await state({})).status;
console.log(JSON.stringify(seen));
