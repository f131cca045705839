// UpChunk as a browser runs it: an XMLHttpRequest that keeps to CORS stands in for the browser's.
import { request } from "node:https";

const { PLATFORM_SDK, GREENROOM_URL, WORLD } = process.env;
const ORIGIN = "https://app.studio.test";
let page = ORIGIN;
const requests = [];
const ca = await (await fetch(`${GREENROOM_URL}/_greenroom/ca.pem`)).text();

const send = (method, url, headers, body) =>
  new Promise((resolve, reject) => {
    const outgoing = request(url, { ca, method, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve(answer));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });

class BrowserRequest {
  upload = {};
  #method;
  #url;
  #headers = {};
  #exposed = "";
  status = 0;
  readyState = 0;
  responseText = "";
  open(method, url) {
    this.#method = method;
    this.#url = url;
  }
  setRequestHeader(name, value) {
    this.#headers[name.toLowerCase()] = value;
  }
  getAllResponseHeaders() {
    return this.#exposed;
  }
  abort() {}
  async send(blob) {
    try {
      const body = Buffer.from(await blob.arrayBuffer());
      const asked = { origin: page, "access-control-request-method": this.#method };
      asked["access-control-request-headers"] = Object.keys(this.#headers).sort().join(",");
      const preflight = await send("OPTIONS", this.#url, asked);
      const allowed = (preflight.headers["access-control-allow-headers"] ?? "").toLowerCase();
      const wanted = Object.keys(this.#headers).filter((name) => !allowed.includes(name));
      if (preflight.statusCode !== 200 || !this.permitted(preflight) || wanted.length) throw new Error("CORS");
      const headers = { ...this.#headers, origin: page, "content-length": body.length };
      const answer = await send(this.#method, this.#url, headers, body);
      requests.push([this.#headers["content-range"], answer.statusCode, answer.headers.range ?? null]);
      if (!this.permitted(answer)) throw new Error("CORS");
      const readable = answer.headers["access-control-expose-headers"].toLowerCase().split(", ");
      const shown = Object.entries(answer.headers).filter(([name]) => readable.includes(name));
      this.#exposed = shown.map(([name, value]) => `${name}: ${value}`).join("\r\n");
      Object.assign(this, { status: answer.statusCode, readyState: 4 });
      this.upload.onprogress?.({ loaded: body.length, total: body.length });
      this.onload?.({});
    } catch (error) {
      this.onerror?.(error);
    }
  }
  permitted(answer) {
    return [page, "*"].includes(answer.headers["access-control-allow-origin"]);
  }
}
globalThis.XMLHttpRequest = BrowserRequest;

const { UpChunk } = await import("@mux/upchunk");
const { default: Mux } = await import(PLATFORM_SDK);
const mux = new Mux();
const control = async (path, body) => {
  const headers = { "content-type": "application/json" };
  const url = `${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`;
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
};
const upload = (endpoint, file) =>
  new Promise((resolve) => {
    const running = UpChunk.createUpload({ endpoint, file, chunkSize: 256, attempts: 3, delayBeforeAttempt: 0.01 });
    running.on("success", () => resolve("success"));
    running.on("error", (event) => resolve(event.detail.message));
  });

const create = () =>
  mux.video.uploads.create({ new_asset_settings: { playback_policies: ["public"] }, cors_origin: ORIGIN });
const movie = new File([Buffer.from(process.env.MOVIE, "base64"), new Uint8Array(600_000)], "a.mp4", { type: "video/mp4" });
const seen = {};

const first = await create();
await control("/faults", { provider: "mux", operation: "put-upload", kind: "status", status: 503, times: 1 });
seen.first = await upload(first.url, movie);
seen.requests = requests.splice(0);
const done = await mux.video.uploads.retrieve(first.id);
await control("/clock/advance", { seconds: 5 });
const asset = await mux.video.assets.retrieve(done.asset_id);
seen.asset = [asset.status, asset.duration, asset.aspect_ratio, asset.upload_id === first.id];

page = "http://app.studio.test";
seen.wrong_origin = await upload((await create()).url, movie);
page = ORIGIN;
const cancelled = await create();
await mux.video.uploads.cancel(cancelled.id);
seen.cancelled = await upload(cancelled.url, movie);
console.log(JSON.stringify(seen));
