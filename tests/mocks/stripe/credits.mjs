// Billing credits, alerts, and what is offered to pay with, by one of Stripe's Node SDKs (SDK names the package).
const { default: Stripe } = await import(process.env.SDK);
const options = { host: "127.0.0.1", port: Number(process.env.STRIPE_PORT), protocol: "http", maxNetworkRetries: 0 };
const stripe = new Stripe(process.env.STRIPE_SECRET_KEY, options);
const seen = {};
const owner = await stripe.customers.create({});

const { creditGrants, creditBalanceTransactions, creditBalanceSummaries, alerts, meters } = stripe.billing;
const money = { type: "monetary", monetary: { currency: "usd", value: 500 } };
const grant = { customer: owner.id, amount: money, applicability_config: { scope: { price_type: "metered" } } };
const [used, unused] = [await creditGrants.create(grant), await creditGrants.create({ ...grant, category: "promotional" })];
await creditGrants.update(used.id, { metadata: { k: "v" } });
await creditGrants.expire(used.id);
const moves = await creditBalanceTransactions.list({ customer: owner.id });
const filter = { type: "applicability_scope", applicability_scope: { price_type: "metered" } };
seen.credits = [
  (await creditGrants.retrieve(used.id)).metadata.k, (await creditGrants.list({ customer: owner.id })).data.length,
  (await creditBalanceTransactions.retrieve(moves.data[0].id)).debit.type,
  (await creditBalanceSummaries.retrieve({ customer: owner.id, filter })).balances[0].available_balance.monetary.value,
  (await creditGrants.voidGrant(unused.id)).voided_at > 0,
];
let paged = 0;
for await (const each of creditBalanceTransactions.list({ customer: owner.id, limit: 1 })) paged += each.object === "billing.credit_balance_transaction";
seen.moves = paged;

const meter = await meters.create({ display_name: "C", event_name: "calls", default_aggregation: { formula: "sum" } });
const usage_threshold = { gte: 10, meter: meter.id, recurrence: "one_time" };
const alert = await alerts.create({ alert_type: "usage_threshold", title: "Ten calls", usage_threshold });
seen.alert = [
  (await alerts.retrieve(alert.id)).status, (await alerts.list()).data.length, (await alerts.deactivate(alert.id)).status,
  (await alerts.activate(alert.id)).status, (await alerts.archive(alert.id)).status,
];

const { paymentMethodConfigurations: configurations, paymentMethodDomains: domains } = stripe;
const offered = await configurations.create({ name: "Europe", sepa_debit: { display_preference: { preference: "on" } } });
await configurations.update(offered.id, { name: "All of Europe" });
const domain = await domains.create({ domain_name: "shop.studio.test" });
await domains.update(domain.id, { enabled: false });
seen.offers = [
  (await configurations.retrieve(offered.id)).name, (await configurations.list()).data.map((each) => each.is_default),
  (await domains.retrieve(domain.id)).enabled, (await domains.list()).data.length, (await domains.validate(domain.id)).apple_pay.status,
];
const chosen = { amount: 2000, currency: "eur", payment_method_configuration: offered.id };
seen.kinds = (await stripe.paymentIntents.create(chosen)).payment_method_types;
console.log(JSON.stringify(seen));
