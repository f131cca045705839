// What browsers and special set-ups do otherwise: credentials in the address, preflights, gzip, a second application.
import { algoliasearch } from "algoliasearch";

const { ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY, GREENROOM_ALGOLIA_URL, SECOND_APP_ID, SECOND_API_KEY } = process.env;
const url = new URL(GREENROOM_ALGOLIA_URL);
const hosts = [{ url: url.hostname, port: Number(url.port), protocol: "http", accept: "readWrite" }];
const indexName = "campaigns";
const objects = Array.from({ length: 30 }, (_, number) => ({ objectID: String(number), text: "lorem ipsum ".repeat(9) }));
const seen = {};

const client = algoliasearch(ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY, { hosts, compression: "gzip" });
await client.saveObjects({ indexName, objects, waitForTasks: true });
seen.compressed = (await client.searchSingleIndex({ indexName })).nbHits;

const inQuery = algoliasearch(ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY, { hosts, authMode: "WithinQueryParameters" });
seen.in_query = (await inQuery.searchSingleIndex({ indexName })).nbHits;

const asked = { method: "OPTIONS", headers: { origin: "http://localhost:3000", "access-control-request-method": "POST" } };
const preflight = await fetch(`${GREENROOM_ALGOLIA_URL}/1/indexes/campaigns/query`, asked);
seen.preflight = [preflight.status, preflight.headers.get("access-control-allow-origin")];

const credentials = `x-algolia-application-id=${ALGOLIA_APP_ID}&x-algolia-api-key=${ALGOLIA_ADMIN_API_KEY}`;
const plain = await fetch(`${GREENROOM_ALGOLIA_URL}/1/indexes/%2A/queries?${credentials}`, {
  method: "POST",
  headers: { "request-id": "abcdefghijk", "content-type": "application/x-www-form-urlencoded" },
  body: JSON.stringify({ requests: [{ indexName, params: "query=lorem+ipsum" }] }),
});
await plain.json();
seen.correlation = plain.ok && plain.headers.get("correlation-id").endsWith("abcdefghijk");
const destination = { destinationAppID: SECOND_APP_ID, destinationApiKey: SECOND_API_KEY, destinationIndexName: "copy" };
await client.saveRule({ indexName, objectID: "r", rule: { objectID: "r", consequence: { params: { page: 0 } } } });
await client.accountCopyIndex({ sourceIndexName: indexName, ...destination });
const second = algoliasearch(SECOND_APP_ID, SECOND_API_KEY, { hosts });
seen.accounts = [(await second.searchSingleIndex({ indexName: "copy" })).nbHits, (await second.searchRules({ indexName: "copy" })).nbHits];
console.log(JSON.stringify(seen));
