// Every operation that the mock serves, by the SDK that SDK names; prints what a consumer sees.
const { SDK, GREENROOM_URL, WORLD, MUX_WEBHOOK_SECRET } = process.env;
const { default: Mux } = await import(SDK);
const mux = new Mux({ maxRetries: 0 }); // token id, secret and base URL come from the environment
const { assets, uploads, playbackIds, playbackRestrictions } = mux.video;
const CLIP = "https://media.studio.test/clip.mp4?duration=12.5&width=1920&height=1080&frame_rate=30";

const advance = (seconds) =>
  fetch(`${GREENROOM_URL}/_greenroom/worlds/${WORLD}/clock/advance`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ seconds }),
  });
const refusal = async (call) => {
  try {
    await call;
  } catch (error) {
    return [error.constructor.name, error.status, error.error?.error?.type];
  }
  throw new Error("not refused");
};
const all = async (list) => {
  const found = [];
  for await (const each of list) found.push(each.id);
  return found;
};

const seen = {};
const made = await assets.create({ inputs: [{ url: CLIP }], playback_policies: ["public"], video_quality: "plus" });
seen.made = [made.status, made.encoding_tier, made.playback_ids[0].policy];
await advance(5);
const { id } = made;
const ready = await assets.retrieve(id);
seen.ready = [ready.status, ready.duration, ready.aspect_ratio, ready.tracks.map((each) => each.type)];
seen.updated = (await assets.update(id, { passthrough: "ref", meta: { title: "Teaser" } })).meta;
seen.input = (await assets.retrieveInputInfo(id))[0].file.container_format;

const signed = await assets.createPlaybackId(id, { policy: "signed" });
seen.playback = [
  (await assets.retrievePlaybackId(id, signed.id)).policy,
  (await playbackIds.retrieve(signed.id)).object.id === id,
];
await assets.deletePlaybackId(id, signed.id);

const track = await assets.createTrack(id, {
  url: "https://studio.test/en.vtt",
  type: "text",
  text_type: "subtitles",
  language_code: "en",
});
await assets.generateSubtitles(id, ready.tracks[1].id, { generated_subtitles: [{ language_code: "de" }] });
const rendition = await assets.createStaticRendition(id, { resolution: "highest" });
await assets.updateMasterAccess(id, { master_access: "temporary" });
await advance(60);
const whole = await assets.retrieve(id);
seen.parts = [whole.tracks.slice(2).map((each) => each.status), whole.static_renditions.files[0].status, whole.master.status];
await assets.deleteTrack(id, track.id);
await assets.deleteStaticRendition(id, rendition.id);
if (assets.updateMP4Support) {
  seen.mp4 = (await assets.updateMP4Support(id, { mp4_support: "audio-only" })).static_renditions.status;
}
if (assets.updateTrack) {
  const { id: text } = (await assets.retrieve(id)).tracks[2];
  seen.track = (await assets.updateTrack(id, text, { name: "Deutsch" })).name;
}
if (assets.deleteThumbnailTime) await assets.deleteThumbnailTime(id);

for (let index = 0; index < 3; index += 1) await assets.create({ inputs: [{ url: CLIP }] });
seen.listed = (await all(assets.list({ limit: 2 }))).length;
await assets.delete(id);
seen.deleted = await refusal(assets.retrieve(id));

const upload = await uploads.create({ cors_origin: "*", new_asset_settings: { playback_policies: ["public"] } });
seen.upload = [upload.status, upload.timeout, (await uploads.retrieve(upload.id)).url === upload.url];
seen.cancelled = (await uploads.cancel(upload.id)).status;
seen.again = await refusal(uploads.cancel(upload.id));
seen.uploads = (await all(uploads.list())).length;

const restriction = await playbackRestrictions.create({
  referrer: { allowed_domains: ["*.studio.test"] },
  user_agent: { allow_no_user_agent: false },
});
await playbackRestrictions.updateReferrer(restriction.id, { allowed_domains: ["*"] });
await playbackRestrictions.updateUserAgent(restriction.id, { allow_no_user_agent: true, allow_high_risk_user_agent: true });
seen.restriction = (await playbackRestrictions.retrieve(restriction.id)).referrer.allowed_domains;
seen.restrictions = (await all(playbackRestrictions.list())).length;
await playbackRestrictions.delete(restriction.id);

const { signingKeys } = mux.system;
const key = await signingKeys.create();
seen.key = [Object.keys(await signingKeys.retrieve(key.id)), (await all(signingKeys.list())).length];
const options = { keyId: key.id, keySecret: key.private_key, expiration: "1h" };
seen.token = (await mux.jwt.signPlaybackId(made.playback_ids[0].id, options)).split(".").length;
await signingKeys.delete(key.id);

if (mux.system.utilities) seen.whoami = (await mux.system.utilities.whoami()).environment_name;
if (mux.system.webhooks) {
  const { webhooks } = mux.system;
  const hook = await webhooks.create({ address: "http://127.0.0.1:9/hook" });
  const changed = await webhooks.update(hook.id, { enabled: false });
  const names = [(await webhooks.retrieve(hook.id)).address, (await all(webhooks.list())).length];
  await webhooks.delete(hook.id);
  seen.webhook = [hook.signing_secret === MUX_WEBHOOK_SECRET, changed.enabled, ...names];
}

seen.invalid = await refusal(assets.create({ inputs: [{ url: "nowhere" }] }));
seen.unserved = await refusal(mux.video.liveStreams.create({}));
seen.unauthorized = await refusal(new Mux({ tokenSecret: "wrong" }).video.assets.list());
console.log(JSON.stringify(seen));
