// What the shop's pages have in common: the key in the address, Stripe.js by the official loader, results as JSON.

import { loadStripe } from "@stripe/stripe-js/pure";

export const asked = new URLSearchParams(location.search);
export const log = [];

export const loaded = () => loadStripe(asked.get("pk"));

export function show(result) {
  document.querySelector("#result").textContent = JSON.stringify({ ...result, log });
}

// Shows what a call resolves to, or the error that it throws.
export async function showing(call) {
  document.querySelector("#result").textContent = "";
  try {
    show((await call()) ?? {});
  } catch (error) {
    show({ thrown: `${error.name}: ${error.message}` });
  }
}

export function on(name, call) {
  document.querySelector(`#${name}`).addEventListener("click", () => showing(call));
}
