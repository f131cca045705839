// Every operation that the mock serves, by the newest SDK; prints what a consumer sees.
import { Resend } from "resend";

const { RESEND_API_KEY, EMAIL_FROM, GREENROOM_URL, WORLD, RESEND_WEBHOOK_SECRET } = process.env;
const resend = new Resend(RESEND_API_KEY);
const mail = { from: EMAIL_FROM, to: "ada@customer.test", subject: "Hello", html: "<p>Hi <b>there</b></p>" };

const data = async (call) => {
  const { data, error } = await call;
  if (error) throw new Error(JSON.stringify(error));
  return data;
};
const refusal = async (call) => {
  const { error } = await call;
  return [error.statusCode, error.name];
};
const advance = (seconds) =>
  fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}/clock/advance`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ seconds }),
  });

const seen = {};
const first = await resend.emails.send({
  ...mail,
  tags: [{ name: "kind", value: "welcome" }],
  attachments: [{ filename: "a.txt", content: Buffer.from("hello"), contentId: "a" }],
});
await advance(5);
const shown = await data(resend.emails.get(first.data.id));
seen.sent = shown.last_event;
seen.text = shown.text;
seen.listed = (await data(resend.emails.list({ limit: 5 }))).data.length;
seen.limit = first.headers["ratelimit-limit"];
const metrics = await data(resend.emails.metrics({ dimensions: ["period", "domain"], metrics: ["sent", "delivery_rate"] }));
seen.metrics = [metrics.totals, metrics.data.map((each) => [each.domain_name, each.sent])];

const { id } = await data(resend.emails.send({ ...mail, scheduledAt: "in 1 hour" }));
await data(resend.emails.update({ id, scheduledAt: "2026-03-02T09:00:00.000Z" }));
seen.moved = (await data(resend.emails.get(id))).scheduled_at;
await data(resend.emails.cancel(id));
seen.canceled = (await data(resend.emails.get(id))).last_event;

seen.batch = (await data(resend.batch.send([mail, mail]))).data.length;
const partly = await data(
  resend.batch.send([mail, { ...mail, to: undefined }], { batchValidation: "permissive" }),
);
seen.permissive = [partly.data.length, partly.errors];

const once = () => data(resend.emails.send(mail, { idempotencyKey: "k" }));
seen.once = (await once()).id === (await once()).id;
seen.reused = await refusal(resend.emails.send({ ...mail, subject: "Other" }, { idempotencyKey: "k" }));

const domain = await data(resend.domains.create({ name: "shop.test", region: "eu-west-1" }));
await data(resend.domains.update({ id: domain.id, openTracking: true, tls: "enforced" }));
await data(resend.domains.verify(domain.id));
await advance(10);
const verified = await data(resend.domains.get(domain.id));
seen.domain = [domain.status, verified.status, verified.open_tracking];
seen.domains = (await data(resend.domains.list())).data.map((each) => each.name);
seen.removed = (await data(resend.domains.remove(domain.id))).deleted;

const key = await data(resend.apiKeys.create({ name: "CI", permission: "sending_access" }));
seen.keys = (await data(resend.apiKeys.list())).data.map((each) => each.name);
const restricted = new Resend(key.token);
await data(restricted.emails.send(mail));
seen.restricted = await refusal(restricted.domains.list());
await data(resend.apiKeys.remove(key.id));
seen.deleted_key = await refusal(restricted.emails.send(mail));

const webhook = await data(
  resend.webhooks.create({ endpoint: "http://127.0.0.1:9/hook", events: ["email.sent", "email.delivered"] }),
);
if (webhook.signing_secret !== RESEND_WEBHOOK_SECRET) throw new Error("not the environment's secret");
await data(resend.webhooks.update(webhook.id, { events: ["email.bounced"], status: "disabled" }));
const hook = await data(resend.webhooks.get(webhook.id));
await data(resend.webhooks.list());
const gone = await data(resend.webhooks.remove(webhook.id));
seen.webhook = [hook.endpoint, hook.events, hook.status, gone.deleted];

const { error } = await resend.emails.send({ ...mail, subject: undefined });
seen.missing = [error.statusCode, error.name, error.message];
seen.reserved = await refusal(resend.emails.send({ ...mail, to: "ada@example.com" }));
seen.onboarding = await refusal(resend.emails.send({ ...mail, from: "onboarding@resend.dev" }));
seen.unserved = await refusal(resend.automations.list());
console.log(JSON.stringify(seen));
