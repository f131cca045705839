import { auth, clerkClient } from "@clerk/nextjs/server";

export async function GET() {
  const { userId, orgId } = await auth();
  const user = await (await clerkClient()).users.getUser(userId);
  return Response.json({ userId, orgId, email: user.emailAddresses[0].emailAddress });
}
