// Every Node client, unmodified and with its hard-coded hosts; prints what each got, or why it failed.
import { randomUUID } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { createClerkClient } from "@clerk/backend";
import Mux from "@mux/mux-node";
import { algoliasearch } from "algoliasearch";
import axios from "axios";
import got from "got";
import nodeFetch from "node-fetch";
import { Resend } from "resend";
import Stripe from "stripe";
import { request } from "undici";

const { env } = process;
const bearer = { authorization: `Bearer ${env.STRIPE_SECRET_KEY}` };
const CUSTOMERS = "https://api.stripe.com/v1/customers";
const insightiq = Buffer.from(`${env.INSIGHTIQ_CLIENT_ID}:${env.INSIGHTIQ_SECRET}`).toString("base64");

const text = (client, url, options) =>
  new Promise((resolve, reject) => {
    client
      .get(url, options, (answer) => {
        let body = "";
        answer.on("data", (part) => (body += part)).on("end", () => resolve(body));
      })
      .on("error", reject);
  });

async function stripe(options) {
  const client = new Stripe(env.STRIPE_SECRET_KEY, { maxNetworkRetries: 0, telemetry: false, ...options });
  return (await client.customers.create({ email: "ada@northwind.test" })).object;
}

const clients = {
  stripe: () => stripe({}),
  "stripe over fetch": () => stripe({ httpClient: Stripe.createFetchHttpClient() }),
  resend: async () => {
    const mail = { from: "hello@greenroom.test", to: "delivered@resend.dev", subject: "Hello", text: "Hello" };
    const { data, error } = await new Resend(env.RESEND_API_KEY).emails.send(mail);
    return error?.name ?? typeof data.id;
  },
  algoliasearch: async () => {
    const client = algoliasearch(env.ALGOLIA_APP_ID, env.ALGOLIA_ADMIN_API_KEY);
    const saved = await client.saveObject({ indexName: "node", body: { objectID: randomUUID(), name: "Glow" } });
    await client.waitForTask({ indexName: "node", taskID: saved.taskID });
    return (await client.searchSingleIndex({ indexName: "node", searchParams: { query: "glow" } })).hits[0].name;
  },
  mux: async () => (await new Mux({ maxRetries: 0 }).video.assets.list({ limit: 1 })).data.length,
  clerk: async () => {
    const { CLERK_SECRET_KEY: secretKey, CLERK_PUBLISHABLE_KEY: publishableKey } = env;
    return (await createClerkClient({ secretKey, publishableKey }).users.getUserList({ limit: 1 })).totalCount;
  },
  fetch: async () => (await (await fetch(CUSTOMERS, { headers: bearer })).json()).object,
  https: async () => JSON.parse(await text(https, CUSTOMERS, { headers: bearer })).object,
  "http on port 80": async () => JSON.parse(await text(http, "http://api.resend.com/emails")).name,
  axios: async () => (await axios.get(CUSTOMERS, { headers: bearer })).data.object,
  undici: async () => (await (await request(CUSTOMERS, { headers: bearer })).body.json()).object,
  got: async () => (await got(CUSTOMERS, { headers: bearer, retry: { limit: 0 } }).json()).object,
  "node-fetch": async () => (await (await nodeFetch(CUSTOMERS, { headers: bearer })).json()).object,
  insightiq: async () => {
    const asked = { headers: { authorization: `Basic ${insightiq}` } };
    return (await axios.get("https://api.sandbox.insightiq.ai/v1/work-platforms?limit=1", asked)).data.data.length;
  },
  cint: async () => {
    const asked = {
      client_id: env.CINT_CLIENT_ID,
      client_secret: env.CINT_CLIENT_SECRET,
      grant_type: "client_credentials",
      lucid_scopes: "app:api",
      audience: "https://api.luc.id",
    };
    return (await axios.post("https://auth.lucidhq.com/oauth/token", asked)).data.token_type;
  },
};

const seen = {};
for (const [name, call] of Object.entries(clients)) {
  try {
    seen[name] = await call();
  } catch (error) {
    seen[name] = `failed: ${error} ${error.cause ?? ""}`;
  }
}
console.log(JSON.stringify(seen));
