// A page with Checkout inside it: the secret of a session is in the address.

import { asked, loaded, on, show } from "./page.mjs";

const stripe = await loaded();
const old = asked.get("old") !== null;
let checkout;

on("embedded", async () => {
  const options = { fetchClientSecret: async () => asked.get("secret"), onComplete: () => show({ complete: true }) };
  checkout = old ? await stripe.initEmbeddedCheckout(options) : await stripe.createEmbeddedCheckoutPage(options);
  checkout.mount("#element");
  return { mounted: true };
});
on("unmount", () => {
  checkout.unmount();
  checkout.mount("#element");
  return { frames: document.querySelectorAll("iframe").length };
});
on("destroy", () => {
  checkout.destroy();
  const frames = document.querySelectorAll("iframe").length;
  try {
    checkout.mount("#element");
  } catch ({ message }) {
    return { frames, message };
  }
});
on("retrieve", () => stripe.createEmbeddedCheckoutPage({ clientSecret: "nonsense" }));
