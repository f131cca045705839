// A React page: Elements, a payment element or a card element, hooks; in strict mode, which mounts everything twice.

import { CardElement, Elements, EmbeddedCheckout, EmbeddedCheckoutProvider, PaymentElement, useElements, useStripe } from "@stripe/react-stripe-js";
import { createElement as h, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";
import { asked, loaded, showing } from "./page.mjs";

const promise = loaded();
const secret = asked.get("secret");

function Form({ kind }) {
  const stripe = useStripe();
  const elements = useElements();
  const [ready, setReady] = useState(false);
  const pay = () =>
    showing(() =>
      kind === "card"
        ? stripe.confirmCardPayment(secret, { payment_method: { card: elements.getElement(CardElement) } })
        : stripe.confirmPayment({ elements, redirect: "if_required" }),
    );
  return h("section", null, [
    h(kind === "card" ? CardElement : PaymentElement, { key: "field", onReady: () => setReady(true) }),
    h("button", { key: "go", disabled: !ready, onClick: pay }, "Pay now"),
  ]);
}

const kind = asked.get("kind");
const options = kind === "card" ? undefined : { clientSecret: secret };
const page =
  kind === "checkout"
    ? h(EmbeddedCheckoutProvider, { stripe: promise, options }, h(EmbeddedCheckout))
    : h(Elements, { stripe: promise, options }, h(Form, { kind }));
createRoot(document.querySelector("#element")).render(h(StrictMode, null, page));
