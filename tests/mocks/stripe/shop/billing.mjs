// A billing page: is Stripe.js to be had, does the key look like one, then to Checkout with a session of the server's.

import { asked, loaded, on } from "./page.mjs";

on("subscribe", async () => {
  const key = asked.get("pk");
  if (!key.startsWith("pk_test_") || key.length < 50) throw new Error("the key does not look like one");
  await fetch("https://js.stripe.com/v3/", { method: "HEAD", mode: "no-cors" });
  const stripe = await loaded();
  const answer = await fetch("/session", { method: "POST" });
  const { sessionId } = await answer.json();
  return stripe.redirectToCheckout({ sessionId: asked.get("session") ?? sessionId });
});
