import { ClerkProvider, OrganizationSwitcher, SignedIn, SignedOut, UserButton } from "@clerk/nextjs";
import Link from "next/link";
import { proxyUrl, publishableKey, scriptUrl } from "../clerk.js";

export const dynamic = "force-dynamic";
export const metadata = { title: "Northwind" };

export default function Layout({ children }) {
  return (
    <ClerkProvider
      publishableKey={publishableKey()}
      proxyUrl={proxyUrl()}
      clerkJSUrl={scriptUrl()}
      signInUrl="/sign-in"
      signUpUrl="/sign-up"
      signInFallbackRedirectUrl="/dashboard"
      signUpFallbackRedirectUrl="/dashboard"
    >
      <html lang="en">
        <body>
          <header>
            <Link href="/">Northwind</Link>
            <SignedIn>
              <OrganizationSwitcher afterCreateOrganizationUrl="/dashboard" afterSelectOrganizationUrl="/dashboard" />
              <UserButton />
            </SignedIn>
            <SignedOut>
              <p id="signed-out">Nobody is signed in.</p>
            </SignedOut>
          </header>
          <main>{children}</main>
        </body>
      </html>
    </ClerkProvider>
  );
}
