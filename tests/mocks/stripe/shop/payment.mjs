// A page with the payment element: for an intent (its secret in the address), or for an amount, the intent made later.

import { asked, loaded, log, on, show } from "./page.mjs";

const stripe = await loaded();
const secret = asked.get("secret");
const elements = stripe.elements(
  asked.has("amount")
    ? { mode: "payment", amount: Number(asked.get("amount")), currency: "usd" }
    : { clientSecret: secret, appearance: { theme: "stripe" } },
);
const payment = elements.create("payment", { layout: "tabs" });
payment.on("ready", () => show({ ready: true, version: window.Stripe.version }));
payment.on("loaderror", ({ error }) => show({ loaderror: error }));
payment.on("change", ({ complete, value }) => {
  document.querySelector("#state").textContent = JSON.stringify({ complete, type: value.type });
});
payment.mount("#element");

const redirect = "if_required";
const back = `${location.origin}/back`;

on("pay", () => stripe.confirmPayment({ elements, redirect }));
on("leave", () => stripe.confirmPayment({ elements, confirmParams: { return_url: back } }));
on("save", () => stripe.confirmSetup({ elements, redirect }));
on("late", async () => {
  const { error } = await elements.submit();
  if (error) return { error };
  const answer = await fetch("/intent", { method: "POST", body: asked.get("amount") });
  const { clientSecret } = await answer.json();
  return stripe.confirmPayment({ elements, clientSecret, redirect });
});
