// What users prove themselves with, images, grants and Svix's app, by the newest @clerk/backend; ends with one JSON object.
import { createClerkClient } from "@clerk/backend";

const { CLERK_SECRET_KEY, CLERK_API_URL, CLERK_PUBLISHABLE_KEY, USER, ACCOUNT, SIGN_UP, ACCESS, REFRESH, APPLICATION } =
  process.env;
const clerk = createClerkClient({
  secretKey: CLERK_SECRET_KEY, publishableKey: CLERK_PUBLISHABLE_KEY, apiUrl: CLERK_API_URL,
});
const { users, organizations, webhooks } = clerk;
const seen = {};
const refusal = (promise) => promise.then(() => "went through", (error) => [error.status, error.errors?.[0]?.code]);

seen.tokens = (await users.getUserOauthAccessToken(USER, "google")).data.map((each) => [each.provider, each.scopes]);
seen.disconnected = (await users.deleteUserExternalAccount({ userId: USER, externalAccountId: ACCOUNT })).deleted;
seen.verified = await users.verifyTOTP({ userId: USER, code: "one-two" });
seen.wrong = await refusal(users.verifyTOTP({ userId: USER, code: "000000" }));
await users.deleteUserBackupCodes(USER);
await users.deleteUserTOTP(USER);
await users.disableUserMFA(USER);
seen.plain = (await users.getUser(USER)).twoFactorEnabled;
seen.compromised = (await users.setPasswordCompromised(USER, { revokeAllSessions: true })).id === USER;
seen.fine = (await users.unsetPasswordCompromised(USER)).id === USER;

const png = new File([Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])], "a.png", { type: "image/png" });
const dressed = await users.updateUserProfileImage(USER, { file: png });
const shown = await fetch(dressed.imageUrl);
seen.image = [dressed.hasImage, shown.status, shown.headers.get("content-type")];
seen.undressed = (await users.deleteUserProfileImage(USER)).hasImage;
const made = await organizations.createOrganization({ name: "Northwind" });
seen.logo = (await organizations.updateOrganizationLogo(made.id, { file: png, uploaderUserId: USER })).hasImage;
seen.bare = (await organizations.deleteOrganizationLogo(made.id)).hasImage;

seen.signUp = [(await clerk.signUps.get(SIGN_UP)).status];
seen.signUp.push((await clerk.signUps.update({ signUpAttemptId: SIGN_UP, externalId: "crm-1" })).externalId);
const request = new Request("http://localhost:3000/", { headers: { Authorization: `Bearer ${ACCESS}` } });
const state = await clerk.authenticateRequest(request, { acceptsToken: "oauth_token" });
seen.grant = [state.isAuthenticated, state.toAuth().userId === USER, state.toAuth().scopes];
seen.verifiedGrant = (await clerk.idPOAuthAccessToken.verify(ACCESS)).subject === USER;
await clerk.oauthApplications.revokeToken({ oauthApplicationId: APPLICATION, token: REFRESH });
seen.ended = await refusal(clerk.idPOAuthAccessToken.verify(ACCESS));
seen.svix = [(await webhooks.createSvixApp()).svixUrl === (await webhooks.generateSvixAuthURL()).svixUrl];
await webhooks.deleteSvixApp();
seen.svix.push(await refusal(webhooks.generateSvixAuthURL()));
console.log(JSON.stringify(seen));
