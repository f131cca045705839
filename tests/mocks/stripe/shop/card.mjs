// A page with the card element (or its three parts), as shops have had it for years.

import { asked, loaded, log, on, show } from "./page.mjs";

const stripe = await loaded();
const elements = stripe.elements();
const parts = asked.get("parts")?.split(",") ?? ["card"];
const secret = asked.get("secret");

for (const part of parts) {
  const place = document.createElement("div");
  document.querySelector("#element").append(place);
  const element = elements.create(part, { style: { base: { color: "#112233" } } });
  for (const event of ["ready", "focus", "blur"]) element.on(event, () => log.push(`${part} ${event}`));
  element.on("change", ({ brand, complete, error }) => {
    document.querySelector("#state").textContent = JSON.stringify({ brand, complete, error: error?.code ?? null });
  });
  element.on("ready", () => show({ ready: true }));
  element.mount(place);
}
const card = elements.getElement(parts[0]);
const billing_details = { name: "Ada Quill" };

on("pay", () => stripe.confirmCardPayment(secret, { payment_method: { card, billing_details } }));
on("save", () => stripe.confirmCardSetup(secret, { payment_method: { card, billing_details } }));
on("method", () => stripe.createPaymentMethod({ type: "card", card, billing_details }));
on("token", () => stripe.createToken(card));
on("next", () => stripe.handleNextAction({ clientSecret: secret }));
on("retrieve", () => stripe.retrievePaymentIntent(secret));
on("unmount", () => {
  card.unmount();
  return { frames: document.querySelectorAll("iframe").length };
});
on("destroy", () => {
  card.destroy();
  const gone = elements.getElement(parts[0]) === null;
  card.mount("#element");
  return { gone };
});
on("confirmation", () => {
  const params = { payment_method_data: { billing_details: { name: "Ada Quill" } }, return_url: `${location.origin}/back` };
  return stripe.createConfirmationToken({ elements, params });
});
on("number", () => stripe.createToken("pii", { personal_id_number: "000000000" }));
on("embedded", () => stripe.initCheckoutElementsSdk({}));
