// stripe for Node, of any version.
const { SDK, ADDRESS, STRIPE_SECRET_KEY, BODY, SIGNATURE, SECRET, EVENT } = process.env;
const { default: Stripe } = await import(SDK);

const { hostname: host, port } = new URL(ADDRESS);
const stripe = new Stripe(STRIPE_SECRET_KEY, { host, port: Number(port), protocol: "http", maxNetworkRetries: 0 });
const made = {};
await run({
  create: async () => (made.id = (await stripe.customers.create({ email: "ada@shop.test", name: "Ada" })).id).startsWith("cus_"),
  read: async () => (await stripe.customers.retrieve(made.id)).name === "Ada",
  list: async () => (await stripe.customers.list({ limit: 1 }).autoPagingToArray({ limit: 10 }))[0].id === made.id,
  error: async () => {
    const error = await refused(() => stripe.customers.retrieve("cus_nobody"));
    return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing";
  },
  webhook: async () => {
    const event = stripe.webhooks.constructEvent(BODY, SIGNATURE, SECRET);
    await refused(async () => stripe.webhooks.constructEvent(`${BODY} `, SIGNATURE, SECRET));
    return event.type === EVENT;
  },
});
