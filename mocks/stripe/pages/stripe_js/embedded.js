// Embedded Checkout: the page of a session in a frame of the merchant's page.

const SESSION_SECRET = /^(cs_test_[A-Za-z0-9]+)_secret_.+$/;
let embedded = null;

const rightName = () => (since("dahlia") ? "createEmbeddedCheckoutPage" : "initEmbeddedCheckout");

async function embedCheckout(stripe, name, { clientSecret, fetchClientSecret, onComplete } = {}) {
  if (name !== rightName()) {
    throw new IntegrationError(`stripe.${name} is not in this version of Stripe.js: use stripe.${rightName()}.`);
  }
  if (embedded !== null) throw new IntegrationError("You cannot have multiple Embedded Checkout objects.");
  const checkout = new EmbeddedCheckout(onComplete);
  embedded = checkout;
  try {
    const secret = clientSecret ?? (await fetchClientSecret?.());
    const [, session] = (typeof secret === "string" && SESSION_SECRET.exec(secret)) || [];
    if (session === undefined) {
      throw new IntegrationError(
        `stripe.${name}: pass the client_secret of a Checkout Session, or a function that fetches it. You passed: ${secret}.`,
      );
    }
    const path = `/v1/payment_pages/${session}`;
    const { value, error } = await request(stripe, "GET", path, { client_secret: secret });
    if (error) throw new IntegrationError(error.message);
    if (!value.embedded_url) throw new IntegrationError("This Checkout Session is not embedded: go to its url.");
    checkout._address = value.embedded_url;
    return checkout;
  } catch (error) {
    embedded = null;
    throw error;
  }
}

class EmbeddedCheckout {
  #frame = null;
  #onComplete;
  #gone = false;

  constructor(onComplete) {
    this.#onComplete = onComplete;
    this._address = null;
  }

  mount(target) {
    this.#check();
    const place = typeof target === "string" ? document.querySelector(target) : target;
    if (!(place instanceof HTMLElement)) {
      throw new IntegrationError("embeddedCheckout.mount() takes a DOM element of the page, or a selector of one.");
    }
    if (this.#frame !== null) throw new IntegrationError("This Embedded Checkout has already been mounted.");
    this.#frame = makeFrame("Secure embedded checkout frame", nearby(this._address).href);
    this.#frame.style.minHeight = "480px";
    addEventListener("message", this.#heard);
    place.replaceChildren(this.#frame);
  }

  unmount() {
    this.#check();
    this.#leave();
  }

  destroy() {
    this.#check();
    this.#leave();
    this.#gone = true;
    embedded = null;
  }

  #heard = ({ source, data }) => {
    if (source !== this.#frame?.contentWindow || data?.greenroom !== "checkout") return;
    this.#frame.style.height = `${data.height}px`;
    if (data.checkout !== "complete") return;
    if (data.returnUrl) location.assign(data.returnUrl);
    else this.#onComplete?.();
  };

  #leave() {
    removeEventListener("message", this.#heard);
    this.#frame?.remove();
    this.#frame = null;
  }

  #check() {
    if (this.#gone) throw new IntegrationError("This Embedded Checkout has been destroyed: make another one.");
  }
}
