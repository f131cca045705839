// Tells Stripe.js in the merchant's page that the payer has ended an authentication; how, it asks the API.

parent.postMessage({ greenroom: "authenticated" }, "*");
