// Contacts, templates, broadcasts and the like by the newest SDK; prints what a consumer sees.
import { Resend } from "resend";

const { RESEND_API_KEY, EMAIL_FROM: from, GREENROOM_URL, WORLD } = process.env;
const resend = new Resend(RESEND_API_KEY);
const data = async (call) => {
  const { data, error } = await call;
  if (error) throw new Error(JSON.stringify(error));
  return data;
};
const refusal = async (call) => {
  const { error } = await call;
  return [error.statusCode, error.name];
};
const control = (path, body) =>
  fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
const seen = {};

const topic = (await data(resend.topics.create({ name: "News", defaultSubscription: "opt_in" }))).id;
await data(resend.topics.update({ id: topic, description: "What is new" }));
seen.topic = (await data(resend.topics.get(topic))).description;
seen.topics = (await data(resend.topics.list())).data.length;
const segment = (await data(resend.segments.create({ name: "Customers" }))).id;
seen.segment = (await data(resend.segments.get(segment))).name;
seen.segments = (await data(resend.segments.list())).data.length;
const property = (await data(resend.contactProperties.create({ key: "plan", type: "string", fallbackValue: "free" }))).id;
await data(resend.contactProperties.update({ id: property, fallbackValue: "none" }));
seen.property = (await data(resend.contactProperties.get(property))).fallbackValue;
seen.properties = (await data(resend.contactProperties.list())).data.length;

const add = (email, firstName, more) => data(resend.contacts.create({ email, firstName, segments: [{ id: segment }], ...more }));
const ada = (await add("ada@customer.test", "Ada", { properties: { plan: "pro" } })).id;
await add("bob@customer.test", "Bob", { unsubscribed: true });
await add("cy@customer.test", "Cy", { topics: [{ id: topic, subscription: "opt_out" }] });
await data(resend.contacts.update({ email: "ada@customer.test", lastName: "Byron" }));
const shown = await data(resend.contacts.get({ email: "ada@customer.test" }));
seen.contact = [shown.last_name, shown.properties];
seen.contacts = (await data(resend.contacts.list({ segmentId: segment }))).data.map((each) => each.email);
const other = (await data(resend.segments.create({ name: "Others" }))).id;
await data(resend.contacts.segments.add({ contactId: ada, segmentId: other }));
await data(resend.contacts.segments.remove({ contactId: ada, segmentId: other }));
await data(resend.segments.remove(other));
seen.everybody = (await data(resend.contacts.list())).data.length;
seen.in_segments = (await data(resend.contacts.segments.list({ contactId: ada }))).data.length;
await data(resend.contacts.topics.update({ id: ada, topics: [{ id: topic, subscription: "opt_in" }] }));
seen.subscriptions = (await data(resend.contacts.topics.list({ id: ada }))).data.map((each) => each.subscription);

const variables = [{ key: "NAME", type: "string" }];
const template = (await data(resend.templates.create({ name: "Hi", subject: "Hi {{{NAME}}}", html: "<p>{{{NAME}}}</p>", variables }))).id;
const templated = { from, to: "ada@customer.test", template: { id: template, variables: { NAME: "Ada" } } };
seen.unpublished = await refusal(resend.emails.send(templated));
await data(resend.templates.publish(template));
const sent = await data(resend.emails.send(templated));
const filled = await data(resend.emails.get(sent.id));
seen.filled = [filled.subject, filled.html];
seen.missing = await refusal(resend.emails.send({ ...templated, template: { id: template } }));
const copy = (await data(resend.templates.duplicate(template))).id;
await data(resend.templates.update(copy, { name: "Copy" }));
seen.template = (await data(resend.templates.get(copy))).status;
seen.templates = (await data(resend.templates.list())).data.length;
await data(resend.templates.remove(copy));

const draft = { segmentId: segment, from, subject: "News", html: "<p>{{{FIRST_NAME|you}}}</p>", topicId: topic };
const broadcast = (await data(resend.broadcasts.create(draft))).id;
await data(resend.broadcasts.update(broadcast, { name: "Spring" }));
await data(resend.broadcasts.send(broadcast, { scheduledAt: "in 1 hour" }));
await data(resend.broadcasts.cancel(broadcast));
await data(resend.broadcasts.send(broadcast));
await control("/clock/advance", { seconds: 10 });
const done = await data(resend.broadcasts.get(broadcast));
seen.broadcast = [done.name, done.status];
seen.recipients = (await data(resend.broadcasts.recipients(broadcast, { type: "delivered" }))).data.map((each) => each.email);
seen.clicks = (await data(resend.broadcasts.clickedLinks(broadcast))).data.length;
seen.broadcasts = (await data(resend.broadcasts.list())).data.length;
seen.sent_stays = await refusal(resend.broadcasts.remove(broadcast));

const suppressed = (await data(resend.suppressions.add({ email: "no@customer.test" }))).id;
seen.suppression = (await data(resend.suppressions.get(suppressed))).origin;
await data(resend.suppressions.batch.add({ emails: ["a@customer.test", "b@customer.test"] }));
seen.suppressions = (await data(resend.suppressions.list())).data.length;
await data(resend.suppressions.remove("no@customer.test"));
await data(resend.suppressions.batch.remove({ emails: ["a@customer.test"] }));

await data(resend.domains.create({ name: "in.test", capabilities: { sending: "enabled", receiving: "enabled" } }));
const attachments = [{ filename: "a.txt", content: "aGVsbG8=" }];
await control("/trigger", { provider: "resend", event: "email.received", to: "hello@in.test", attachments });
const [mail] = (await data(resend.emails.receiving.list())).data;
const read = await data(resend.emails.receiving.get(mail.id));
seen.received = [read.subject, read.attachments[0].filename];
const [file] = (await data(resend.emails.receiving.attachments.list({ emailId: mail.id }))).data;
const one = await data(resend.emails.receiving.attachments.get({ emailId: mail.id, id: file.id }));
seen.file = await (await fetch(one.download_url)).text();
const attached = await data(resend.emails.send({ from, to: "ada@customer.test", subject: "A", text: "a", attachments }));
const held = (await data(resend.emails.attachments.list({ emailId: attached.id }))).data;
const again = await data(resend.emails.attachments.get({ emailId: attached.id, id: held[0].id }));
seen.attached = [held.length, again.size, again.filename];

const key = await data(resend.apiKeys.create({ name: "CI" }));
await data(resend.apiKeys.update(key.id, { name: "Deploy" }));
seen.key = (await data(resend.apiKeys.list())).data[0].name;
const hook = await data(resend.webhooks.create({ endpoint: "http://127.0.0.1:9/", events: ["email.sent"] }));
seen.rotated = (await data(resend.webhooks.rotateSigningSecret(hook.id))).signing_secret !== hook.signing_secret;
const logs = (await data(resend.logs.list({ limit: 5 }))).data;
seen.logs = [logs.length, (await data(resend.logs.get(logs[0].id))).method];
await data(resend.contacts.remove({ email: "ada@customer.test" }));
await data(resend.segments.remove(segment));
await data(resend.topics.remove(topic));
await data(resend.contactProperties.remove(property));
await control("/trigger", { provider: "resend", event: "quota.reached" });
seen.quota = await refusal(resend.emails.send({ from, to: "ada@customer.test", subject: "A", text: "a" }));
console.log(JSON.stringify(seen));
