import { auth } from "@clerk/nextjs/server";

export default async function Dashboard() {
  const { userId, sessionId, orgId, orgRole, orgSlug, sessionClaims } = await auth();
  const seen = { userId, sessionId, orgId, orgRole, orgSlug, role: sessionClaims?.["metadata.role"] };
  return (
    <>
      <h1>Dashboard</h1>
      <pre id="auth">{JSON.stringify(seen)}</pre>
    </>
  );
}
