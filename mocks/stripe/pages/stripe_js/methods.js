// Payment methods and tokens made of what was entered.

// The parameters of a payment method: `card` may be an element, or {token}.
async function methodData({ card, ...given }) {
  if (!(card instanceof Element)) return { data: { ...given, card } };
  if (!["card", "cardNumber"].includes(card._elementType)) {
    throw new IntegrationError(`A ${card._elementType} Element does not make a card: pass the card or cardNumber Element.`);
  }
  const { data, error } = await collected(card._group(), cardElements(card));
  return error ? { error } : { data: merged(data, given) };
}

async function createPaymentMethod(stripe, given, ...legacy) {
  let made;
  if (typeof given === "string") {
    made = await methodData({ type: given, card: legacy[0], ...legacy[1] });
  } else if (given?.elements) {
    if (groups.get(given.elements).options.mode && !groups.get(given.elements).submitted) {
      throw new IntegrationError("elements.submit() must be called before stripe.createPaymentMethod().");
    }
    made = await collected(given.elements);
    made.data = made.data && merged(made.data, given.params);
  } else if (given?.element) {
    made = await methodData({ ...given.params, type: "card", card: given.element });
  } else {
    made = await methodData(given ?? {});
  }
  if (made.error) return { error: made.error };
  const { value, error } = await request(stripe, "POST", "/v1/payment_methods", made.data);
  return error ? { error } : { paymentMethod: value };
}

async function createToken(stripe, kind, data = {}) {
  const parameters = {};
  if (kind instanceof Element) {
    const { data: made, error } = await methodData({ card: kind });
    if (error) return { error };
    const { country, postal_code: zip } = made.billing_details?.address ?? {};
    parameters.card = { ...made.card, address_country: country, address_zip: zip, ...data };
  } else if (kind === "cvc_update") {
    const { data: made, error } = await collected(data._group(), [data]);
    if (error) return { error };
    parameters.cvc_update = { cvc: made.card.cvc };
  } else if (kind === "pii") {
    parameters.pii = { id_number: data.personal_id_number };
  } else {
    parameters[kind] = data;
  }
  const { value, error } = await request(stripe, "POST", "/v1/tokens", parameters);
  return error ? { error } : { token: value };
}

async function createConfirmationToken(stripe, { elements, params = {} }) {
  const { data, error } = await collected(elements);
  if (error) return { error };
  const { payment_method_data: given, ...more } = params;
  const parameters = { ...more, payment_method_data: merged(data, given) };
  const answer = await request(stripe, "POST", "/v1/confirmation_tokens", parameters);
  return answer.error ? { error: answer.error } : { confirmationToken: answer.value };
}
