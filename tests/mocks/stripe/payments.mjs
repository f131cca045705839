// Every operation of payments with one of Stripe's Node SDKs (SDK names the package); prints what the test looks at.
const { default: Stripe } = await import(process.env.SDK);
const port = Number(process.env.STRIPE_PORT);
const options = { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);
const browser = new Stripe(process.env.STRIPE_PUBLISHABLE_KEY, options);

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
  const found = [];
  for await (const each of list) found.push(each.id);
  return found;
};
const seen = {};

// customers and payment methods
const customer = await stripe.customers.create({ email: "ada@studio.test", name: "Ada", metadata: { a: "1" } });
await stripe.customers.update(customer.id, { metadata: { a: "", b: "2" }, phone: null, address: { city: "Leeds" } });
const read = await stripe.customers.retrieve(customer.id, { expand: ["sources", "tax_ids"] });
seen.customer = [read.metadata, read.address.city, read.tax_ids.data.length, read.lastResponse.requestId.slice(0, 4)];
for (const name of ["Bo", "Cy"]) await stripe.customers.create({ name, email: "same@studio.test" });
seen.listed = [(await all(stripe.customers.list({ limit: 1 }))).length, (await all(stripe.customers.list({ email: "same@studio.test" }))).length];
const card = { number: "4242424242424242", exp_month: 12, exp_year: 2031, cvc: "123" };
const made = await stripe.paymentMethods.create({ type: "card", card, billing_details: { name: "Ada" } });
await stripe.paymentMethods.attach(made.id, { customer: customer.id });
await stripe.paymentMethods.update(made.id, { metadata: { k: "v" }, card: { exp_month: 1, exp_year: 2032 } });
const method = await stripe.paymentMethods.retrieve(made.id);
seen.method = [method.card.last4, method.card.exp_year, method.metadata, method.customer === customer.id];
seen.methods = [
  (await stripe.paymentMethods.list({ customer: customer.id, type: "card" })).data.length,
  (await stripe.customers.listPaymentMethods(customer.id)).data.length,
  (await stripe.customers.retrievePaymentMethod(customer.id, made.id)).id === made.id,
];
const other = await stripe.paymentMethods.attach("pm_card_mastercard", { customer: customer.id });
seen.detached = (await stripe.paymentMethods.detach(other.id)).customer;
seen.unsavable = await caught(stripe.paymentMethods.attach("pm_card_visa_chargeDeclined", { customer: customer.id }));

// setup intents
const setup = await stripe.setupIntents.create({ customer: customer.id, usage: "off_session" });
await stripe.setupIntents.update(setup.id, { metadata: { k: "v" } });
const confirmed = await stripe.setupIntents.confirm(setup.id, { payment_method: "pm_card_visa" });
const fetched = await stripe.setupIntents.retrieve(setup.id, { expand: ["payment_method", "latest_attempt"] });
seen.setup = [confirmed.status, fetched.payment_method.card.brand, fetched.latest_attempt.status];
seen.dropped = (await stripe.setupIntents.cancel((await stripe.setupIntents.create({})).id, { cancellation_reason: "abandoned" })).status;
seen.setups = (await all(stripe.setupIntents.list({ customer: customer.id }))).length;

// payment intents
const intent = await stripe.paymentIntents.create({ amount: 1500, currency: "usd", customer: customer.id });
await stripe.paymentIntents.update(intent.id, { amount: 2000, description: "A film" });
seen.viewed = Object.keys(await browser.paymentIntents.retrieve(intent.id, { client_secret: intent.client_secret })).includes("metadata");
const paid = await stripe.paymentIntents.confirm(intent.id, { payment_method: made.id, expand: ["latest_charge"] });
seen.paid = [paid.status, paid.latest_charge.amount, paid.latest_charge.outcome.seller_message];
const held = await stripe.paymentIntents.create({
  amount: 900, currency: "eur", payment_method: "pm_card_visa", capture_method: "manual", confirm: true,
});
seen.captured = [held.status, (await stripe.paymentIntents.capture(held.id, { amount_to_capture: 700 })).amount_received];
const given = await stripe.paymentIntents.create({ amount: 900, currency: "usd" });
seen.canceled = (await stripe.paymentIntents.cancel(given.id, { cancellation_reason: "duplicate" })).cancellation_reason;
seen.again = await caught(stripe.paymentIntents.cancel(given.id));
const asked = await stripe.paymentIntents.create({
  amount: 900, currency: "usd", payment_method: "pm_card_authenticationRequired", confirm: true, return_url: "http://127.0.0.1:3000/",
});
seen.asked = [asked.status, asked.next_action.type, asked.next_action.redirect_to_url.url.startsWith("http")];
const declined = { amount: 900, currency: "usd", payment_method: "pm_card_chargeDeclinedExpiredCard", confirm: true };
seen.declined = await caught(stripe.paymentIntents.create(declined));
seen.intents = (await all(stripe.paymentIntents.list({ limit: 2 }))).length;

// charges, refunds, balance
await advance(5);
const charge = await stripe.charges.retrieve(paid.latest_charge.id, { expand: ["balance_transaction"] });
seen.net = charge.balance_transaction.net;
seen.charge = (await stripe.charges.update(charge.id, { description: "Paid" })).description;
seen.charges = (await stripe.charges.list({ customer: customer.id })).data.length;
const refund = await stripe.refunds.create({ charge: charge.id, amount: 500, reason: "requested_by_customer" });
await stripe.refunds.update(refund.id, { metadata: { why: "late" } });
seen.refund = [(await stripe.refunds.retrieve(refund.id)).metadata, (await stripe.refunds.list({ charge: charge.id })).data.length];
const entries = (await stripe.balanceTransactions.list({ source: charge.id })).data;
seen.entry = (await stripe.balanceTransactions.retrieve(entries[0].id)).type;
seen.balance = (await stripe.balance.retrieve()).pending.map((each) => [each.currency, each.amount]);

// products, prices
const product = await stripe.products.create({ name: "Film", default_price_data: { currency: "usd", unit_amount: 900 } });
await stripe.products.update(product.id, { description: "Long", unit_label: "seat" });
const price = await stripe.prices.create({ currency: "usd", product: product.id, unit_amount_decimal: "0.5", recurring: { interval: "month" }, lookup_key: "film" });
await stripe.prices.update(price.id, { nickname: "Monthly" });
seen.price = [(await stripe.prices.retrieve(price.id)).nickname, String(price.unit_amount_decimal), (await stripe.prices.list({ lookup_keys: ["film"] })).data.length];
seen.product = [(await stripe.products.retrieve(product.id, { expand: ["default_price"] })).default_price.unit_amount, (await stripe.products.list({ ids: [product.id] })).data.length];
seen.kept = await caught(stripe.products.del(product.id));
seen.removed = (await stripe.products.del((await stripe.products.create({ name: "Gone" })).id)).deleted;

// events, webhook endpoints, account
const events = await stripe.events.list({ type: "payment_intent.*", limit: 3 });
seen.event = [(await stripe.events.retrieve(events.data[0].id)).type.split(".")[0], events.has_more];
const endpoint = await stripe.webhookEndpoints.create({ url: "http://127.0.0.1:9/", enabled_events: ["customer.created"] });
await stripe.webhookEndpoints.update(endpoint.id, { disabled: true, description: "Old" });
const shown = await stripe.webhookEndpoints.retrieve(endpoint.id);
seen.endpoint = [endpoint.secret.slice(0, 6), shown.status, shown.description, (await stripe.webhookEndpoints.list()).data.length];
seen.unhooked = (await stripe.webhookEndpoints.del(endpoint.id)).deleted;
seen.account = [(await stripe.accounts[stripe.accounts.retrieveCurrent ? "retrieveCurrent" : "retrieve"]()).country];
seen.named = await caught(stripe.paymentIntents.create({ amount: 900, currency: "usd", payment_method_types: ["card"] }));
seen.deleted = [(await stripe.customers.del(customer.id)).deleted, (await stripe.customers.retrieve(customer.id)).deleted];
console.log(JSON.stringify(seen));
