// What the newest SDK has beyond the published document: usage, a webhook's events, copies, new names.
import { Resend } from "resend";

const { RESEND_API_KEY, EMAIL_FROM: from, GREENROOM_URL, WORLD } = process.env;
const resend = new Resend(RESEND_API_KEY);
const data = async (call) => {
  const { data, error } = await call;
  if (error) throw new Error(JSON.stringify(error));
  return data;
};
const control = (path, body) =>
  fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const seen = {};

const { id: webhookId } = await data(resend.webhooks.create({ endpoint: "http://127.0.0.1:9/", events: ["email.sent"] }));
await data(resend.emails.send({ from, to: "ada@customer.test", subject: "A", text: "a" }));
await control("/clock/advance", { seconds: 2 });
const { data: events } = await data(resend.webhooks.events.list({ webhookId }));
const eventId = events[0].id;
seen.events = events.map((each) => [each.type, each.status]);
const event = await data(resend.webhooks.events.get({ webhookId, eventId }));
seen.event = [event.object, event.payload.type, typeof event.next_attempt_at];
const { data: attempts } = await data(resend.webhooks.events.attempts.list({ webhookId, eventId, limit: 5 }));
seen.attempts = attempts.map((each) => each.http_status_code);
seen.replayed = (await data(resend.webhooks.events.replay({ webhookId, eventId }))).id === eventId;
await control("/webhooks/settle", {});
seen.again = (await data(resend.webhooks.events.attempts.list({ webhookId, eventId }))).data.length;

const usage = await data(resend.usage.get());
seen.usage = [usage.emails.daily.sent, usage.emails.monthly.limit, usage.rate_limit.limit];
const segment = (await data(resend.segments.create({ name: "Customers" }))).id;
await data(resend.segments.update(segment, { name: "Guests" }));
seen.renamed = (await data(resend.segments.get(segment))).name;
const { id } = await data(resend.broadcasts.create({ segmentId: segment, from, subject: "News", html: "<p>Hi</p>" }));
const copy = await data(resend.broadcasts.duplicate(id));
await data(resend.broadcasts.remove(id));
seen.copied = (await data(resend.broadcasts.get(copy.id))).subject;
console.log(JSON.stringify(seen));
