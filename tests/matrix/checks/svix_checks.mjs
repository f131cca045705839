// svix for Node, of any version: what verifies Clerk's and Resend's webhooks.
const { SDK, BODY, HEADERS, SECRET, EVENT } = process.env;
const { Webhook } = await import(SDK);

await run({
  webhook: async () => {
    new Webhook(SECRET).verify(BODY, JSON.parse(HEADERS)); // throws, or returns: nothing in some versions
    await refused(async () => new Webhook(SECRET).verify(`${BODY} `, JSON.parse(HEADERS)));
    return JSON.parse(BODY).type === EVENT;
  },
});
