// What the newest SDK sends of what people do, and how it forgets somebody; ends with one JSON object.
import { algoliasearch } from "algoliasearch";

const { ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY, GREENROOM_ALGOLIA_URL } = process.env;
const url = new URL(GREENROOM_ALGOLIA_URL);
const host = { url: url.hostname, port: Number(url.port), protocol: "http", accept: "readWrite" };
const insights = algoliasearch(ALGOLIA_APP_ID, ALGOLIA_ADMIN_API_KEY).initInsights({
  region: "us",
  options: { hosts: [host] },
});
const event = { eventType: "view", eventName: "Seen", index: "i", userToken: "ada", objectIDs: ["1"] };
const { message } = await insights.pushEvents({ events: [event] });
await insights.deleteUserToken({ userToken: "ada" });
console.log(JSON.stringify({ message }));
