// One element: a frame with its fields, what happened in them as events, and what was entered.

const FRAMES = {
  address: "Secure address input frame",
  card: "Secure card payment input frame",
  cardCvc: "Secure CVC input frame",
  cardExpiry: "Secure expiration date input frame",
  cardNumber: "Secure card number input frame",
  expressCheckout: "Secure express checkout frame",
  linkAuthentication: "Secure email input frame",
  payment: "Secure payment input frame",
};

const LOAD_SECONDS = 15;
const STATES = ["complete", "empty", "focus", "invalid"];

class Element {
  #handlers = new Map();
  #asked = new Map();
  #options;
  #group;
  #place = null;
  #frame = null;
  #port = null;
  #state = { complete: false, empty: true, value: {} };
  #destroyed = false;

  constructor(group, type, options) {
    this.#group = group;
    this.#options = options ?? {};
    this._elementType = type;
  }

  // --- events ---

  on(event, handler) {
    if (typeof handler !== "function") throw new IntegrationError("Missing argument. You should pass a function to on().");
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(handler);
    return this;
  }

  addEventListener(event, handler) {
    return this.on(event, handler);
  }

  once(event, handler) {
    const first = (data) => {
      this.off(event, first);
      handler(data);
    };
    return this.on(event, first);
  }

  off(event, handler) {
    if (handler) this.#handlers.get(event)?.delete(handler);
    else this.#handlers.delete(event);
    return this;
  }

  removeEventListener(event, handler) {
    return this.off(event, handler);
  }

  #emit(event, data = {}) {
    const told = { elementType: this._elementType, ...data };
    for (const handler of [...(this.#handlers.get(event) ?? [])]) handler(told);
  }

  // --- in the page ---

  mount(target) {
    this.#check();
    const place = typeof target === "string" ? document.querySelector(target) : target;
    if (!(place instanceof HTMLElement)) {
      throw new IntegrationError(
        typeof target === "string"
          ? `The selector you specified (${target}) applies to no DOM elements that are currently on the page.`
          : "Invalid DOM element. Please pass a valid DOM element or a selector to mount().",
      );
    }
    if (this.#place === place) return this;
    if (this.#place !== null) {
      throw new IntegrationError("This Element has already been mounted. Use `unmount()` before mounting it again.");
    }
    this.#place = place;
    const wrapper = document.createElement("div");
    wrapper.className = "__PrivateStripeElement";
    this.#frame = makeFrame(FRAMES[this._elementType], `${HOME}/elements/${this._elementType}`);
    this.#frame.style.height = "1.2em";
    this.#frame.addEventListener("load", () => this.#connect(this.#frame), { once: true });
    wrapper.append(this.#frame);
    place.replaceChildren(wrapper);
    place.classList.add(this.#classes().base);
    this.#mark();
    this.#emit("loaderstart");
    return this;
  }

  unmount() {
    this.#check();
    this.#leave();
    return this;
  }

  destroy() {
    this.#check();
    this.#leave();
    this.#destroyed = true;
    this.#handlers.clear();
    forget(this.#group, this);
  }

  #leave() {
    if (this.#place === null) return;
    this.#port?.close();
    const classes = this.#classes();
    this.#place.classList.remove(classes.base, ...STATES.map((name) => classes[name]));
    this.#place.replaceChildren();
    this.#place = this.#frame = this.#port = null;
    this.#state = { complete: false, empty: true, value: {} };
  }

  #check() {
    if (this.#destroyed) throw new IntegrationError("This Element has already been destroyed. Please create a new one.");
  }

  #classes() {
    const classes = { base: "StripeElement", ...this.#options.classes };
    for (const name of STATES) classes[name] ??= `StripeElement--${name}`;
    return classes;
  }

  #mark() {
    const classes = this.#classes();
    const { complete, empty, error, focused } = this.#state;
    const now = { complete, empty, focus: focused, invalid: error };
    for (const name of STATES) this.#place?.classList.toggle(classes[name], Boolean(now[name]));
  }

  // --- the frame ---

  #connect(frame) {
    if (frame !== this.#frame) return;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#heard(data);
    const postalCountries = since("clover") ? ["US"] : ["US", "CA", "GB", "PR"];
    const options = sendable({ ...this.#options, postalCountries });
    frame.contentWindow.postMessage({ greenroom: "element", options }, frameOrigin, [port2]);
    setTimeout(() => {
      if (frame !== this.#frame || this.#state.ready) return;
      const message = `Greenroom's Stripe.js could not load ${frame.src}: does the page's policy allow its frame?`;
      this.#emit("loaderror", { error: { type: "api_connection_error", message } });
    }, LOAD_SECONDS * 1000);
  }

  async #heard(data) {
    switch (data.type) {
      case "ready":
        return this.#ready();
      case "height":
        this.#frame.style.height = `${data.height}px`;
        return undefined;
      case "collected":
        this.#asked.get(data.id)?.(data);
        this.#asked.delete(data.id);
        return undefined;
      case "change":
        return this.#changed(data);
      case "focus":
      case "blur":
        this.#state.focused = data.type === "focus";
        this.#mark();
        return this.#emit(data.type);
      default:
        return this.#emit(data.type);
    }
  }

  async #ready() {
    const { error } = this._elementType === "payment" ? await loaded(this.#group) : {};
    if (this.#place === null) return;
    this.#state.ready = true;
    if (error) this.#emit("loaderror", { error });
    else this.#emit("ready", this._elementType === "expressCheckout" ? { availablePaymentMethods: undefined } : {});
  }

  #changed({ brand, complete, empty, error, value }) {
    Object.assign(this.#state, { complete, empty, error, value });
    this.#mark();
    const told = { complete, empty, error };
    if (brand !== undefined && this._elementType !== "payment") told.brand = brand;
    if (brand !== undefined) tellBrand(this.#group, brand);
    if (this._elementType === "card") told.value = { postalCode: value.address.postal_code };
    if (this._elementType === "payment") Object.assign(told, { collapsed: false, value: { type: "card" } });
    if (this._elementType === "linkAuthentication") told.value = { email: value.email };
    if (this._elementType === "address") Object.assign(told, { isNewAddress: true, value: addressOf(value) });
    this.#emit("change", told);
  }

  #order(type, more = {}) {
    this.#check();
    this.#port?.postMessage({ type, ...more });
  }

  // --- what merchants and this library ask of it ---

  update(options) {
    this.#options = { ...this.#options, ...options };
    this.#order("update", { options: sendable(options) });
    return this;
  }

  focus() {
    this.#frame?.focus();
    this.#order("focus");
  }

  blur() {
    this.#order("blur");
  }

  clear() {
    this.#order("clear");
  }

  collapse() {
    return this;
  }

  async getValue() {
    const { complete, value } = this.#state;
    return { complete, isNewAddress: true, value: addressOf(value) };
  }

  _group() {
    return this.#group;
  }

  _mode() {
    return this.#options.mode;
  }

  _brand(brand) {
    this.#order("brand", { brand });
  }

  // Asks the frame for what was entered: {card, details, error?}.
  _collect() {
    this.#check();
    if (this.#port === null) {
      throw new IntegrationError(
        `We could not retrieve data from the specified Element: make sure that the ${this._elementType} Element is mounted.`,
      );
    }
    const id = crypto.getRandomValues(new Uint32Array(1))[0];
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.#port.postMessage({ type: "collect", id });
    });
  }
}

// The part of an element's options that a frame can be sent: no functions, no nodes.
const sendable = (options) => JSON.parse(JSON.stringify(options ?? {}));

function addressOf({ address = {}, name = "" }) {
  const { city = "", country = "", line1 = "", line2 = "", postal_code = "", state = "" } = address;
  return { name, address: { city, country, line1, line2: line2 || null, postal_code, state } };
}
