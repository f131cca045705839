// algoliasearch for Node, of any version; Algolia sends no webhooks.
const { SDK, ADDRESS, ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY } = process.env;
const { algoliasearch } = await import(SDK);

const { hostname: url, port } = new URL(ADDRESS);
const hosts = [{ url, port: Number(port), protocol: "http", accept: "readWrite" }];
const client = algoliasearch(ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY, { hosts });
const indexName = "campaigns";
await run({
  create: async () => {
    const saved = await client.saveObject({ indexName, body: { objectID: "1", name: "Summer Glow" } });
    await client.waitForTask({ indexName, taskID: saved.taskID });
    return saved.objectID === "1";
  },
  read: async () => (await client.getObject({ indexName, objectID: "1" })).name === "Summer Glow",
  list: async () => (await client.searchSingleIndex({ indexName, searchParams: { query: "sum" } })).nbHits === 1,
  error: async () => (await refused(() => client.getObject({ indexName, objectID: "nobody" }))).status === 404,
});
