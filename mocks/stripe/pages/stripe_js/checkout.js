// Checkout on Stripe's own page, as trains up to basil lead to it.

async function redirectToCheckout(stripe, options = {}) {
  if (since("clover")) {
    throw new IntegrationError(
      "stripe.redirectToCheckout is no longer available in this version of Stripe.js: go to the Checkout Session's url.",
    );
  }
  const { sessionId } = options;
  if (sessionId === undefined) throw unserved("redirectToCheckout without a sessionId");
  if (typeof sessionId !== "string" || !sessionId.startsWith("cs_")) {
    throw new IntegrationError(
      `stripe.redirectToCheckout: You must provide a valid Checkout Session id. You specified: ${sessionId}.`,
    );
  }
  const { value, error } = await request(stripe, "GET", `/v1/payment_pages/${sessionId}`);
  if (error) return { error };
  if (!value.url) {
    const message = `This Checkout Session is ${value.status}: it has no page any more.`;
    return { error: { type: "invalid_request_error", message } };
  }
  location.assign(value.url);
  return leaving();
}
