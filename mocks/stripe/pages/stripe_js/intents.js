// Payment and setup intents in the payer's browser: retrieve, confirm, and what the payer has to do then.

const PAYMENT = { name: "paymentIntent", object: "payment_intent", path: "/v1/payment_intents", error: "last_payment_error" };
const SETUP = { name: "setupIntent", object: "setup_intent", path: "/v1/setup_intents", error: "last_setup_error" };
const SECRET = /^(pi|seti)_[^_]+_secret_.+$/;

// Which kind of intent a client secret belongs to; throws for what is none.
function kindOf(secret, method, wanted) {
  const [, prefix] = (typeof secret === "string" && SECRET.exec(secret)) || [];
  const kind = { pi: PAYMENT, seti: SETUP }[prefix];
  if (kind === undefined || (wanted && kind !== wanted)) {
    throw new IntegrationError(
      `Invalid value for stripe.${method} intent secret: value should be a client secret of the form ` +
        `\${id}_secret_\${secret}. You specified: ${secret}.`,
    );
  }
  return kind;
}

const pathOf = (kind, secret) => `${kind.path}/${secret.split("_secret_")[0]}`;

async function retrieve(stripe, kind, secret) {
  const { value, error } = await request(stripe, "GET", pathOf(kind, secret), { client_secret: secret });
  return error ? { error } : { [kind.name]: value };
}

async function confirm(stripe, kind, secret, parameters, { handleActions = true } = {}) {
  const sent = { ...parameters, client_secret: secret, use_stripe_sdk: handleActions };
  const { value, error } = await request(stripe, "POST", `${pathOf(kind, secret)}/confirm`, sent);
  if (error) return { error };
  return handleActions ? act(stripe, kind, value) : { [kind.name]: value };
}

// Lets the payer do what an intent waits for, then tells how it went.
async function act(stripe, kind, intent) {
  const next = intent.next_action;
  if (intent.status !== "requires_action" || next === null) return { [kind.name]: intent };
  if (next.type === "redirect_to_url") {
    location.assign(next.redirect_to_url.url);
    return leaving();
  }
  await challenge(next.use_stripe_sdk.stripe_js);
  const result = await retrieve(stripe, kind, intent.client_secret);
  const after = result[kind.name];
  if (after?.status === "requires_payment_method" && after[kind.error]) {
    return { error: { ...after[kind.error], [kind.object]: after } };
  }
  return result;
}

// confirmPayment and confirmSetup: what the Elements group has collected, and where to go afterwards.
async function confirmGroup(stripe, kind, method, { elements, clientSecret, confirmParams = {}, redirect = "always" }) {
  const group = elements && groups.get(elements);
  if (group?.options.mode && !group.submitted) {
    throw new IntegrationError(`elements.submit() must be called before stripe.${method}().`);
  }
  const secret = clientSecret ?? group?.options.clientSecret;
  kindOf(secret, method, kind);
  const { return_url: back } = confirmParams;
  if (redirect === "always" && !back) {
    throw new IntegrationError(
      `stripe.${method}(): the \`confirmParams.return_url\` argument is required unless you pass redirect: 'if_required'.`,
    );
  }
  const { payment_method_data: given, ...parameters } = confirmParams;
  if (group) {
    const { data, shipping, error } = await collected(elements);
    if (error) return { error };
    parameters.payment_method_data = merged(data, given);
    if (shipping && kind === PAYMENT) parameters.shipping ??= shipping;
  } else if (given) {
    parameters.payment_method_data = given;
  }
  const result = await confirm(stripe, kind, secret, parameters);
  if (result.error || redirect !== "always") return result;
  return goBack(kind, result[kind.name], back);
}

function goBack(kind, intent, back) {
  const url = new URL(back);
  url.searchParams.set(kind.object, intent.id);
  url.searchParams.set(`${kind.object}_client_secret`, intent.client_secret);
  const ended = ["succeeded", "requires_capture", "processing"].includes(intent.status);
  url.searchParams.set("redirect_status", ended ? "succeeded" : "failed");
  location.assign(url.href);
  return leaving();
}

// confirmCardPayment and confirmCardSetup: a card element, or the id of a payment method.
async function confirmCard(stripe, kind, method, secret, data = {}, options = {}) {
  kindOf(secret, method, kind);
  const { payment_method: chosen, ...parameters } = data;
  delete parameters.payment_method_options?.card?.cvc;
  if (typeof chosen === "string") parameters.payment_method = chosen;
  else if (chosen) {
    const { data: made, error } = await methodData({ type: "card", ...chosen });
    if (error) return { error };
    parameters.payment_method_data = made;
  }
  return confirm(stripe, kind, secret, parameters, options);
}
