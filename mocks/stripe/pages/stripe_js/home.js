// Greenroom's stand-in for Stripe.js: where this script came from says which release train it is, and where the API is.
// From https://js.stripe.com it asks https://api.stripe.com; from any other address it asks the server it came from.

"use strict";

const TRAINS = ["v3", "acacia", "basil", "clover", "dahlia", "endive"];

const ADDRESS = /^(.*?)(?:\/~[^/]+)?\/(?:v3\/?|([a-z0-9]+)\/stripe\.js)$/;

const source = (() => {
  const scripts = [document.currentScript, ...document.scripts].filter((each) => each?.src);
  for (const { src } of scripts) {
    const url = new URL(src);
    const [, prefix, train = "v3"] = ADDRESS.exec(url.pathname) ?? [];
    if (prefix !== undefined && TRAINS.includes(train)) return { url, prefix, train };
  }
  throw new Error("Greenroom's Stripe.js does not find the script element that it was loaded by.");
})();

const HOME = source.url.origin + source.prefix;
const API = HOME.replace(/^(https?:\/\/)js\.stripe\.com/, "$1api.stripe.com");
const TRAIN = source.train;

// Whether this release train is a given one or a later one.
const since = (train) => TRAINS.indexOf(TRAIN) >= TRAINS.indexOf(train);

// The API version that a train speaks; the trains that are not named here speak the account's own.
const API_VERSION = {
  basil: "2025-03-31.basil",
  clover: "2025-09-30.clover",
  dahlia: "2026-03-25.dahlia",
  endive: "2026-09-30.endive",
}[TRAIN];

// What Stripe.js throws when a page uses it wrongly.
class IntegrationError extends Error {
  constructor(message) {
    super(message);
    this.name = "IntegrationError";
  }
}

const unserved = (what) =>
  new IntegrationError(`Greenroom's Stripe.js does not serve ${what}: see mocks/stripe/README.md for what it does.`);

let frames = 0;

// A frame of ours in the merchant's page, named as Stripe names its own.
function makeFrame(title, address) {
  const frame = document.createElement("iframe");
  frames += 1;
  frame.name = `__privateStripeFrame${frames}`;
  frame.title = title;
  frame.src = address;
  Object.assign(frame.style, { border: "0", display: "block", width: "100%" });
  return frame;
}

// A page of ours by its address, from where this script came: merchants' pages may frame that host.
function nearby(address) {
  const url = new URL(address);
  return url.hostname.endsWith(".stripe.com") ? new URL(url.pathname + url.search, HOME) : url;
}

const frameOrigin = new URL(HOME).origin;

// A promise that stays open: the browser is leaving the page.
const leaving = () => new Promise(() => {});
