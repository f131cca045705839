// Roles, permissions, domains and the waitlist, by the newest @clerk/backend; ends with one JSON object: what was seen.
import { createClerkClient } from "@clerk/backend";
import { verifyToken } from "@clerk/backend";

const { CLERK_SECRET_KEY, CLERK_API_URL } = process.env;
const clerk = createClerkClient({ secretKey: CLERK_SECRET_KEY, apiUrl: CLERK_API_URL });
const { organizations, organizationRoles: roles, organizationPermissions: permissions, waitlistEntries } = clerk;
const seen = {};

const edit = await permissions.createOrganizationPermission({
  name: "Edit posts", key: "org:posts:edit", description: "Change what others wrote",
});
let role = await roles.createOrganizationRole({ name: "Editor", key: "org:editor", permissions: [edit.id] });
seen.role = [role.key, role.isCreatorEligible, role.permissions.map((each) => each.key)];
const pair = { organizationRoleId: role.id, permissionId: edit.id };
const less = await roles.removePermissionFromOrganizationRole(pair);
const more = await roles.assignPermissionToOrganizationRole(pair);
role = await roles.updateOrganizationRole({ organizationRoleId: role.id, name: "Writer" });
seen.renamed = [role.name, less.permissions.length, more.permissions.length];
const changed = await permissions.updateOrganizationPermission({ permissionId: edit.id, description: "Edits" });
seen.permission = [changed.name, changed.key];

const ada = await clerk.users.createUser({ emailAddress: ["ada@northwind.test"] });
const boss = await clerk.users.createUser({ emailAddress: ["boss@northwind.test"] });
const made = await organizations.createOrganization({ name: "Northwind", createdBy: boss.id });
const organizationId = made.id;
await organizations.createOrganizationMembership({ organizationId, userId: ada.id, role: "org:editor" });
const response = await fetch(`${CLERK_API_URL}/v1/sessions`, {
  method: "POST",
  headers: { Authorization: `Bearer ${CLERK_SECRET_KEY}`, "Content-Type": "application/json" },
  body: JSON.stringify({ user_id: ada.id, active_organization_id: organizationId }),
});
const session = await response.json();
const { jwt } = await clerk.sessions.getToken(session.id);
await verifyToken(jwt, { secretKey: CLERK_SECRET_KEY, apiUrl: CLERK_API_URL });
const state = await clerk.authenticateRequest(
  new Request("http://localhost:3000/", { headers: { Authorization: `Bearer ${jwt}` } }),
  { publishableKey: process.env.CLERK_PUBLISHABLE_KEY },
);
const auth = state.toAuth();
seen.claims = [auth.orgPermissions.join(), auth.has({ permission: "org:posts:edit" })];

await organizations.updateOrganizationMembership({ organizationId, userId: ada.id, role: "org:member" });
seen.removed = [
  (await roles.deleteOrganizationRole(role.id)).deleted,
  (await permissions.deleteOrganizationPermission(edit.id)).deleted,
];

const domain = await organizations.createOrganizationDomain({
  organizationId, name: "northwind.test", enrollmentMode: "manual_invitation", verified: true,
});
seen.domain = [
  domain.name,
  domain.verification.status,
  (await organizations.getOrganizationDomainList({ organizationId })).totalCount,
];
seen.changed = (await organizations.updateOrganizationDomain({
  organizationId, domainId: domain.id, enrollmentMode: "automatic_suggestion", // the SDK leaves domains as they come
})).enrollment_mode;
await organizations.deleteOrganizationDomain({ organizationId, domainId: domain.id });
const own = await clerk.domains.list();
const proxied = await clerk.domains.update({ domainId: own.data[0].id, proxy_url: "http://localhost:3000/__clerk" });
seen.ownDomain = [own.totalCount, proxied.proxyUrl];

const entry = await waitlistEntries.create({ emailAddress: "carol@northwind.test" });
const [other] = await waitlistEntries.createBulk([{ emailAddress: "dan@northwind.test" }]);
const { totalCount } = await waitlistEntries.list({ status: "pending" });
const invited = await waitlistEntries.invite(entry.id);
const rejected = await waitlistEntries.reject(other.id);
seen.waiting = [
  entry.status, totalCount, invited.status, rejected.status, (await waitlistEntries.delete(other.id)).deleted,
];
console.log(JSON.stringify(seen));
