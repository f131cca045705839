// Disputes, search, portal, links, files, tax ids, meters with one of Stripe's Node SDKs (SDK names the package).
const { default: Stripe } = await import(process.env.SDK);
const options = { host: "127.0.0.1", port: Number(process.env.STRIPE_PORT), protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);

const advance = (seconds) =>
  fetch(`${process.env.GREENROOM_URL}/_greenroom/worlds/${process.env.WORLD}/clock/advance`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ seconds }),
  });
const caught = async (promise) => {
  try {
    await promise;
    return null;
  } catch (error) {
    return [error.constructor.name, error.statusCode ?? null, error.code ?? null, error.param ?? null];
  }
};
const all = async (list) => {
  let found = 0;
  for await (const each of list) found += each.id ? 1 : 0;
  return found;
};
const seen = {};
const pay = (card) =>
  stripe.paymentIntents.create({
    amount: 5000, currency: "usd", payment_method: `pm_card_${card}`, confirm: true, return_url: "http://127.0.0.1:9/",
  });

// disputes, early fraud warnings, charges, refunds, setup attempts
const intent = await pay("createDispute");
const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
const staged = await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: "winning_evidence" } });
await advance(60);
const ended = await stripe.disputes.retrieve(dispute.id, { expand: ["charge"] });
seen.dispute = [dispute.status, staged.status, ended.status, ended.charge.disputed, ended.balance_transactions.length];
seen.ended = await caught(stripe.disputes.close(dispute.id));
const suspected = await pay("createIssuerFraudRecord");
const [warning] = (await stripe.radar.earlyFraudWarnings.list({ payment_intent: suspected.id })).data;
seen.warning = (await stripe.radar.earlyFraudWarnings.retrieve(warning.id)).actionable;
const held = await stripe.charges.create({ amount: 900, currency: "usd", source: "tok_visa", capture: false });
seen.captured = (await stripe.charges.capture(held.id, { amount: 700 })).amount_captured;
const refund = await stripe.refunds.create({ charge: held.id });
seen.uncancelable = await caught(stripe.refunds.cancel(refund.id));
const setup = await stripe.setupIntents.create({});
await stripe.setupIntents.confirm(setup.id, { payment_method: "pm_card_visa", return_url: "http://127.0.0.1:9/" });
seen.attempts = (await stripe.setupAttempts.list({ setup_intent: setup.id })).data.map((each) => each.status);

// search
const owner = await stripe.customers.create({ email: "Ada@studio.test", name: "Ada Quill" });
for (const name of ["Bo Quill", "Cy Quill"]) await stripe.customers.create({ name });
seen.found = (await stripe.customers.search({ query: "email:'ada@studio.test'" })).data[0].id === owner.id;
seen.paged = await all(stripe.customers.search({ query: 'name~"quill"', limit: 1 }));
seen.unreadable = await caught(stripe.customers.search({ query: "ada" }));
seen.counted = [
  (await stripe.charges.search({ query: 'amount:5000 AND status:"succeeded"', expand: ["total_count"] })).total_count,
  (await stripe.paymentIntents.search({ query: "amount>=5000" })).data.length,
  (await stripe.prices.search({ query: 'active:"true" type:"recurring"' })).data.length > 0,
  (await stripe.products.search({ query: 'name:"Essential"' })).data.length,
  (await stripe.invoices.search({ query: "total>0" })).data.length,
  (await stripe.subscriptions.search({ query: 'status:"active"' })).data.length,
];

// portal
const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: owner.id });
const subscription = await stripe.subscriptions.create({
  customer: owner.id, items: [{ price: process.env.NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY }], default_payment_method: card.id,
});
const portal = stripe.billingPortal;
const configuration = await portal.configurations.create({
  features: { subscription_cancel: { enabled: true, mode: "immediately" }, invoice_history: { enabled: true } },
});
await portal.configurations.update(configuration.id, { default_return_url: "http://127.0.0.1:9/back" });
const session = await portal.sessions.create({
  customer: owner.id, configuration: configuration.id,
  flow_data: { type: "subscription_cancel", subscription_cancel: { subscription: subscription.id } },
});
const page = await fetch(session.url);
seen.portal = [session.return_url, session.flow.type, page.status, (await page.text()).includes("Cancel your plan")];
seen.configurations = [
  (await portal.configurations.retrieve(configuration.id)).features.subscription_cancel.mode,
  (await portal.configurations.list({ active: true })).data.length,
];

// payment links, customer sessions, tax ids, files
const price = await stripe.prices.create({ currency: "usd", unit_amount: 1500, product_data: { name: "Film" } });
const link = await stripe.paymentLinks.create({ line_items: [{ price: price.id, quantity: 2 }] });
await stripe.paymentLinks.update(link.id, { metadata: { k: "v" } });
const visited = await fetch(link.url, { redirect: "manual" });
const [opened] = (await stripe.checkout.sessions.list({ payment_link: link.id })).data;
seen.link = [
  visited.status, opened.amount_total, (await stripe.paymentLinks.retrieve(link.id)).metadata,
  (await stripe.paymentLinks.list({ active: true })).data.length, (await stripe.paymentLinks.listLineItems(link.id)).data[0].quantity,
];
const secret = await stripe.customerSessions.create({ customer: owner.id, components: { pricing_table: { enabled: true } } });
seen.secret = secret.client_secret.startsWith("cuss_secret_");
const vat = await stripe.customers.createTaxId(owner.id, { type: "eu_vat", value: "DE123456789" });
await advance(60);
seen.vat = [
  (await stripe.customers.retrieveTaxId(owner.id, vat.id)).verification.status,
  (await stripe.customers.listTaxIds(owner.id)).data.length, (await stripe.customers.deleteTaxId(owner.id, vat.id)).deleted,
];
// Before release 19 the SDK sends files to Stripe's own host unless the request names another.
const old = process.env.SDK === "stripe-basil" ? [{ host: "127.0.0.1" }] : [];
const report = { data: Buffer.from("a,b\r\n1,2"), name: "report.csv", type: "application/octet-stream" };
const file = await stripe.files.create({ purpose: "pci_document", file: report }, ...old);
const fileLink = await stripe.fileLinks.create({ file: file.id });
const fetched = await (await fetch(fileLink.url)).text();
await stripe.fileLinks.update(fileLink.id, { expires_at: "now" });
seen.file = [
  file.filename, file.size, fetched, (await stripe.fileLinks.retrieve(fileLink.id)).expired,
  (await stripe.files.list({ purpose: "pci_document" })).data.length, (await stripe.files.retrieve(file.id)).links.data.length,
  (await stripe.fileLinks.list({ file: file.id })).data.length,
];

// features and entitlements
const feature = await stripe.entitlements.features.create({ name: "Reports", lookup_key: "reports" });
await stripe.entitlements.features.update(feature.id, { name: "All reports" });
const product = (await stripe.prices.retrieve(process.env.NEXT_PUBLIC_PRICE_ESSENTIAL_MONTHLY)).product;
const given = await stripe.products.createFeature(product, { entitlement_feature: feature.id });
const active = (await stripe.entitlements.activeEntitlements.list({ customer: owner.id, expand: ["data.feature"] })).data;
seen.entitled = [
  active[0].feature.name, (await stripe.entitlements.activeEntitlements.retrieve(active[0].id)).lookup_key,
  (await stripe.products.listFeatures(product)).data.length, (await stripe.products.retrieveFeature(product, given.id)).id === given.id,
  (await stripe.products.deleteFeature(product, given.id)).deleted, (await stripe.entitlements.features.list()).data.length,
  (await stripe.entitlements.features.retrieve(feature.id)).active,
];

// meters
const meter = await stripe.billing.meters.create({
  display_name: "Calls", event_name: "calls", default_aggregation: { formula: "sum" },
});
await stripe.billing.meters.update(meter.id, { display_name: "All calls" });
const event = { event_name: "calls", payload: { stripe_customer_id: owner.id, value: "25" } };
await stripe.billing.meterEvents.create({ ...event, identifier: "one" });
await stripe.billing.meterEvents.create({ ...event, identifier: "two" });
await stripe.billing.meterEventAdjustments.create({ event_name: "calls", type: "cancel", cancel: { identifier: "two" } });
const day = Math.floor(owner.created / 86400) * 86400;
const period = { customer: owner.id, start_time: day, end_time: day + 2 * 86400 };
seen.used = (await stripe.billing.meters.listEventSummaries(meter.id, period)).data.map((each) => each.aggregated_value);
seen.twice = await caught(stripe.billing.meterEvents.create({ ...event, identifier: "one" }));
const metered = await stripe.prices.create({
  currency: "usd", unit_amount: 2, product_data: { name: "Calls" },
  recurring: { interval: "month", usage_type: "metered", meter: meter.id },
});
await stripe.subscriptions.create({ customer: owner.id, items: [{ price: metered.id }], default_payment_method: card.id });
await stripe.billing.meterEvents.create(event);
await advance(32 * 86400);
seen.charged = (await stripe.invoices.list({ customer: owner.id, limit: 100 })).data.filter((each) => each.total === 100).length;
seen.meter = [
  (await stripe.billing.meters.deactivate(meter.id)).status, (await stripe.billing.meters.reactivate(meter.id)).status,
  (await stripe.billing.meters.retrieve(meter.id)).display_name, (await stripe.billing.meters.list({ status: "active" })).data.length,
];
console.log(JSON.stringify(seen));
