// @clerk/backend, of any version; versions that verify webhooks do.
const { SDK, ADDRESS, CLERK_SECRET_KEY, BODY, HEADERS, SECRET, EVENT } = process.env;
const { createClerkClient } = await import(SDK);

const { users } = createClerkClient({ secretKey: CLERK_SECRET_KEY, apiUrl: ADDRESS });
const made = {};
const person = { emailAddress: ["ada@shop.test"], firstName: "Ada", password: "correct horse battery" };
await run({
  create: async () => (made.id = (await users.createUser(person)).id).startsWith("user_"),
  read: async () => (await users.getUser(made.id)).firstName === "Ada",
  list: async () => (await users.getUserList({ limit: 10 })).data.some((each) => each.id === made.id),
  error: async () => (await refused(() => users.getUser("user_nobody"))).errors[0].code === "resource_not_found",
  webhook: async () => {
    const { verifyWebhook } = await import(`${SDK}/webhooks`);
    const sent = (body) => new Request("http://localhost/", { method: "POST", headers: JSON.parse(HEADERS), body });
    const event = await verifyWebhook(sent(BODY), { signingSecret: SECRET });
    await refused(() => verifyWebhook(sent(`${BODY} `), { signingSecret: SECRET }));
    return event.type === EVENT;
  },
});
