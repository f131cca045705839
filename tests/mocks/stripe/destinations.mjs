// Event destinations, thin events and usage by v2 with Stripe's Node SDK; with SECRET: reading one notification.
import Stripe from "stripe";

const options = { host: "127.0.0.1", port: Number(process.env.STRIPE_PORT), protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);
const seen = {};

if (process.env.SECRET) {
  const { BODY, SIGNATURE, SECRET } = process.env;
  const told = stripe.parseEventNotification(BODY, SIGNATURE, SECRET);
  seen.type = told.type;
  seen.email = (await told.fetchRelatedObject()).email;
  seen.event = (await told.fetchEvent()).type;
} else {
  const destinations = stripe.v2.core.eventDestinations;
  const made = await destinations.create({
    name: "All", type: "webhook_endpoint", event_payload: "thin", enabled_events: ["v1.customer.created"],
    webhook_endpoint: { url: process.env.RECEIVER }, include: ["webhook_endpoint.signing_secret"],
  });
  seen.secret = made.webhook_endpoint.signing_secret;
  seen.made = [made.status, (await destinations.retrieve(made.id)).id === made.id];
  seen.updated = (await destinations.update(made.id, { name: "Some" })).name;
  seen.switched = [(await destinations.disable(made.id)).status, (await destinations.enable(made.id)).status];
  seen.listed = 0;
  for await (const each of destinations.list({ limit: 1 })) seen.listed += each.id ? 1 : 0;
  const owner = await stripe.customers.create({ email: "ada@studio.test" });
  seen.pinged = (await destinations.ping(made.id)).type;
  const [event] = (await stripe.v2.core.events.list({ object_id: owner.id })).data;
  seen.events = (await stripe.v2.core.events.retrieve(event.id)).related_object.id === owner.id;

  await stripe.billing.meters.create({ display_name: "Calls", event_name: "calls", default_aggregation: { formula: "sum" } });
  const used = { event_name: "calls", payload: { stripe_customer_id: owner.id, value: "7" } };
  const first = await stripe.v2.billing.meterEvents.create({ ...used, identifier: "a" });
  const taken = await stripe.v2.billing.meterEventAdjustments.create({ event_name: "calls", type: "cancel", cancel: { identifier: "a" } });
  const session = await stripe.v2.billing.meterEventSession.create();
  await new Stripe(session.authentication_token, options).v2.billing.meterEventStream.create({ events: [used] });
  const [meter] = (await stripe.billing.meters.list()).data;
  const day = Math.floor(owner.created / 86400) * 86400;
  const period = { customer: owner.id, start_time: day, end_time: day + 2 * 86400 };
  const summaries = await stripe.billing.meters.listEventSummaries(meter.id, period);
  seen.used = [first.identifier, taken.status, summaries.data[0].aggregated_value];
  seen.refused = await destinations.retrieve("ed_test_nothing").catch((error) => [error.type, error.statusCode, error.code]);
  // The destination stays until its deliveries are made: another one is deleted.
  const other = await destinations.create({
    name: "Other", type: "webhook_endpoint", event_payload: "snapshot", enabled_events: ["refund.failed"],
    webhook_endpoint: { url: process.env.RECEIVER },
  });
  seen.deleted = (await destinations.del(other.id)).id === other.id;
}
console.log(JSON.stringify(seen));
