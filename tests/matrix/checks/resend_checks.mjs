// resend for Node, of any version; versions that verify webhooks do. It takes its address from the environment.
const { SDK, ADDRESS, RESEND_API_KEY, EMAIL_FROM, BODY, HEADERS, SECRET, EVENT } = process.env;
process.env.RESEND_BASE_URL = ADDRESS;
const { Resend } = await import(SDK);

const resend = new Resend(RESEND_API_KEY);
const mail = { from: EMAIL_FROM, to: "ada@shop.test", subject: "Hello", html: "<p>Hi</p>" };
const made = {};
const checks = {
  create: async () => Boolean((made.id = (await resend.emails.send(mail)).data.id)),
  read: async () => (await resend.emails.get(made.id)).data.subject === "Hello",
  list: async () => Array.isArray((await resend.domains.list()).data.data),
  error: async () => (await resend.emails.send({ ...mail, from: "someone@elsewhere.test" })).error.message.includes("not verified"),
};
if (resend.webhooks?.verify) {
  checks.webhook = async () => {
    const told = JSON.parse(HEADERS);
    const headers = { id: told["svix-id"], timestamp: told["svix-timestamp"], signature: told["svix-signature"] };
    const event = resend.webhooks.verify({ payload: BODY, headers, webhookSecret: SECRET });
    await refused(async () => resend.webhooks.verify({ payload: `${BODY} `, headers, webhookSecret: SECRET }));
    return event.type === EVENT;
  };
}
await run(checks);
