// Everything of Mux Data that is served, by the SDK that SDK names; prints what a consumer sees.
const { SDK, GREENROOM_URL, WORLD, MUX_BASE_URL } = process.env;
const { default: Mux } = await import(SDK);
const mux = new Mux({ maxRetries: 0, baseURL: `${MUX_BASE_URL}/~${WORLD}` });
const control = async (path, body) => {
  const url = `${GREENROOM_URL}/_greenroom/worlds/${WORLD}${path}`;
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json();
};
const all = async (list) => {
  const found = [];
  for await (const each of list) found.push(each);
  return found;
};
const bare = (answer) => answer.data ?? answer;
const { data, video } = mux;
const seen = {};

const asset = await video.assets.create({
  inputs: [{ url: "https://media.studio.test/clip.mp4?duration=20&width=1280&height=720" }],
  playback_policies: ["public"],
  meta: { title: "Teaser" },
});
await control("/clock/advance", { seconds: 5 });
await control("/trigger", { provider: "mux", event: "data.views", count: 120, hours: 20 });

const views = await all(data.videoViews.list({ limit: 50 }));
const whole = bare(await data.videoViews.retrieve(views[0].id));
seen.views = [views.length, whole.video_title, whole.asset_id === asset.id, whole.events[0].name];
seen.filtered = (await all(data.videoViews.list({ filters: ["video_title:Nothing"] }))).length;

const overall = await data.metrics.getOverallValues("views", { timeframe: ["24:hours"] });
seen.overall = [overall.data.value, overall.meta.aggregation];
const rows = await all(data.metrics.listBreakdownValues("video_startup_time", { group_by: "country", limit: 3 }));
seen.breakdown = [rows.every((row) => row.field && row.value > 0), rows.reduce((sum, row) => sum + row.views, 0) > 100];
const series = await data.metrics.getTimeseries("views", { group_by: "hour", timeframe: ["24:hours"] });
seen.timeseries = series.data.reduce((sum, [, , count]) => sum + Number(count ?? 0), 0);
seen.insights = (await data.metrics.getInsights("playback_failure_percentage")).data[0].filter_column !== undefined;
seen.comparison = (await data.metrics.list({ dimension: "video_title", value: "Teaser" })).data[0].view_count;
seen.errors = (await data.errors.list()).data.every((error) => error.count > 0);
seen.dimensions = (await data.dimensions.list()).data.basic.includes("browser");
seen.values = (await all(data.dimensions.listValues("video_title"))).map((each) => [each.value, each.total_count]);
if (data.dimensions.listTraceElements) seen.elements = (await all(data.dimensions.listTraceElements("video_title"))).length;
if (data.filters) seen.filters = (await all(data.filters.listValues("video_title"))).length;
seen.exports = (await data.exports.listVideoViews()).data.length > 0;

const { monitoring } = data;
seen.monitoring = [(await monitoring.listDimensions()).data.length, (await monitoring.metrics.list()).data.length];
const ccv = "current-concurrent-viewers";
seen.now = [
  (await monitoring.metrics.getTimeseries(ccv)).data.length,
  Array.isArray((await monitoring.metrics.getBreakdown(ccv, { dimension: "country" })).data),
  (await monitoring.metrics.getBreakdownTimeseries(ccv, { dimension: "country" })).data.length,
  (await monitoring.metrics.getHistogramTimeseries("video-startup-time")).meta.bucket_unit,
];
if (data.engagement) {
  const heat = bare(await data.engagement.assets.heatmap(asset.id));
  const hot = bare(await data.engagement.playbackIds.hotspots(asset.playback_ids[0].id, { limit: 1 }));
  const rest = await Promise.all([
    data.engagement.assets.hotspots(asset.id, { limit: 1 }),
    data.engagement.playbackIds.heatmap(asset.playback_ids[0].id),
    data.engagement.videos.heatmap(whole.video_id),
    data.engagement.videos.hotspots(whole.video_id, { limit: 1 }),
  ]);
  seen.engagement = [heat.total_views, hot.hotspots.length, ...rest.map((each) => bare(each).total_views)];
}
const now = Date.parse((await control("/clock/advance", { seconds: 1 })).now);
const failing = Array.from({ length: 40 }, (_, number) => [
  { e: "viewstart", xid: `view-${number}`, uti: now - 60 },
  { e: "error", xid: `view-${number}`, uti: now, perme: "Lost" },
]);
const beacon = { metadata: { transmission_timestamp: now }, events: failing.flat() };
await fetch(`${MUX_BASE_URL}/~${WORLD}/`, { method: "POST", body: JSON.stringify(beacon) });
const [incident] = await all(data.incidents.list());
const retrieved = bare(await data.incidents.retrieve(incident.id));
seen.incidents = [retrieved.affected_views, (await all(data.incidents.listRelated(incident.id))).length];

const { id } = bare(await data.annotations.create({ note: "Launch", date: 1772355000 }));
await data.annotations.update(id, { note: "Launched", date: 1772355000 });
const kept = bare(await data.annotations.retrieve(id));
seen.annotation = [kept.note, (await all(data.annotations.list())).length];
await data.annotations.delete(id);

const usage = await all(video.deliveryUsage.list({ timeframe: [1772280000, 1772352000].map(String) }));
seen.usage = [usage.length, usage[0].asset_id === asset.id, usage[0].delivered_seconds > 0];
const words = await video.transcriptionVocabularies.create({ phrases: ["Mux"] });
await video.transcriptionVocabularies.update(words.id, { phrases: ["Data"] });
seen.words = (await video.transcriptionVocabularies.retrieve(words.id)).phrases;
await video.transcriptionVocabularies.delete(words.id);
seen.vocabularies = (await all(video.transcriptionVocabularies.list())).length;

const [{ id: playback }] = asset.playback_ids;
if (video.playback) {
  const text = async (answer) => {
    const got = await answer;
    return typeof got === "string" ? got : got.text();
  };
  seen.played = [
    (await text(video.playback.hls(playback))).startsWith("#EXTM3U"),
    (await text(video.playback.storyboardVtt(playback))).startsWith("WEBVTT"),
    (await (await video.playback.thumbnail(playback, "jpg", { width: 100 })).arrayBuffer()).byteLength > 500,
    (await (await video.playback.animated(playback, "gif", { end: 1, fps: 2 })).arrayBuffer()).byteLength > 500,
  ];
}
const signed = await video.assets.createPlaybackId(asset.id, { policy: "signed" });
const key = await mux.system.signingKeys.create();
const options = { keyId: key.id, keySecret: key.private_key, expiration: "1h" };
const status = async (path, token) => (await fetch(`${MUX_BASE_URL}/~${WORLD}/${signed.id}${path}?token=${token}`)).status;
seen.signed = [
  await status(".m3u8", await mux.jwt.signPlaybackId(signed.id, { ...options, type: "video" })),
  await status("/thumbnail.jpg", await mux.jwt.signPlaybackId(signed.id, { ...options, type: "thumbnail", params: { width: "50" } })),
  await status("/animated.gif", await mux.jwt.signPlaybackId(signed.id, { ...options, type: "gif", params: { end: "1", fps: "1" } })),
  await status("/storyboard.vtt", await mux.jwt.signPlaybackId(signed.id, { ...options, type: "storyboard" })),
  await status(".m3u8", await mux.jwt.signPlaybackId(signed.id, { ...options, type: "thumbnail" })),
];
const counts = await mux.jwt.signViewerCounts(asset.id, { ...options, type: "asset" });
seen.counts = Object.keys((await (await fetch(`${MUX_BASE_URL}/~${WORLD}/counts?token=${counts}`)).json()).data[0]);
console.log(JSON.stringify(seen));
