// Tells Stripe.js in the merchant's page how high the embedded Checkout is, and when its customer is done.

const { checkout = "open", returnUrl = null } = document.querySelector("main").dataset;
const height = document.documentElement.scrollHeight;
parent.postMessage({ greenroom: "checkout", checkout, height, returnUrl }, "*");
