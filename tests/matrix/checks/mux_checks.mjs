// @mux/mux-node, of any version.
const { SDK, ADDRESS, MUX_TOKEN_ID: tokenId, MUX_TOKEN_SECRET: tokenSecret, BODY, HEADERS, SECRET, EVENT } = process.env;
const { default: Mux } = await import(SDK);

const mux = new Mux({ baseURL: ADDRESS, tokenId, tokenSecret, webhookSecret: SECRET, maxRetries: 0 });
const { assets } = mux.video;
const url = "https://media.shop.test/clip.mp4?duration=12.5&width=1920&height=1080&frame_rate=30";
const made = {};
await run({
  create: async () => (made.id = (await assets.create({ inputs: [{ url }], playback_policies: ["public"] })).id).length > 10,
  read: async () => (await assets.retrieve(made.id)).id === made.id,
  list: async () => {
    const found = [];
    for await (const each of assets.list()) found.push(each.id);
    return found.length === 1 && found[0] === made.id;
  },
  error: async () => (await refused(() => assets.retrieve("nobody"))) instanceof Mux.NotFoundError,
  webhook: async () => {
    const headers = JSON.parse(HEADERS);
    const event = await mux.webhooks.unwrap(BODY, headers);
    await refused(async () => mux.webhooks.unwrap(`${BODY} `, headers));
    return event.type === EVENT;
  },
});
