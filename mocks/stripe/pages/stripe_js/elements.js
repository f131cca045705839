// A group of elements: at most one of each type, what they have in common, and what was entered in all of them.

const groups = new WeakMap();

class Elements {
  constructor(stripe, options = {}) {
    groups.set(this, { stripe, options, members: [], submitted: false, session: null });
  }

  create(type, options) {
    const group = groups.get(this);
    if (!Object.hasOwn(FRAMES, type)) throw unserved(`elements of the type ${type}`);
    const twice = type === "address" ? (each) => each._mode() === options?.mode : () => true;
    if (group.members.some((each) => each._elementType === type && twice(each))) {
      throw new IntegrationError(`Can only create one Element of type ${type} through elements().create().`);
    }
    if (type === "payment" && !group.options.clientSecret && !group.options.mode) {
      throw new IntegrationError(
        "In order to create a payment element, you must pass a valid clientSecret or mode when creating the Elements group.",
      );
    }
    if (type === "address" && !["billing", "shipping"].includes(options?.mode)) {
      throw new IntegrationError('You must supply options.mode of the address element: "billing" or "shipping".');
    }
    const element = new Element(this, type, options);
    group.members.push(element);
    return element;
  }

  getElement(type, options) {
    const wanted = typeof type === "string" ? type : type?.__elementType;
    const found = groups
      .get(this)
      .members.find((each) => each._elementType === wanted && (!options?.mode || each._mode() === options.mode));
    return found ?? null;
  }

  update(options) {
    const group = groups.get(this);
    if (options?.clientSecret !== undefined) {
      throw new IntegrationError("The clientSecret of an Elements group cannot be updated: make a new group.");
    }
    Object.assign(group.options, options);
    group.submitted = false;
    return since("dahlia") ? Promise.resolve() : undefined;
  }

  async fetchUpdates() {
    const group = groups.get(this);
    group.session = null;
    const { error } = await loaded(this);
    return error ? { error: { message: error.message, status: "error" } } : {};
  }

  async submit() {
    const { error } = await collected(this);
    if (error) return { error };
    groups.get(this).submitted = true;
    return { selectedPaymentMethod: "card" };
  }

  on() {
    return this;
  }
}

const forget = (elements, element) => {
  const group = groups.get(elements);
  group.members = group.members.filter((each) => each !== element);
};

const tellBrand = (elements, brand) => elements.getElement("cardCvc")?._brand(brand);

// Fetches, once, the intent that a group is for: {error} when there is none.
function loaded(elements) {
  const group = groups.get(elements);
  const secret = group.options.clientSecret;
  if (!secret) return Promise.resolve({});
  group.session ??= retrieve(group.stripe, kindOf(secret, "elements"), secret);
  return group.session;
}

// What was entered in all elements of a group: {data, shipping} as an intent's parameters, or {error}.
async function collected(elements, only) {
  const members = groups.get(elements).members.filter((each) => each._elementType !== "expressCheckout");
  const wanted = only ?? members;
  const entered = [];
  for (const element of wanted) {
    const found = await element._collect();
    if (found.error) return { error: found.error };
    entered.push([element, found]);
  }
  let data = { type: "card", card: {}, billing_details: {} };
  let shipping;
  for (const [element, { card, details }] of entered) {
    const filled = compact(details) ?? {};
    if (element._mode() === "shipping") {
      shipping = { name: filled.name, address: filled.address };
      continue;
    }
    data = merged(data, { card: compact(card) ?? {}, billing_details: filled });
  }
  return { data, shipping };
}

// The elements that make up the card which a merchant names by one of them.
const cardElements = (element) =>
  element._elementType === "card" ? [element] : groups.get(element._group()).members.filter(isPartOfCard);

const isPartOfCard = ({ _elementType: type }) => ["cardNumber", "cardExpiry", "cardCvc"].includes(type);

// Leaves out what is empty, at every level; undefined when nothing is left.
function compact(value) {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "object" || Array.isArray(value)) return value;
  const kept = Object.entries(value)
    .map(([name, each]) => [name, compact(each)])
    .filter(([, each]) => each !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}

// One object over another, at every level.
function merged(below, above) {
  if (above === undefined) return below;
  if (typeof above !== "object" || above === null || typeof below !== "object" || below === null) return above;
  const both = { ...below };
  for (const [name, value] of Object.entries(above)) both[name] = merged(below[name], value);
  return both;
}
