// Prorations, discounts, taxes, invoices of one's own, schedules, credit notes and test clocks with one of Stripe's Node
// SDKs (SDK names the package); prints what the test looks at.
const { default: Stripe } = await import(process.env.SDK);
const port = Number(process.env.STRIPE_PORT);
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, { host: "127.0.0.1", port, protocol: "http", maxNetworkRetries: 0 });
const basil = process.env.SDK === "stripe-basil";
const DAY = 86400;

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
  for await (const each of list) found.push(each);
  return found;
};

const product = await stripe.products.create({ name: "Pro" });
const monthly = (unit_amount) => stripe.prices.create({ currency: "usd", unit_amount, product: product.id, recurring: { interval: "month" } });
const [basic, plus] = [await monthly(3100), await monthly(6200)];
const once = await stripe.prices.create({ currency: "usd", unit_amount: 250, product: product.id });
const subscriber = async (given = {}) => {
  const customer = await stripe.customers.create({ email: "ada@studio.test", ...given });
  const method = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
  return customer;
};
const customer = await subscriber();

// Coupons, promotion codes, tax rates
const coupon = await stripe.coupons.create({ percent_off: 25, duration: "forever", name: "Quarter" });
await stripe.coupons.update(coupon.id, { metadata: { a: "1" } });
const doomed = await stripe.coupons.create({ amount_off: 5, currency: "usd", duration: "once" });
const deleted = await stripe.coupons.del(doomed.id);
const code = await stripe.promotionCodes.create({ code: "SPRING", ...(basil ? { coupon: coupon.id } : { promotion: { type: "coupon", coupon: coupon.id } }) });
await stripe.promotionCodes.update(code.id, { metadata: { a: "1" } });
const found = await stripe.promotionCodes.list({ code: "spring" });
const vat = await stripe.taxRates.create({ display_name: "VAT", percentage: 20, inclusive: false });
await stripe.taxRates.update(vat.id, { description: "Value added" });

// Prorations
const made = await stripe.subscriptions.create({
  customer: customer.id,
  items: [{ price: basic.id }],
  discounts: [{ promotion_code: code.id }],
  default_tax_rates: [vat.id],
  expand: ["latest_invoice", "discounts"],
});
await advance(10 * DAY);
const item = made.items.data[0].id;
const preview = await stripe.invoices.createPreview({ subscription: made.id, subscription_details: { items: [{ id: item, price: plus.id }] } });
const changed = await stripe.subscriptions.update(made.id, { items: [{ id: item, price: plus.id }], proration_behavior: "always_invoice", expand: ["latest_invoice"] });
const added = await stripe.subscriptionItems.create({ subscription: made.id, price: basic.id, quantity: 2 });
const updated = await stripe.subscriptionItems.update(added.id, { quantity: 1 });
const removed = await stripe.subscriptionItems.del(added.id);
const pending = await all(stripe.invoiceItems.list({ customer: customer.id, pending: true }));

// Invoices of one's own
const payer = await subscriber();
const work = await stripe.invoiceItems.create({ customer: payer.id, amount: 1000, currency: "usd", description: "Work" });
await stripe.invoiceItems.update(work.id, { amount: 1200 });
const draft = await stripe.invoices.create({ customer: payer.id, pending_invoice_items_behavior: "include", default_tax_rates: [vat.id] });
const longer = await stripe.invoices.addLines(draft.id, { lines: [{ pricing: { price: once.id }, quantity: 2 }] });
await stripe.invoices.updateLines(draft.id, { lines: [{ id: longer.lines.data[1].id, quantity: 4 }] });
await stripe.invoices.updateLineItem(draft.id, longer.lines.data[1].id, { description: "Parts" });
const full = await stripe.invoices.update(draft.id, { description: "March", metadata: { a: "1" } });
const sent = await stripe.invoices.sendInvoice(draft.id);
const note = await stripe.creditNotes.create({ invoice: draft.id, amount: 640 });
const paid = await stripe.invoices.pay(draft.id, { paid_out_of_band: true });
const empty = await stripe.invoices.create({ customer: payer.id });
const gone = await stripe.invoices.del(empty.id);
const late = await caught(stripe.invoices.update(draft.id, { description: "late" }));
await stripe.customers.createBalanceTransaction(payer.id, { amount: -500, currency: "usd" });
const balance = await all(stripe.customers.listBalanceTransactions(payer.id));

// Schedules
const phases = [{ items: [{ price: basic.id }], ...(basil ? { iterations: 1 } : { duration: { interval: "month", interval_count: 1 } }) }];
const schedule = await stripe.subscriptionSchedules.create({ customer: (await subscriber()).id, start_date: "now", end_behavior: "cancel", phases });
const later = await stripe.subscriptionSchedules.update(schedule.id, { end_behavior: "release" });
const released = await stripe.subscriptionSchedules.release(schedule.id);

// Pause, resume, cancel
const paused = await stripe.subscriptions.update(made.id, { pause_collection: { behavior: "void" } });
await stripe.subscriptions.update(made.id, { pause_collection: "" });
const canceled = await stripe.subscriptions.cancel(made.id, { prorate: true, invoice_now: true });

// Test clocks
const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1577836800 });
const clocked = await subscriber({ test_clock: clock.id });
const old = await stripe.subscriptions.create({ customer: clocked.id, items: [{ price: basic.id }] });
const moving = await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 1577836800 + 32 * DAY });
const ready = await stripe.testHelpers.testClocks.retrieve(clock.id);
const renewals = await all(stripe.invoices.list({ subscription: old.id }));
const plans = await stripe.plans.list({ limit: 1 });

// What has not been called yet
const other = await stripe.subscriptions.create({ customer: (await subscriber()).id, items: [{ price: basic.id }], discounts: [{ coupon: coupon.id }] });
const reads = [
  await stripe.coupons.retrieve(coupon.id),
  (await stripe.coupons.list()).data[0],
  await stripe.promotionCodes.retrieve(code.id),
  await stripe.taxRates.retrieve(vat.id),
  (await stripe.taxRates.list()).data[0],
  await stripe.invoiceItems.retrieve(work.id),
  await stripe.invoiceItems.create({ customer: payer.id, amount: 5, currency: "usd" }).then((each) => stripe.invoiceItems.del(each.id)),
  await stripe.customers.retrieveBalanceTransaction(payer.id, balance[0].id),
  await stripe.customers.updateBalanceTransaction(payer.id, balance[0].id, { description: "Sorry" }),
  await stripe.subscriptions.deleteDiscount(other.id),
  await stripe.subscriptionSchedules.retrieve(schedule.id),
  (await stripe.subscriptionSchedules.list()).data[0],
  await stripe.subscriptionSchedules.create({ from_subscription: other.id }).then((each) => stripe.subscriptionSchedules.cancel(each.id)),
  await stripe.creditNotes.retrieve(note.id),
  await stripe.creditNotes.update(note.id, { memo: "Sorry" }),
  (await stripe.creditNotes.list({ invoice: draft.id })).data[0],
  (await stripe.creditNotes.listLineItems(note.id)).data[0],
  await stripe.creditNotes.preview({ invoice: other.latest_invoice, amount: 10, credit_amount: 10 }),
  (await stripe.creditNotes.listPreviewLineItems({ invoice: other.latest_invoice, amount: 10, credit_amount: 10 })).data[0],
  await stripe.plans.create({ currency: "usd", interval: "month", amount: 5, product: product.id, id: "gold" }),
  await stripe.plans.update("gold", { nickname: "Gold" }),
  await stripe.plans.retrieve("gold"),
  (await stripe.testHelpers.testClocks.list()).data[0],
  await stripe.testHelpers.testClocks.del(clock.id),
].map((each) => each.object);
const scrap = await stripe.invoices.create({ customer: payer.id });
const lined = await stripe.invoices.addLines(scrap.id, { lines: [{ amount: 700, description: "Work" }] });
const bare = await stripe.invoices.removeLines(scrap.id, { lines: [{ id: lined.lines.data[0].id, behavior: "delete" }] });
const trial = await stripe.subscriptions.create({
  customer: (await stripe.customers.create({ email: "bo@studio.test" })).id,
  items: [{ price: basic.id }],
  trial_period_days: 1,
  trial_settings: { end_behavior: { missing_payment_method: "pause" } },
});
await advance(DAY);
const bo = await stripe.paymentMethods.attach("pm_card_visa", { customer: trial.customer });
await stripe.customers.update(trial.customer, { invoice_settings: { default_payment_method: bo.id } });
const resumed = await stripe.subscriptions.resume(trial.id, { billing_cycle_anchor: "now" });

const amounts = (invoice) => invoice.lines.data.map((line) => line.amount);
console.log(
  JSON.stringify({
    coupon: [coupon.percent_off, deleted.deleted, found.data.length],
    code: basil ? code.coupon.percent_off : typeof code.promotion.coupon,
    discount: basil ? made.discounts[0].coupon.id === coupon.id : made.discounts[0].source.coupon === coupon.id,
    first: [made.latest_invoice.subtotal, made.latest_invoice.total, made.latest_invoice.total_taxes[0].amount],
    preview: [amounts(preview).slice(0, 2), preview.id === undefined],
    changed: [amounts(changed.latest_invoice), changed.latest_invoice.total, changed.latest_invoice.status],
    items: [added.quantity, updated.quantity, removed.deleted, pending.length, pending.reduce((sum, each) => sum + each.amount, 0)],
    full: [full.total, full.metadata.a],
    sent: sent.status,
    note: [note.total, note.type],
    paid: [paid.status, paid.amount_due],
    gone: gone.deleted,
    late,
    balance: balance.map((each) => [each.type, each.amount]),
    schedule: [schedule.status, later.end_behavior, released.status],
    paused: paused.pause_collection.behavior,
    canceled: canceled.status,
    clock: [moving.status, ready.status, renewals.map((each) => each.status)],
    plans: plans.data[0].object,
    reads,
    bare: [lined.total, bare.total],
    resumed: resumed.status,
  }),
);
