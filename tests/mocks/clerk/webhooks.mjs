// Deliveries through svix and both versions' verifyWebhook; prints the types of the events they return.
import { Webhook } from "svix";
import { verifyWebhook } from "@clerk/backend/webhooks";
import { verifyWebhook as verifyWithPlatform } from "clerk-backend-platform/webhooks";

const { deliveries, secret } = JSON.parse(process.env.GIVEN);
const seen = [];
for (const { headers, body } of deliveries) {
  new Webhook(secret).verify(body, headers); // throws, or returns: nothing in some versions
  const event = JSON.parse(body);
  for (const verify of [verifyWebhook, verifyWithPlatform]) {
    const request = new Request("http://localhost:3000/api/webhooks/clerk", { method: "POST", headers, body });
    const again = await verify(request, { signingSecret: secret });
    // The older one hands on what the installed svix returns; either throws for a request it does not accept.
    if (verify === verifyWebhook && (again.type !== event.type || again.data.id !== event.data.id)) {
      throw new Error("not the same event");
    }
  }
  seen.push(event.type);
}
console.log(JSON.stringify(seen));
