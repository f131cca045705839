// Every operation that the mock serves, by one SDK (PACKAGE); prints what a consumer sees.
const { PACKAGE, ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY, ALGOLIA_SEARCH_API_KEY, GREENROOM_ALGOLIA_URL } = process.env;
const { algoliasearch } = await import(PACKAGE);
const { liteClient } = await import(`${PACKAGE}/lite`);

const url = new URL(GREENROOM_ALGOLIA_URL);
const host = { url: url.hostname, port: Number(url.port), protocol: "http", accept: "readWrite" };
const options = { hosts: [host] };
const client = algoliasearch(ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY, options);
const indexName = "campaigns";
const wait = async (promise) => {
  const answer = await promise;
  await client.waitForTask({ indexName, taskID: answer.taskID });
  return answer;
};
const refusal = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return [error.name, error.status, error.message.replace(/ \(Correlation-ID: .*\)$/, "")];
  }
  throw new Error("nothing was refused");
};
const ids = (answer) => answer.hits.map((hit) => hit.objectID);

const seen = {};
const record = { objectID: "1", campaignName: "Summer Glow", orgId: "org_1", totalBudget: 10 };
await wait(client.clearObjects({ indexName }));
await wait(client.saveObject({ indexName, body: record }));
const batches = await client.saveObjects({ indexName, objects: [{ ...record, objectID: "2", orgId: "org_2" }] });
await client.waitForTask({ indexName, taskID: batches[0].taskID });
await wait(client.setSettings({ indexName, indexSettings: { attributesForFaceting: ["searchable(orgId)"] } }));
const searchParams = { query: "summer", filters: "orgId:'org_2'" };
const found = await client.searchSingleIndex({ indexName, searchParams });
seen.search = [ids(found), found.hits[0]._highlightResult.campaignName.value, found.params];

await wait(client.addOrUpdateObject({ indexName, objectID: "a b/ü", body: { campaignName: "Odd" } }));
await wait(
  client.partialUpdateObject({
    indexName,
    objectID: "1",
    attributesToUpdate: { totalBudget: { _operation: "Increment", value: 5 } },
  }),
);
seen.record = await client.getObject({ indexName, objectID: "1", attributesToRetrieve: ["totalBudget"] });
const requests = ["a b/ü", "none"].map((objectID) => ({ indexName, objectID }));
seen.records = (await client.getObjects({ requests })).results;
seen.missing = await refusal(client.getObject({ indexName, objectID: "none" }));
await wait(client.deleteObject({ indexName, objectID: "a b/ü" }));
await client.partialUpdateObjects({ indexName, objects: [{ objectID: "3", size: 3 }], createIfNotExists: true });
await client.deleteObjects({ indexName, objectIDs: ["3"] });
await client.multipleBatch({ requests: [{ indexName, action: "addObject", body: { objectID: "4", size: 4 } }] });
await wait(client.batch({ indexName, batchWriteParams: { requests: [] } }));
await wait(client.deleteBy({ indexName, deleteByParams: { filters: "size > 3" } }));
const browsed = [];
await client.browseObjects({ indexName, aggregator: (page) => browsed.push(...ids(page)), browseParams: { hitsPerPage: 1 } });
seen.browsed = browsed;

const queries = [
  { indexName, query: "summer", facets: ["*"] },
  { indexName, type: "facet", facet: "orgId", facetQuery: "org" },
];
const [hits, facet] = (await client.search({ requests: queries })).results;
seen.queries = [hits.nbHits, hits.facets, facet.facetHits.length];
seen.legacy = (await client.search([{ indexName, params: { query: "glow", hitsPerPage: 1 } }])).results[0].nbHits;
const values = await client.searchForFacetValues({ indexName, facetName: "orgId", searchForFacetValuesRequest: { facetQuery: "org_1" } });
seen.values = values.facetHits.map((each) => [each.value, each.count]);
const lite = liteClient(ALGOLIA_APP_ID, ALGOLIA_SEARCH_API_KEY, options);
seen.lite = (await lite.searchForHits({ requests: [{ indexName, query: "sumer" }] })).results[0].nbHits;

await wait(client.operationIndex({ indexName, operationIndexParams: { operation: "copy", destination: "spare" } }));
await client.replaceAllObjects({ indexName: "spare", objects: [{ objectID: "9" }] });
seen.indices = (await client.listIndices()).items.map((each) => [each.name, each.entries]);
await wait(client.deleteIndex({ indexName: "spare" }));
seen.exists = [await client.indexExists({ indexName }), await client.indexExists({ indexName: "spare" })];
seen.settings = (await client.getSettings({ indexName })).attributesForFaceting;

const synonymHit = { objectID: "s", type: "onewaysynonym", input: "shine", synonyms: ["glow"] };
await wait(client.saveSynonym({ indexName, objectID: "s", synonymHit }));
seen.synonym = (await client.searchSingleIndex({ indexName, searchParams: { query: "shine" } })).nbHits;
await wait(client.saveSynonyms({ indexName, synonymHit: [{ objectID: "t", type: "synonym", synonyms: ["a", "b"] }] }));
seen.synonyms = (await client.searchSynonyms({ indexName })).nbHits;
await wait(client.deleteSynonym({ indexName, objectID: "s" }));
seen.synonym_left = (await client.getSynonym({ indexName, objectID: "t" })).synonyms;
await wait(client.clearSynonyms({ indexName }));

const rule = { objectID: "r", conditions: [{ context: "mobile" }], consequence: { params: { hitsPerPage: 1 } } };
await wait(client.saveRule({ indexName, objectID: "r", rule }));
await wait(client.saveRules({ indexName, rules: [{ ...rule, objectID: "q" }] }));
seen.rules = [(await client.searchRules({ indexName })).nbHits, (await client.getRule({ indexName, objectID: "r" })).objectID];
await wait(client.deleteRule({ indexName, objectID: "r" }));
await wait(client.clearRules({ indexName }));

const { key } = await client.addApiKey({ acl: ["search", "listIndexes"], indexes: ["none*"] });
await client.waitForApiKey({ operation: "add", key });
const apiKey = { acl: ["search", "listIndexes"], indexes: ["camp*"], maxHitsPerQuery: 1 };
await client.updateApiKey({ key, apiKey });
await client.waitForApiKey({ operation: "update", key, apiKey });
seen.keys = (await client.listApiKeys()).keys.length;
const limited = algoliasearch(ALGOLIA_APP_ID, key, options);
seen.limited = [
  (await limited.listIndices()).items.length,
  (await limited.searchSingleIndex({ indexName })).hits.length,
  await refusal(limited.getObjects({ requests: [...requests] })),
  await refusal(limited.deleteObject({ indexName, objectID: "1" })),
];
await client.deleteApiKey({ key });
await client.waitForApiKey({ operation: "delete", key });
await client.restoreApiKey({ key });
seen.restored = (await client.getApiKey({ key })).acl;

const restrictions = { filters: "orgId:org_1", restrictIndices: [indexName], validUntil: 4000000000 };
const secured = algoliasearch(
  ALGOLIA_APP_ID,
  client.generateSecuredApiKey({ parentApiKey: ALGOLIA_SEARCH_API_KEY, restrictions }),
  options,
);
seen.secured = [
  ids(await secured.searchSingleIndex({ indexName })),
  await refusal(secured.searchSingleIndex({ indexName: "other" })),
];
const empty = client.generateSecuredApiKey({ parentApiKey: ALGOLIA_SEARCH_API_KEY, restrictions: {} });
seen.unrestricted = await refusal(algoliasearch(ALGOLIA_APP_ID, empty, options).searchSingleIndex({ indexName }));

await client.waitForAppTask({ taskID: batches[0].taskID });
seen.logs = (await client.getLogs({ length: 1, type: "error" })).logs[0].answer_code;
seen.verifier = await refusal(algoliasearch(ALGOLIA_APP_ID, ALGOLIA_SEARCH_API_KEY, options).listIndices());
seen.unknown_key = await refusal(algoliasearch(ALGOLIA_APP_ID, "wrong", options).listIndices());
seen.filter = await refusal(client.searchSingleIndex({ indexName, searchParams: { filters: "a:b OR (c:d AND e:f)" } }));
seen.unserved = await refusal(client.customGet({ path: "1/vaults" }));
console.log(JSON.stringify(seen));
