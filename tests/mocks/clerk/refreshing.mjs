// A request whose session token is over, with a refresh token beside it: by the newest SDK and the platform's.
import { createClerkClient as newest } from "@clerk/backend";
import { createClerkClient as platform } from "clerk-backend-platform";

const { CLERK_SECRET_KEY, CLERK_API_URL, CLERK_PUBLISHABLE_KEY, OVER, REFRESH, SUFFIX, UAT, DEV } = process.env;
const told = async (create, refresh) => {
  const clerk = create({ secretKey: CLERK_SECRET_KEY, publishableKey: CLERK_PUBLISHABLE_KEY, apiUrl: CLERK_API_URL });
  const cookies = [`__session=${OVER}`, `__client_uat=${UAT}`, `__clerk_db_jwt=${DEV}`]
    .flatMap((each) => [each, each.replace("=", `_${SUFFIX}=`)]);
  if (refresh) cookies.push(`__refresh_${SUFFIX}=${refresh}`);
  const request = new Request("http://localhost:3000/dashboard", {
    headers: { Cookie: cookies.join("; "), Accept: "text/html", "Sec-Fetch-Dest": "document" },
  });
  const state = await clerk.authenticateRequest(request);
  const set = state.headers.getSetCookie().map((each) => each.split("=")[0]);
  return [state.status, state.reason, set.some((each) => each === `__session_${SUFFIX}`)];
};
const all = async (create) => [await told(create, REFRESH), await told(create, ""), await told(create, "rt_other")];
console.log(JSON.stringify({ newest: await all(newest), platform: await all(platform) }));
