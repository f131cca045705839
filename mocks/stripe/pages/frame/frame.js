// The fields of one element. Stripe.js in the merchant's page sends a port with the element's options; through it
// go what happens here (ready, change, focus, blur, escape, resize) and, when asked for, what was entered.

const form = document.getElementById("element");
const problem = document.getElementById("problem");
const kind = form.dataset.kind;
const boxes = [...form.querySelectorAll("[data-is]")].map((place) => ({
  is: place.dataset.is,
  place,
  input: place.querySelector("input, select"),
  left: false,
}));
const byName = Object.fromEntries(boxes.map((box) => [box.is, box]));
let port = null;
let options = {};
let cardBrand = "unknown";

const shown = () => boxes.filter((box) => !box.place.hidden);
const empty = (box) => box.input.value === "" || box.is === "country";

function wrong(box) {
  if (box.is === "country" || box.place.hidden) return null;
  const brand = byName.number ? brandOf(byName.number.input.value) : cardBrand;
  return WRONG[box.is]?.(box.input.value, brand) ?? null;
}

// The first thing wrong that the payer may be told of: what is incomplete only once the field was left.
function mistake() {
  for (const box of shown()) {
    const code = wrong(box);
    const told = code !== null && (code.startsWith("invalid") ? !empty(box) : box.left);
    if (told) return { type: "validation_error", code, message: MESSAGES[code] };
  }
  return undefined;
}

function valueOf() {
  const read = (name) => (byName[name] && !byName[name].place.hidden ? byName[name].input.value.trim() : "");
  const address = { country: read("country"), postal_code: read("postal") };
  for (const name of ["line1", "line2", "city", "state"]) if (byName[name]) address[name] = read(name);
  const [, month, year] = /^(\d{2}) \/ (\d{2})$/.exec(byName.expiry?.input.value ?? "") ?? [];
  return {
    card: {
      number: byName.number ? digitsOf(read("number")) : undefined,
      exp_month: month && Number(month),
      exp_year: year && 2000 + Number(year),
      cvc: byName.cvc ? read("cvc") : undefined,
    },
    details: { address, email: read("email"), name: read("name") },
  };
}

function changed() {
  const error = mistake();
  for (const box of shown()) {
    const code = wrong(box);
    const bad = code !== null && (code.startsWith("invalid") ? !empty(box) : box.left);
    box.input.setAttribute("aria-invalid", String(bad));
    paint(box, bad);
  }
  problem.textContent = error?.message ?? "";
  port?.postMessage({
    type: "change",
    brand: byName.number ? brandOf(byName.number.input.value) : undefined,
    complete: shown().every((box) => wrong(box) === null),
    empty: shown().every(empty),
    error,
    value: valueOf().details,
  });
}

// --- options --------------------------------------------------------------------------------------------------------

const STYLES = ["backgroundColor", "color", "fontFamily", "fontSize", "fontStyle", "fontWeight", "letterSpacing",
  "lineHeight", "padding", "textAlign", "textDecoration", "textTransform"];

function paint(box, bad) {
  const wanted = { ...options.style?.base, ...(bad ? options.style?.invalid : {}) };
  for (const name of STYLES) box.input.style[name] = wanted[name] ?? "";
}

function hidden(box) {
  const asked = options.fields?.billingDetails;
  const address = asked === "never" ? "never" : asked?.address;
  if (box.is === "postal" && kind === "card") return options.hidePostalCode === true;
  if (kind !== "payment" || !["country", "postal"].includes(box.is)) return false;
  if (address === "never") return true;
  if (box.is === "country") return address?.country === "never";
  return address?.postalCode === "never" || !options.postalCountries.includes(byName.country.input.value);
}

function fill(details = {}) {
  const { address = {}, email, name } = details;
  const given = { email, name, country: address.country, postal: address.postal_code, ...address };
  for (const box of boxes) if (given[box.is] && !box.input.value) box.input.value = given[box.is];
}

function set(sent) {
  options = { ...options, ...sent };
  for (const box of boxes) {
    box.place.hidden = hidden(box);
    box.input.disabled = Boolean(options.disabled ?? options.readOnly);
    if (options.placeholder && box.is !== "country") box.input.placeholder = options.placeholder;
  }
}

function begin(sent) {
  if (byName.country) {
    const names = new Intl.DisplayNames(["en"], { type: "region" });
    const listed = COUNTRIES.map((code) => new Option(names.of(code), code));
    byName.country.input.append(...listed.sort((one, other) => one.text.localeCompare(other.text)));
    const chosen = sent.defaultValues?.billingDetails?.address ?? sent.defaultValues?.address;
    byName.country.input.value = chosen?.country ?? "US";
  }
  set(sent);
  const { billingDetails, ...details } = sent.defaultValues ?? {};
  fill(billingDetails ?? details);
  fill({ address: { postal_code: sent.value?.postalCode } });
  set({});
  for (const box of boxes) paint(box, false);
  const height = () => port.postMessage({ type: "height", height: document.body.scrollHeight });
  new ResizeObserver(height).observe(document.body);
  height();
  port.postMessage({ type: "ready" });
}

// --- what happens ---------------------------------------------------------------------------------------------------

for (const box of boxes) {
  box.input.addEventListener("input", () => {
    const written = WRITTEN[box.is];
    if (written && box.input.selectionStart === box.input.value.length) box.input.value = written(box.input.value);
    set({});
    changed();
  });
  box.input.addEventListener("blur", () => {
    if (WRITTEN[box.is]) box.input.value = WRITTEN[box.is](box.input.value);
    box.left = box.left || !empty(box);
    changed();
  });
}

form.addEventListener("focusin", (event) => {
  if (!form.contains(event.relatedTarget)) port?.postMessage({ type: "focus" });
});
form.addEventListener("focusout", (event) => {
  if (!form.contains(event.relatedTarget)) port?.postMessage({ type: "blur" });
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Escape") port?.postMessage({ type: "escape" });
  if (event.key === "Enter") event.preventDefault();
});
form.addEventListener("submit", (event) => event.preventDefault());

const ORDERS = {
  update: ({ options: sent }) => {
    set(sent);
    changed();
  },
  focus: () => shown()[0]?.input.focus(),
  blur: () => document.activeElement?.blur(),
  clear: () => {
    for (const box of boxes) {
      if (box.is !== "country") box.input.value = "";
      box.left = false;
    }
    changed();
  },
  brand: ({ brand }) => {
    cardBrand = brand;
  },
  collect: ({ id }) => {
    for (const box of boxes) box.left = true;
    changed();
    const bad = shown().find((box) => wrong(box) !== null);
    bad?.input.focus();
    port.postMessage({ type: "collected", id, error: mistake(), ...valueOf() });
  },
};

addEventListener("message", (event) => {
  if (port !== null || event.source !== parent || event.data?.greenroom !== "element") return;
  [port] = event.ports;
  port.onmessage = ({ data }) => ORDERS[data.type]?.(data);
  begin(event.data.options);
});
