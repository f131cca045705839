// Receives what Greenroom delivers, and verifies each delivery with the SDK that SDK names.
import { createServer } from "node:http";

const { SDK, GREENROOM_URL, WORLD } = process.env;
const { default: Mux } = await import(SDK);
const mux = new Mux(); // the webhook secret comes from the environment, MUX_WEBHOOK_SECRET

const control = async (path, body) => {
  const headers = { "content-type": "application/json" };
  const url = `${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`;
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
};
const taken = [];
const refused = [];
const server = createServer((request, response) => {
  let raw = "";
  request.setEncoding("utf8");
  request.on("data", (part) => (raw += part));
  request.on("end", async () => {
    try {
      taken.push(await mux.webhooks.unwrap(raw, request.headers));
      await mux.webhooks.verifySignature(`${raw} `, request.headers);
    } catch (error) {
      refused.push(error.message);
    }
    response.end();
  });
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
await control("/endpoints", { provider: "mux", url: `http://127.0.0.1:${server.address().port}/` });
await control("/trigger", { provider: "mux", event: "video.upload.asset_created" });
await control("/clock/advance", { seconds: 5 });
await control("/webhooks/settle", {});
server.close();
server.closeAllConnections();
const ready = taken.find((event) => event.type === "video.asset.ready");
console.log(
  JSON.stringify({
    types: taken.map((event) => event.type),
    ready: [ready.data.status, typeof ready.data.created_at, ready.object.type],
    refused: refused.length,
  }),
);
