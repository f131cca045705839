// What a shop does every day, with one of Stripe's Node SDKs (SDK names the package, API_VERSION perhaps a version).
const { default: Stripe } = await import(process.env.SDK);
const apiVersion = process.env.API_VERSION || undefined;
const options = { host: "127.0.0.1", port: Number(process.env.STRIPE_PORT), protocol: "http", maxNetworkRetries: 0, apiVersion };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);
const seen = {};
const refusal = async (promise) => {
  try { await promise; return null; } catch (error) { return [error.type, error.statusCode, error.code ?? null]; }
};
const customer = await stripe.customers.create({ email: "ada@studio.test", name: "Ada", metadata: { k: "v" } });
seen.requestId = customer.lastResponse.requestId;
seen.version = customer.lastResponse.apiVersion;
seen.updated = (await stripe.customers.update(customer.id, { metadata: { k: "" } })).metadata;
seen.listed = (await stripe.customers.list({ limit: 1 })).data[0].id === customer.id;
const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
const intent = await stripe.paymentIntents.create({
  amount: 2000, currency: "usd", customer: customer.id, payment_method: method.id, confirm: true,
});
seen.intent = intent.status;
seen.declined = await refusal(stripe.paymentIntents.create({
  amount: 2000, currency: "usd", payment_method: "pm_card_visa_chargeDeclined", confirm: true,
}));
seen.refund = (await stripe.refunds.create({ payment_intent: intent.id, amount: 500 })).status;
seen.charge = (await stripe.charges.retrieve(intent.latest_charge, { expand: ["customer"] })).customer.id === customer.id;
seen.setup = (await stripe.setupIntents.create({ customer: customer.id, payment_method: "pm_card_visa", confirm: true })).status;
seen.products = (await stripe.products.list({ limit: 1 })).data.length;
const price = await stripe.prices.create({
  currency: "usd", unit_amount: 900, recurring: { interval: "month" }, product_data: { name: "Film" },
});
const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
seen.subscription = subscription.status;
seen.periods = [typeof subscription.current_period_end, typeof subscription.items.data[0].current_period_end];
seen.mode = typeof subscription.billing_mode;
seen.invoice = (await stripe.invoices.list({ subscription: subscription.id })).data[0].status;
seen.subscriptions = (await stripe.subscriptions.list({ customer: customer.id })).data.length;
const session = await stripe.checkout.sessions.create({
  mode: "subscription", line_items: [{ price: price.id, quantity: 1 }],
  success_url: "http://localhost:3000/?s={CHECKOUT_SESSION_ID}", customer: customer.id,
});
seen.session = [session.status, typeof session.url, session.ui_mode];
seen.sessions = (await stripe.checkout.sessions.list({ limit: 3 })).data.length;
seen.expired = (await stripe.checkout.sessions.expire(session.id)).status;
seen.canceled = (await stripe.subscriptions.cancel(subscription.id)).status;
const endpoint = await stripe.webhookEndpoints.create({ url: process.env.HOOK, enabled_events: ["customer.deleted"] });
seen.secret = endpoint.secret;
seen.balance = (await stripe.balance.retrieve()).object;
seen.deleted = (await stripe.customers.del(customer.id)).deleted;
seen.gone = (await stripe.customers.retrieve(customer.id)).deleted;
seen.events = (await stripe.events.list({ limit: 100 })).data.length > 10;
seen.missing = await refusal(stripe.customers.retrieve("cus_nobody"));
seen.unknown = await refusal(stripe.customers.create({ colour: "red" }));
seen.unserved = await refusal(stripe.terminal.readers.list());
seen.stranger = await refusal(new Stripe("sk_test_nobody", options).customers.list());
console.log(JSON.stringify(seen));
