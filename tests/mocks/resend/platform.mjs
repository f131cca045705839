// What the platform does with the version it pins: sends with html and tags, lists domains.
import { Resend } from "resend-platform";

const { RESEND_API_KEY, EMAIL_FROM, GREENROOM_URL, WORLD } = process.env;
const resend = new Resend(RESEND_API_KEY);
const control = async (path, body) => {
  const method = body === undefined ? "GET" : "POST";
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`, {
    method,
    headers,
    body: JSON.stringify(body),
  });
  return answer.json();
};

const mail = {
  from: EMAIL_FROM,
  to: "ada@customer.test",
  subject: "Invitation",
  html: "<p>Come in</p>",
  tags: [
    { name: "type", value: "invitation" },
    { name: "sender", value: "user_2abc" },
  ],
  attachments: [{ filename: "a.txt", content: Buffer.from("hello") }],
};
const { data } = await resend.emails.send(mail);
await control("/clock/advance", { seconds: 5 });
const shown = await resend.emails.get(data.id);
const stored = await control(`/emails/${data.id}`);
const domains = await resend.domains.list();
const audience = (await resend.audiences.create({ name: "Old" })).data.id;
await resend.contacts.create({ audienceId: audience, email: "ada@customer.test" });
await resend.contacts.update({ audienceId: audience, email: "ada@customer.test", firstName: "Ada" });
const contact = (await resend.contacts.get({ audienceId: audience, email: "ada@customer.test" })).data;
const members = (await resend.contacts.list({ audienceId: audience })).data.data.length;
const gone = (await resend.contacts.remove({ audienceId: audience, id: contact.id })).data.deleted;
const named = [(await resend.audiences.get(audience)).data.name, (await resend.audiences.list()).data.data.length];
const removed = (await resend.audiences.remove(audience)).data.deleted;
const refused = await resend.emails.send({ ...mail, to: "ada@example.com" });
console.log(
  JSON.stringify({
    sent: [shown.data.last_event, shown.data.tags],
    attachment: stored.attachments[0].content,
    domains: domains.data.data.map((each) => each.name),
    audience: [named[0], members, contact.first_name, gone, removed && named[1] === 1],
    refused: refused.error.name,
  }),
);
