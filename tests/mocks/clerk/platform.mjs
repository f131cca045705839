// What the platform does with the version it pins: lists of users, organisations and members, one user, a token.
import { createClerkClient } from "clerk-backend-platform";

const { CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY, CLERK_API_URL } = process.env;
const clerk = createClerkClient({
  secretKey: CLERK_SECRET_KEY,
  publishableKey: CLERK_PUBLISHABLE_KEY,
  apiUrl: CLERK_API_URL,
});
const page = { limit: 100, orderBy: "-created_at" };
const ada = await clerk.users.createUser({ emailAddress: ["ada@northwind.test"], firstName: "Ada", lastName: "Byron" });
const updated = await clerk.users.updateUser(ada.id, { publicMetadata: { role: "super_admin" } });
const made = await clerk.organizations.createOrganization({ name: "Northwind", createdBy: ada.id });
const users = await clerk.users.getUserList(page);
const organizations = await clerk.organizations.getOrganizationList(page);
const members = await clerk.organizations.getOrganizationMembershipList({ organizationId: made.id });
const user = await clerk.users.getUser(ada.id);
const { publicUserData, role } = members.data[0];
const testing = await clerk.testingTokens.createTestingToken();
console.log(
  JSON.stringify({
    users: [users.data.length, users.totalCount],
    metadata: updated.publicMetadata,
    organizations: organizations.data.map((each) => [each.name, each.slug, organizations.totalCount]),
    member: [publicUserData.userId === ada.id, publicUserData.firstName, publicUserData.identifier, role],
    user: [user.emailAddresses[0].emailAddress, user.firstName, user.lastName, typeof user.createdAt],
    testing: testing.token.length > 40,
  }),
);
