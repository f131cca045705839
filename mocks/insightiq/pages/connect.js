/* The Connect SDK. It shows the dialog in a frame over the page, and calls the page back with what happens there. */
(() => {
  "use strict";

  const VERSION = "2.0.0";
  const REQUIRED = ["accountConnected", "accountDisconnected", "tokenExpired", "exit"];
  const EVENTS = [...REQUIRED, "connectionFailure"];
  const ENVIRONMENTS = ["sandbox", "staging", "production"];
  // This script lies in connect/v2/, the dialog in connect/.
  const base = new URL("../", document.currentScript.src);

  class Connect {
    #options;
    #handlers = new Map();
    #frame = null;
    #listener = (message) => this.#hear(message);

    constructor(options) {
      for (const name of ["clientDisplayName", "environment", "userId", "token"]) {
        if (!options || !options[name]) throw new Error(`PhylloConnect.initialize: ${name} is missing`);
      }
      if (!ENVIRONMENTS.includes(options.environment)) {
        throw new Error(`PhylloConnect.initialize: environment must be one of ${ENVIRONMENTS.join(", ")}`);
      }
      this.#options = options;
    }

    on(event, handler) {
      if (!EVENTS.includes(event)) throw new Error(`PhylloConnect: there is no event ${event}`);
      if (typeof handler !== "function") throw new Error(`PhylloConnect: the handler of ${event} is no function`);
      this.#handlers.set(event, handler);
      return this;
    }

    version() {
      return VERSION;
    }

    open() {
      const missing = REQUIRED.filter((event) => !this.#handlers.has(event));
      if (missing.length) throw new Error(`PhylloConnect: no handler of ${missing.join(", ")}`);
      if (this.#frame) return;
      const url = new URL("dialog", base);
      url.hash = new URLSearchParams({
        token: this.#options.token,
        client: this.#options.clientDisplayName,
        platform: this.#options.workPlatformId ?? "",
      }).toString();
      const frame = document.createElement("iframe");
      frame.src = url.href;
      frame.title = "Connect your account";
      Object.assign(frame.style, {
        position: "fixed", inset: "0", width: "100%", height: "100%", border: "0", zIndex: "2147483647",
      });
      window.addEventListener("message", this.#listener);
      document.body.append(frame);
      this.#frame = frame;
    }

    close() {
      window.removeEventListener("message", this.#listener);
      this.#frame?.remove();
      this.#frame = null;
    }

    #hear(message) {
      if (!this.#frame || message.source !== this.#frame.contentWindow) return;
      const { connect: event, values = [] } = message.data ?? {};
      if (!EVENTS.includes(event)) return;
      if (event === "exit" || event === "tokenExpired") this.close();
      this.#handlers.get(event)?.(...values, this.#options.userId);
    }
  }

  const sdk = Object.freeze({
    initialize: (options) => new Connect(options),
    version: () => VERSION,
  });
  window.PhylloConnect = sdk;
  window.InsightIQConnect = sdk;
})();
