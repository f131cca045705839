import { clerkMiddleware, createRouteMatcher } from "@clerk/nextjs/server";
import { NextResponse } from "next/server";
import { frontend, policy, proxyUrl } from "./clerk.js";

const isProtected = createRouteMatcher(["/dashboard(.*)", "/organization(.*)", "/api/me(.*)"]);

const signedIn = clerkMiddleware(
  async (auth, request) => {
    if (isProtected(request)) {
      await auth.protect();
    }
    const answer = NextResponse.next();
    if (policy()) {
      answer.headers.set("Content-Security-Policy", policy());
    }
    return answer;
  },
  () => (proxyUrl() ? { proxyUrl: proxyUrl() } : {}),
);

export default function middleware(request, event) {
  const { pathname, search } = request.nextUrl;
  if (pathname.startsWith("/__clerk/")) {
    return NextResponse.rewrite(new URL(`${frontend()}${pathname.slice("/__clerk".length)}${search}`));
  }
  return signedIn(request, event);
}

export const config = { matcher: ["/((?!_next).*)", "/(api|trpc|__clerk)(.*)"] };
