import { ClerkProvider, OrganizationSwitcher, Show, UserButton } from "@clerk/nextjs";
import Link from "next/link";
import { proxyUrl, publishableKey, scriptUrl, uiUrl } from "../clerk.js";

export const dynamic = "force-dynamic";
export const metadata = { title: "Northwind" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <ClerkProvider
          publishableKey={publishableKey()}
          proxyUrl={proxyUrl()}
          __internal_clerkJSUrl={scriptUrl()}
          __internal_clerkUIUrl={uiUrl()}
          signInUrl="/sign-in"
          signUpUrl="/sign-up"
          signInFallbackRedirectUrl="/dashboard"
          signUpFallbackRedirectUrl="/dashboard"
        >
          <header>
            <Link href="/">Northwind</Link>
            <Show when="signed-in">
              <OrganizationSwitcher afterCreateOrganizationUrl="/dashboard" afterSelectOrganizationUrl="/dashboard" />
              <UserButton />
            </Show>
            <Show when="signed-out">
              <p id="signed-out">Nobody is signed in.</p>
            </Show>
          </header>
          <main>{children}</main>
        </ClerkProvider>
      </body>
    </html>
  );
}
