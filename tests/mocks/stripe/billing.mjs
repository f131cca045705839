// Every operation of billing with one of Stripe's Node SDKs (SDK names the package); prints what the test looks at.
const { default: Stripe } = await import(process.env.SDK);
const port = Number(process.env.STRIPE_PORT);
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 });
const basil = process.env.SDK === "stripe-basil";

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

const product = await stripe.products.create({ name: "Pro" });
const plan = await stripe.prices.create({ currency: "usd", unit_amount: 2000, product: product.id, recurring: { interval: "month" } });
const once = await stripe.prices.create({ currency: "usd", unit_amount: 500, product: product.id });
const customer = await stripe.customers.create({ email: "ada@studio.test" });
const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });

const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plan.id, quantity: 2 }], expand: ["latest_invoice.payments"] });
const retrieved = await stripe.subscriptions.retrieve(made.id, { expand: ["items.data.price.product"] });
const updated = await stripe.subscriptions.update(made.id, { metadata: { team: "a" }, cancel_at_period_end: true });
await stripe.subscriptions.update(made.id, { cancel_at_period_end: false });
const listed = [];
for await (const each of stripe.subscriptions.list({ customer: customer.id, limit: 1 })) listed.push(each.id);
const item = await stripe.subscriptionItems.retrieve(made.items.data[0].id);
const items = await stripe.subscriptionItems.list({ subscription: made.id });

const failing = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", { customer: customer.id });
await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: failing.id } });
await advance(31 * 86400);
const [draft] = (await stripe.invoices.list({ subscription: made.id, status: "draft" })).data;
const opened = await stripe.invoices.finalizeInvoice(draft.id, { auto_advance: false });
const declined = await caught(stripe.invoices.pay(draft.id));
const paid = await stripe.invoices.pay(draft.id, { payment_method: method.id });
const invoice = await stripe.invoices.retrieve(draft.id, { expand: ["confirmation_secret"] });
const lines = await stripe.invoices.listLineItems(draft.id, { limit: 3 });
const payments = await stripe.invoicePayments.list({ invoice: draft.id });
const payment = await stripe.invoicePayments.retrieve(payments.data[0].id);
const incomplete = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: plan.id }], expand: ["latest_invoice"] });
const uncollectible = await stripe.invoices.markUncollectible(incomplete.latest_invoice.id);
const voided = await stripe.invoices.voidInvoice(incomplete.latest_invoice.id);
const canceled = await stripe.subscriptions.cancel(made.id);

const session = await stripe.checkout.sessions.create({
  mode: "subscription",
  line_items: [{ price: plan.id, quantity: 1 }],
  success_url: "https://app.test/done?id={CHECKOUT_SESSION_ID}",
  cancel_url: "https://app.test/cancel",
  client_reference_id: "user_1",
  ...(basil ? { payment_method_types: ["card"], ui_mode: "hosted" } : { ui_mode: "hosted_page" }),
});
const page = await fetch(session.url, {
  method: "POST",
  redirect: "manual",
  body: new URLSearchParams({ email: "bo@studio.test", cardNumber: "4242424242424242", cardExpiry: "12/34", cardCvc: "123", billingName: "Bo" }),
});
const complete = await stripe.checkout.sessions.retrieve(session.id, { expand: ["subscription", "line_items"] });
const sold = await stripe.checkout.sessions.listLineItems(session.id);
const setup = await stripe.checkout.sessions.create({ mode: "setup", currency: "usd", customer: customer.id, success_url: "https://app.test" });
const expired = await stripe.checkout.sessions.expire(setup.id);
const sessions = await stripe.checkout.sessions.list({ status: "complete" });
const wrongMode = await caught(
  stripe.checkout.sessions.create({ mode: "subscription", line_items: [{ price: once.id, quantity: 1 }], success_url: "https://app.test" }),
);

console.log(
  JSON.stringify({
    created: [made.status, made.latest_invoice.amount_paid, made.latest_invoice.payments.data[0].status],
    flexible: made.billing_mode?.type ?? null,
    retrieved: [retrieved.items.data[0].price.product.name, retrieved.items.data[0].quantity, typeof retrieved.items.data[0].current_period_end],
    topLevelPeriod: retrieved.current_period_end ?? null,
    updated: [updated.metadata.team, updated.cancel_at_period_end, updated.cancel_at === updated.items.data[0].current_period_end],
    listed: listed.length === 1 && listed[0] === made.id,
    items: [item.price.id === plan.id, items.data.length],
    opened: [opened.status, opened.attempt_count],
    declined,
    paid: [paid.status, paid.amount_paid],
    invoice: [invoice.parent.subscription_details.subscription === made.id, invoice.confirmation_secret.type],
    lines: [lines.data.length, lines.data[0].pricing.price_details.price === plan.id],
    payments: [payment.status, payment.amount_paid],
    incomplete: [incomplete.status, uncollectible.status, voided.status],
    canceled: [canceled.status, canceled.cancellation_details.reason],
    session: [session.status, session.ui_mode, session.url.includes(`/~${process.env.WORLD_NAME}/c/pay/cs_test_`)],
    page: [page.status, page.headers.get("location") === `https://app.test/done?id=${session.id}`],
    complete: [complete.status, complete.payment_status, complete.subscription.status, complete.line_items.data.length, sold.data[0].amount_total],
    expired: expired.status,
    sessions: sessions.data.length,
    wrongMode,
  }),
);
