// What the other scripts leave out, so that every operation is driven by Stripe's Node SDK.
import Stripe from "stripe";

const options = { host: "127.0.0.1", port: Number(process.env.STRIPE_PORT), protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);
const back = "http://127.0.0.1:9/";
const number = { number: "4242424242424242", exp_month: 12, exp_year: 2031, cvc: "123" };
const base = { amount: 2000, currency: "usd" };
const refused = (promise) => promise.then(() => { throw new Error("nothing was refused"); }, (error) => error.code);
const seen = {};

const owner = await stripe.customers.create({ email: "ada@studio.test" });
const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: owner.id });
await stripe.customers.update(owner.id, { invoice_settings: { default_payment_method: card.id } });
const coupon = await stripe.coupons.create({ percent_off: 10, duration: "forever" });
await stripe.rawRequest("POST", `/v1/customers/${owner.id}`, { coupon: coupon.id });
await stripe.rawRequest("GET", `/v1/customers/${owner.id}/discount`);
seen.discount = (await stripe.customers.deleteDiscount(owner.id)).deleted;

const source = await stripe.customers.createSource(owner.id, { source: "tok_visa" });
seen.source = [
  (await stripe.customers.retrieveSource(owner.id, source.id)).last4, (await stripe.customers.listSources(owner.id)).data.length,
  (await stripe.customers.updateSource(owner.id, source.id, { name: "Ada" })).name,
  (await stripe.customers.deleteSource(owner.id, source.id)).deleted,
];

const token = await stripe.tokens.create({ card: number });
seen.token = [(await stripe.tokens.retrieve(token.id)).used, (await stripe.charges.create({ ...base, source: token.id })).paid];
const entered = await stripe.testHelpers.confirmationTokens.create({ payment_method_data: { type: "card", card: number } });
const confirmed = { ...base, confirm: true, confirmation_token: entered.id, return_url: back };
seen.confirmed = (await stripe.paymentIntents.create(confirmed)).status;
seen.spent = (await stripe.confirmationTokens.retrieve(entered.id)).expires_at;

const sent = await stripe.testHelpers.customers.fundCashBalance(owner.id, { amount: 500, currency: "eur" });
await stripe.customers.updateCashBalance(owner.id, { settings: { reconciliation_mode: "manual" } });
seen.cash = [
  (await stripe.customers.retrieveCashBalance(owner.id)).available.eur, (await stripe.customers.listCashBalanceTransactions(owner.id)).data.length,
  (await stripe.customers.retrieveCashBalanceTransaction(owner.id, sent.id)).type,
];

const intents = stripe.paymentIntents;
const intent = await intents.create(base);
seen.lines = (await intents.listAmountDetailsLineItems(intent.id)).data.length;
seen.refused = await refused(intents.applyCustomerBalance(intent.id));
const account = {
  type: "us_bank_account", us_bank_account: { account_number: "000123456789", routing_number: "110000000" },
  billing_details: { name: "Ada" },
};
const permitted = { confirm: true, mandate_data: { customer_acceptance: { type: "offline" } } };
const saving = await stripe.setupIntents.create({ ...permitted, payment_method_data: account });
const proved = await stripe.setupIntents.verifyMicrodeposits(saving.id, { descriptor_code: "SM11AA" });
const debit = await intents.create({ ...base, ...permitted, payment_method_data: account });
const debited = await intents.verifyMicrodeposits(debit.id, { amounts: [32, 45] });
seen.debited = [debit.status, debited.status, (await stripe.mandates.retrieve(proved.mandate)).status];
const held = await intents.create({
  ...base, capture_method: "manual", confirm: true, payment_method: "pm_card_visa", return_url: back,
  payment_method_options: { card: { request_incremental_authorization: "if_available" } },
});
seen.raised = (await intents.incrementAuthorization(held.id, { amount: 2500 })).amount_capturable;
await intents.create({ ...base, payment_method: "pm_card_createDispute", confirm: true, return_url: back });
const [dispute] = (await stripe.disputes.list()).data;
seen.dispute = (await stripe.disputes.close(dispute.id)).status;

const raw = (method, path, params = {}) => stripe.rawRequest(method, path, params);
const held_by = (await intents.create({ ...base, payment_method: "pm_card_visa", confirm: true, return_url: back })).latest_charge;
const ofCharge = `/v1/charges/${held_by}/refunds`;
const refund = await raw("POST", ofCharge, { amount: 100 });
const disputed = (await intents.create({ ...base, payment_method: "pm_card_createDispute", confirm: true, return_url: back })).latest_charge;
await raw("POST", `${ofCharge}/${refund.id}`, { metadata: { k: "v" } });
await raw("POST", `/v1/charges/${disputed}/dispute`, { metadata: { k: "v" } });
seen.below = [
  (await raw("GET", ofCharge)).data.length, (await raw("GET", `${ofCharge}/${refund.id}`)).metadata.k,
  (await raw("POST", `/v1/charges/${held_by}/refund`, { amount: 100 })).amount_refunded,
  (await raw("GET", `/v1/charges/${disputed}/dispute`)).metadata.k, (await raw("POST", `/v1/charges/${disputed}/dispute/close`)).status,
];

const month = { currency: "usd", unit_amount: 900, recurring: { interval: "month" }, product_data: { name: "Film" } };
const monthly = await stripe.prices.create(month);
const plan = await stripe.plans.create({ amount: 900, currency: "usd", interval: "month", product: monthly.product });
seen.plan = (await stripe.plans.del(plan.id)).deleted;
const begun = { customer: owner.id, items: [{ price: monthly.id }], billing_mode: { type: "classic" } };
const subscription = await stripe.subscriptions.create(begun);
seen.migrated = (await stripe.subscriptions.migrate(subscription.id, { billing_mode: { type: "flexible" } })).billing_mode.type;
seen.paused = (await stripe.subscriptions.pause(subscription.id)).status;

const quote = await stripe.quotes.create({ customer: owner.id, line_items: [{ price: monthly.id, quantity: 2 }] });
await stripe.quotes.update(quote.id, { header: "Offer" });
seen.quoted = [
  (await stripe.quotes.listLineItems(quote.id)).data.length,
  (await stripe.quotes.listComputedUpfrontLineItems(quote.id)).data[0].amount_total,
  (await stripe.quotes.finalizeQuote(quote.id)).status,
];
const chunks = [];
for await (const chunk of await stripe.quotes.pdf(quote.id)) chunks.push(chunk);
seen.pdf = Buffer.concat(chunks).subarray(0, 4).toString();
seen.accepted = [(await stripe.quotes.accept(quote.id)).status, (await stripe.quotes.retrieve(quote.id)).amount_total];
seen.withdrawn = (await stripe.quotes.cancel((await stripe.quotes.create({})).id)).status;
seen.quotes = (await stripe.quotes.list()).data.length;

const drafted = async () => {
  await stripe.invoiceItems.create({ customer: owner.id, ...base });
  const draft = await stripe.invoices.create({ customer: owner.id, pending_invoice_items_behavior: "include" });
  return stripe.invoices.finalizeInvoice(draft.id, { auto_advance: false });
};
const invoice = await drafted();
const payer = await intents.create({ ...base, amount: invoice.amount_due, customer: owner.id });
seen.attached = (await stripe.invoices.attachPayment(invoice.id, { payment_intent: payer.id })).status;
const note = await stripe.creditNotes.create({ invoice: invoice.id, amount: 100 });
seen.note = (await stripe.creditNotes.voidCreditNote(note.id)).status;

const own = `/v1/customers/${owner.id}/subscriptions`;
const begun_there = await raw("POST", own, { items: [{ price: monthly.id }], discounts: [{ coupon: coupon.id }] });
const one = `${own}/${begun_there.id}`;
await raw("POST", one, { metadata: { k: "v" } });
seen.own = [
  (await raw("GET", own)).data[0].id === begun_there.id, (await raw("GET", one)).metadata.k, (await raw("GET", `${one}/discount`)).object,
  (await raw("DELETE", `${one}/discount`)).deleted, (await raw("DELETE", one)).status,
];

const line_items = [{ price: (await stripe.prices.create({ ...month, recurring: undefined })).id, quantity: 1 }];
const session = await stripe.checkout.sessions.create({ mode: "payment", line_items, success_url: back });
seen.session = (await stripe.checkout.sessions.update(session.id, { metadata: { k: "v" } })).metadata;
const rate = await stripe.shippingRates.create({ display_name: "Post", type: "fixed_amount", fixed_amount: { amount: 500, currency: "usd" } });
await stripe.shippingRates.update(rate.id, { active: false });
seen.sent = [(await stripe.shippingRates.retrieve(rate.id)).active, (await stripe.shippingRates.list()).data.length];
console.log(JSON.stringify(seen));
