// What may stand in each field of an element: how it is written, whether it is complete, and what is wrong with it.
// Whether a card has expired is left to the API, which knows the time of its world.

const BRANDS = [
  ["visa", /^4/],
  ["mastercard", /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/],
  ["amex", /^3[47]/],
  ["discover", /^6(?:011|4[4-9]|5)/],
  ["diners", /^3(?:0[0-5]|[689])/],
  ["jcb", /^35/],
  ["unionpay", /^62/],
];
const LENGTHS = { amex: 15, diners: 14 };

const MESSAGES = {
  incomplete_number: "Your card number is incomplete.",
  invalid_number: "Your card number is invalid.",
  incomplete_expiry: "Your card's expiration date is incomplete.",
  invalid_expiry_month: "Your card's expiration month is invalid.",
  incomplete_cvc: "Your card's security code is incomplete.",
  incomplete_zip: "Your postal code is incomplete.",
  incomplete_email: "Your email is incomplete.",
  incomplete_name: "Your name is incomplete.",
  incomplete_address: "Your address is incomplete.",
};

const digitsOf = (text) => text.replace(/\D/g, "");

const brandOf = (number) => BRANDS.find(([, form]) => form.test(digitsOf(number)))?.[0] ?? "unknown";

function passesLuhn(digits) {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

// How a value is written while it is typed.
const WRITTEN = {
  number(text) {
    const digits = digitsOf(text).slice(0, 19);
    const groups = ["amex", "diners"].includes(brandOf(digits)) ? /^(\d{1,4})(\d{1,6})?(\d+)?$/ : null;
    const parts = groups ? (digits.match(groups)?.slice(1) ?? []) : (digits.match(/\d{1,4}/g) ?? []);
    return parts.filter(Boolean).join(" ");
  },
  expiry(text) {
    const digits = digitsOf(text).slice(0, 6);
    const padded = /^[2-9]/.test(digits) || /^1\s*\//.test(text) ? `0${digits}` : digits;
    const year = padded.slice(2).length === 4 ? padded.slice(4) : padded.slice(2);
    return year ? `${padded.slice(0, 2)} / ${year}` : padded;
  },
  cvc: (text) => digitsOf(text).slice(0, 4),
};

// What is wrong with a value: a code of MESSAGES, or nothing. `brand` is that of the card's number.
const WRONG = {
  number(text) {
    const digits = digitsOf(text);
    const length = LENGTHS[brandOf(digits)] ?? 16;
    if (digits.length < length) return "incomplete_number";
    return passesLuhn(digits) ? null : "invalid_number";
  },
  expiry(text) {
    const digits = digitsOf(text);
    const month = Number(digits.slice(0, 2));
    if (digits.length >= 2 && (month < 1 || month > 12)) return "invalid_expiry_month";
    return digits.length === 4 ? null : "incomplete_expiry";
  },
  cvc: (text, brand) => (text.length >= (brand === "amex" ? 4 : 3) ? null : "incomplete_cvc"),
  postal: (text) => (text.trim().length >= 3 ? null : "incomplete_zip"),
  email: (text) => (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text.trim()) ? null : "incomplete_email"),
  name: (text) => (text.trim() ? null : "incomplete_name"),
  line1: (text) => (text.trim() ? null : "incomplete_address"),
  city: (text) => (text.trim() ? null : "incomplete_address"),
};

const COUNTRIES = (
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY " +
  "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK " +
  "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR " +
  "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK " +
  "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM " +
  "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF " +
  "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
).split(" ");
