// Calls to the API: with the publishable key, form-encoded, resolving to {value} or {error} and never rejecting.

function* fields(value, name) {
  if (value === undefined || value === null || value === "") return;
  if (typeof value === "object") {
    for (const [key, each] of Object.entries(value)) yield* fields(each, name ? `${name}[${key}]` : key);
  } else {
    yield [name, String(value)];
  }
}

const encoded = (parameters) => new URLSearchParams([...fields(parameters, "")]).toString();

async function request(stripe, method, path, parameters = {}) {
  const { key, options } = inside(stripe);
  const version = options.apiVersion ?? API_VERSION;
  const headers = { Authorization: `Bearer ${key}`, Accept: "application/json" };
  if (version) headers["Stripe-Version"] = version;
  if (options.stripeAccount) headers["Stripe-Account"] = options.stripeAccount;
  const form = encoded(parameters);
  const sent = { method, headers, credentials: "omit" };
  let address = `${API}${path}`;
  if (method === "POST") {
    headers["Content-Type"] = "application/x-www-form-urlencoded";
    sent.body = form;
  } else if (form) {
    address += `?${form}`;
  }
  try {
    const answer = await fetch(address, sent);
    const body = await answer.json();
    return answer.ok ? { value: body } : { error: body.error };
  } catch (cause) {
    const message = `We are experiencing issues connecting to our payments provider (${API}: ${cause.message}).`;
    return { error: { type: "api_connection_error", message } };
  }
}
