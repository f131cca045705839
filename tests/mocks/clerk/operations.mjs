// Every operation that the mock serves and @clerk/backend has, by the newest SDK; prints what a consumer sees.
import { createClerkClient } from "@clerk/backend";

const { CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY, CLERK_API_URL } = process.env;
const clerk = createClerkClient({
  secretKey: CLERK_SECRET_KEY,
  publishableKey: CLERK_PUBLISHABLE_KEY,
  apiUrl: CLERK_API_URL,
});

const refusal = async (call) => {
  try {
    await call;
  } catch (error) {
    return [error.status, error.errors[0].code, error.clerkTraceId.length];
  }
  throw new Error("was not refused");
};
const seen = {};

// --- users
const { users } = clerk;
const ada = await users.createUser({
  emailAddress: ["ada@northwind.test"],
  firstName: "Ada",
  lastName: "Byron",
  password: "correct horse",
  publicMetadata: { role: "admin", plan: { seats: 3 } },
});
const listed = await users.getUserList({ limit: 100, orderBy: "-created_at" });
seen.users = [listed.data[0].emailAddresses[0].emailAddress, listed.totalCount];
seen.found = (await users.getUserList({ emailAddress: ["ADA@northwind.test"], query: "byron" })).totalCount;
seen.user = (await users.getUser(ada.id)).firstName;
seen.merged = (
  await users.updateUserMetadata(ada.id, { publicMetadata: { plan: { tier: "pro" }, role: null } })
).publicMetadata;
seen.replaced = (await users.replaceUserMetadata(ada.id, { privateMetadata: { crm: 7 } })).privateMetadata;
seen.updated = (await users.updateUser(ada.id, { username: "countess", lastName: "King" })).fullName;
seen.verified = (await users.verifyPassword({ userId: ada.id, password: "correct horse" })).verified;
seen.wrong = await refusal(users.verifyPassword({ userId: ada.id, password: "wrong horse" }));
seen.passwordless = (await users.removePassword(ada.id)).passwordEnabled;
seen.banned = [(await users.banUser(ada.id)).banned, (await users.unbanUser(ada.id)).banned];
seen.locked = [(await users.lockUser(ada.id)).locked, (await users.unlockUser(ada.id)).locked];
seen.count = await users.getCount({ query: "king" });
const email = await clerk.emailAddresses.createEmailAddress({
  userId: ada.id,
  emailAddress: "ada@second.test",
  verified: true,
});
await clerk.emailAddresses.updateEmailAddress(email.id, { primary: true });
seen.primary = (await users.getUser(ada.id)).primaryEmailAddress.emailAddress;
seen.email = (await clerk.emailAddresses.getEmailAddress(email.id)).verification.strategy;
seen.removed = (await clerk.emailAddresses.deleteEmailAddress(email.id)).deleted;
await users.replaceUserEmailAddress(ada.id, { emailAddress: "ada@northwind.test" });
const phone = await clerk.phoneNumbers.createPhoneNumber({ userId: ada.id, phoneNumber: "+15555550100" });
await clerk.phoneNumbers.updatePhoneNumber(phone.id, { verified: true });
seen.phone = (await clerk.phoneNumbers.getPhoneNumber(phone.id)).phoneNumber;
await clerk.phoneNumbers.deletePhoneNumber(phone.id);
await users.replaceUserPhoneNumber(ada.id, { phoneNumber: "+15555550101" });

// --- organisations
const { organizations } = clerk;
const organization = await organizations.createOrganization({
  name: "Northwind Coffee",
  createdBy: ada.id,
  maxAllowedMemberships: 0,
});
const organizationId = organization.id;
const all = await organizations.getOrganizationList({ limit: 100, orderBy: "-created_at", includeMembersCount: true });
seen.organizations = [all.data[0].name, all.data[0].membersCount, all.totalCount];
seen.bySlug = (await organizations.getOrganization({ slug: "northwind-coffee" })).id === organizationId;
seen.renamed = (await organizations.updateOrganization(organizationId, { name: "Northwind" })).name;
seen.tier = (
  await organizations.updateOrganizationMetadata(organizationId, { publicMetadata: { tier: "pro" } })
).publicMetadata;
await organizations.replaceOrganizationMetadata(organizationId, { publicMetadata: {} });
const bob = await users.createUser({ emailAddress: ["bob@northwind.test"], firstName: "Bob" });
const member = { organizationId, userId: bob.id };
await organizations.createOrganizationMembership({ ...member, role: "org:member" });
await organizations.updateOrganizationMembership({ ...member, role: "org:admin" });
await organizations.updateOrganizationMembershipMetadata({ ...member, publicMetadata: { desk: 4 } });
const members = await organizations.getOrganizationMembershipList({ organizationId });
seen.members = members.data.map((each) => [each.publicUserData.identifier, each.role]);
seen.everybody = (await organizations.getInstanceOrganizationMembershipList({})).totalCount;
seen.belongs = (await users.getOrganizationMembershipList({ userId: bob.id })).data[0].organization.name;
await organizations.deleteOrganizationMembership(member);
const guest = { role: "org:member", inviterUserId: ada.id };
const invited = await organizations.createOrganizationInvitation({
  organizationId,
  emailAddress: "guest@northwind.test",
  ...guest,
});
const bulk = await organizations.createOrganizationInvitationBulk(organizationId, [
  { emailAddress: "one@northwind.test", ...guest },
  { emailAddress: "two@northwind.test", ...guest },
]);
const pending = await organizations.getOrganizationInvitationList({ organizationId, status: ["pending"] });
seen.invited = [invited.status, bulk.totalCount ?? bulk.data.length, pending.totalCount];
await organizations.getOrganizationInvitation({ organizationId, invitationId: invited.id });
const revocation = { organizationId, invitationId: invited.id, requestingUserId: ada.id };
seen.revoked = (await organizations.revokeOrganizationInvitation(revocation)).status;
seen.invitedUser = (await users.getOrganizationInvitationList({ userId: ada.id })).totalCount;

// --- sessions and tokens
const { sessions } = clerk;
const session = await sessions.createSession({ userId: ada.id });
seen.session = [(await sessions.getSession(session.id)).status, (await sessions.getSessionList({ userId: ada.id })).totalCount];
const { jwt } = await sessions.getToken(session.id);
const template = await clerk.jwtTemplates.create({ name: "hasura", claims: { aud: "h", who: "{{user.id}}" } });
await clerk.jwtTemplates.update({ templateId: template.id, name: "hasura", claims: { who: "{{user.id}}" } });
await clerk.jwtTemplates.get(template.id);
seen.templates = (await clerk.jwtTemplates.list({})).data.map((each) => each.name);
seen.template = JSON.parse(atob((await sessions.getToken(session.id, "hasura")).jwt.split(".")[1])).who === ada.id;
seen.deletedTemplate = (await clerk.jwtTemplates.delete(template.id)).deleted;
seen.client = (await clerk.clients.getClient(session.clientId)).sessionIds.length;
seen.verifiedClient = (await clerk.clients.verifyClient(jwt)).id === session.clientId;
seen.clients = (await refusal(clerk.clients.getClientList())).slice(0, 2);
seen.revokedSession = (await sessions.revokeSession(session.id)).status;
const signIn = await clerk.signInTokens.createSignInToken({ userId: ada.id, expiresInSeconds: 600 });
seen.signIn = (await clerk.signInTokens.revokeSignInToken(signIn.id)).status;
const actor = await clerk.actorTokens.create({ userId: ada.id, actor: { sub: "user_support" } });
seen.actor = (await clerk.actorTokens.revoke(actor.id)).status;
seen.testing = (await clerk.testingTokens.createTestingToken()).token.includes("-c_");
seen.keys = (await clerk.jwks.getJwks()).keys.length;

// --- the instance
const invitation = await clerk.invitations.createInvitation({ emailAddress: "new@northwind.test" });
await clerk.invitations.createInvitationBulk([{ emailAddress: "newer@northwind.test" }]);
seen.invitations = (await clerk.invitations.getInvitationList({ status: "pending" })).totalCount;
seen.revokedInvitation = (await clerk.invitations.revokeInvitation(invitation.id)).status;
const allowed = await clerk.allowlistIdentifiers.createAllowlistIdentifier({ identifier: "*@a.test", notify: false });
seen.allowed = (await clerk.allowlistIdentifiers.getAllowlistIdentifierList()).data[0].identifier;
await clerk.allowlistIdentifiers.deleteAllowlistIdentifier(allowed.id);
const blocked = await clerk.blocklistIdentifiers.createBlocklistIdentifier({ identifier: "eve@evil.test" });
seen.blocked = (await clerk.blocklistIdentifiers.getBlocklistIdentifierList()).data[0].identifier;
await clerk.blocklistIdentifiers.deleteBlocklistIdentifier(blocked.id);
const redirect = await clerk.redirectUrls.createRedirectUrl({ url: "my-app://callback" });
await clerk.redirectUrls.getRedirectUrl(redirect.id);
seen.redirects = (await clerk.redirectUrls.getRedirectUrlList()).data[0].url;
await clerk.redirectUrls.deleteRedirectUrl(redirect.id);
seen.instance = (await clerk.instance.get()).environmentType;
await clerk.instance.update({ testMode: true });
seen.restrictions = (await clerk.instance.updateRestrictions({ allowlist: true })).allowlist;
await clerk.instance.updateOrganizationSettings({ maxAllowedMemberships: 20 });
seen.settings = (await clerk.instance.getOrganizationSettings()).maxAllowedMemberships;
const roles = await clerk.organizationRoles.getOrganizationRoleList({});
const roleId = roles.data.find((each) => each.key === "org:admin").id;
seen.role = (await clerk.organizationRoles.getOrganizationRole(roleId)).key;
const permissions = await clerk.organizationPermissions.getOrganizationPermissionList({});
const permissionId = permissions.data[0].id;
await clerk.organizationPermissions.getOrganizationPermission(permissionId);
seen.permissions = permissions.totalCount;

// --- the end, and what is refused
seen.deletedOrganization = (await organizations.deleteOrganization(organizationId)).deleted;
seen.deletedUser = (await users.deleteUser(bob.id)).deleted;
seen.unknown = await refusal(users.getUser(bob.id));
seen.taken = await refusal(users.createUser({ emailAddress: ["ada@northwind.test"] }));
seen.missing = await refusal(organizations.createOrganization({}));
const stranger = createClerkClient({ secretKey: "sk_test_nobody", apiUrl: CLERK_API_URL });
seen.stranger = await refusal(stranger.users.getUserList());
seen.unserved = await refusal(clerk.samlConnections.getSamlConnectionList());
console.log(JSON.stringify(seen));
