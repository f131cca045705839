// The object that merchants hold, and `Stripe(publishableKey)`, which makes it.

const insides = new WeakMap();
const inside = (stripe) => insides.get(stripe);

class StripeObject {
  constructor(key, options) {
    insides.set(this, { key, options });
    this._apiKey = key;
  }

  elements(options) {
    return new Elements(this, { ...options });
  }

  async confirmPayment(options = {}) {
    return confirmGroup(this, PAYMENT, "confirmPayment", options);
  }

  async confirmSetup(options = {}) {
    return confirmGroup(this, SETUP, "confirmSetup", options);
  }

  async confirmCardPayment(secret, data, options) {
    return confirmCard(this, PAYMENT, "confirmCardPayment", secret, data, options);
  }

  async confirmCardSetup(secret, data, options) {
    return confirmCard(this, SETUP, "confirmCardSetup", secret, data, options);
  }

  async retrievePaymentIntent(secret) {
    return retrieve(this, kindOf(secret, "retrievePaymentIntent", PAYMENT), secret);
  }

  async retrieveSetupIntent(secret) {
    return retrieve(this, kindOf(secret, "retrieveSetupIntent", SETUP), secret);
  }

  async handleNextAction({ clientSecret } = {}) {
    const kind = kindOf(clientSecret, "handleNextAction");
    const { error, [kind.name]: intent } = await retrieve(this, kind, clientSecret);
    return error ? { error } : act(this, kind, intent);
  }

  async handleCardAction(secret) {
    kindOf(secret, "handleCardAction", PAYMENT);
    return this.handleNextAction({ clientSecret: secret });
  }

  async createPaymentMethod(...given) {
    return createPaymentMethod(this, ...given);
  }

  async createToken(kind, data) {
    return createToken(this, kind, data);
  }

  async createConfirmationToken(options) {
    return createConfirmationToken(this, options);
  }

  async createEmbeddedCheckoutPage(options) {
    return embedCheckout(this, "createEmbeddedCheckoutPage", options);
  }

  async initEmbeddedCheckout(options) {
    return embedCheckout(this, "initEmbeddedCheckout", options);
  }

  async redirectToCheckout(options) {
    return redirectToCheckout(this, options);
  }

  // Wallets of a browser: there are none here, and pages that ask learn so.
  paymentRequest() {
    const none = { on: () => none, off: () => none, once: () => none, update() {}, abort() {}, isShowing: () => false };
    return Object.assign(none, { canMakePayment: async () => null });
  }

  registerAppInfo() {}

  _registerWrapper() {}
}

const METHODS = ["AcssDebit", "Affirm", "AfterpayClearpay", "Alipay", "AmazonPay", "AuBecsDebit", "BacsDebit",
  "Bancontact", "Billie", "Blik", "Boleto", "Cashapp", "CustomerBalance", "Eps", "Fpx", "Giropay", "GrabPay", "Ideal",
  "Klarna", "Konbini", "Mobilepay", "Multibanco", "Oxxo", "P24", "PayByBank", "PayNow", "PayPal", "Pix", "PromptPay",
  "SepaDebit", "Sofort", "Twint", "UsBankAccount", "WechatPay"];

// What is there to be called and fails at once, saying so.
const UNSERVED = [
  ...METHODS.flatMap((name) => [`confirm${name}Payment`, `confirm${name}Setup`]),
  "collectBankAccountForPayment", "collectBankAccountForSetup", "collectBankAccountToken",
  "collectFinancialConnectionsAccounts", "createEphemeralKeyNonce", "createRadarSession",
  "createSource", "initCheckout", "initCheckoutElementsSdk", "initCheckoutFormSdk",
  "initializePricing", "processOrder", "retrieveOrder", "retrieveSource", "verifyIdentity",
  "verifyMicrodepositsForPayment", "verifyMicrodepositsForSetup",
];

for (const name of UNSERVED) {
  StripeObject.prototype[name] = function refuse() {
    throw unserved(name);
  };
}

function Stripe(key, options = {}) {
  if (typeof key !== "string" || !key.trim()) {
    throw new IntegrationError("Please call Stripe() with your publishable key. You used an empty string.");
  }
  if (/^[sr]k_/.test(key)) {
    throw new IntegrationError("You should not use your secret key with Stripe.js: pass a publishable key instead.");
  }
  if (key.startsWith("pk_live_")) {
    throw new IntegrationError(`A live key (${key.slice(0, 8)}…) reached Greenroom, which is a mock of Stripe.`);
  }
  return new StripeObject(key.trim(), options ?? {});
}

Stripe.version = TRAIN === "v3" ? 3 : TRAIN;
Stripe.stripeJsId = "greenroom";

if (window.Stripe) console.warn("It looks like Stripe.js was loaded more than one time.");
else window.Stripe = Stripe;
