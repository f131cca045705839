// Where Clerk is, read when the application runs, so that one build serves every way of pointing it at a mock.

export const proxyUrl = () => process.env.APP_CLERK_PROXY_URL || undefined;
export const scriptUrl = () => process.env.APP_CLERK_JS_URL || undefined;
export const uiUrl = () => process.env.APP_CLERK_UI_URL || undefined;
export const frontend = () => process.env.APP_CLERK_FRONTEND || "";
export const publishableKey = () => process.env.NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY;

const hosts = "https://*.clerk.accounts.dev https://*.clerk.com https://*.clerk.dev";
const strict = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-inline' ${hosts}`,
  `connect-src 'self' ${hosts}`,
  `frame-src 'self' ${hosts}`,
  `form-action 'self' ${hosts}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'self'",
].join("; ");

export const policy = () => (process.env.APP_POLICY === "strict" ? strict : "");
