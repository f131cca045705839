// An Express application with @clerk/express, which its environment alone points at the mock; prints what visitors get.
import { clerkClient, clerkMiddleware, getAuth, requireAuth } from "@clerk/express";
import express from "express";

const { BEARER, COOKIES, OVER, DEV, MACHINE } = process.env;
const app = express();
app.use(clerkMiddleware());
app.get("/me", async (request, response) => {
  const { isAuthenticated, userId, orgSlug, orgRole } = getAuth(request);
  if (!isAuthenticated) return response.status(401).json({ signedIn: false });
  const user = await clerkClient.users.getUser(userId);
  response.json({ email: user.emailAddresses[0].emailAddress, orgSlug, orgRole });
});
app.get("/admins", (request, response) => {
  const auth = getAuth(request);
  response.status(auth.has?.({ role: "org:admin" }) ? 200 : 403).end();
});
app.get("/private", requireAuth({ signInUrl: "/sign-in" }), (request, response) => response.end("in"));
app.get("/machines", (request, response) => {
  const auth = getAuth(request, { acceptsToken: "m2m_token" });
  response.json({ machine: auth.isAuthenticated && auth.machineId.startsWith("mch_") });
});
const server = app.listen(0, "127.0.0.1");
await new Promise((done) => server.once("listening", done));
const at = `http://127.0.0.1:${server.address().port}`;
const visit = async (path, headers = {}) => {
  const answer = await fetch(`${at}${path}`, { headers, redirect: "manual" });
  const kind = answer.headers.get("content-type") ?? "";
  const { status } = answer;
  const location = answer.headers.get("location")?.split("?")[0];
  const body = kind.includes("json") ? await answer.json() : null;
  return [status, location ?? body, answer.headers.get("x-clerk-auth-reason")];
};
const page = { Accept: "text/html", "Sec-Fetch-Dest": "document" };
const bearer = (token) => ({ Authorization: `Bearer ${token}` });
console.log(
  JSON.stringify({
    nobody: await visit("/me"),
    bearer: await visit("/me", bearer(BEARER)),
    cookies: await visit("/me", { Cookie: COOKIES }),
    over: await visit("/me", bearer(OVER)),
    firstVisit: await visit("/me", page),
    known: await visit("/me", { ...page, Cookie: `__clerk_db_jwt=${DEV}; __client_uat=0` }),
    admin: (await visit("/admins", bearer(BEARER)))[0],
    private: await visit("/private", { Cookie: `__clerk_db_jwt=${DEV}; __client_uat=0` }),
    machine: (await visit("/machines", bearer(MACHINE)))[1],
  }),
);
server.close();
