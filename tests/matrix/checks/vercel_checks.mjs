// @vercel/sdk, of any version; it verifies no webhooks.
const { SDK, ADDRESS, VERCEL_TOKEN, VERCEL_TEAM_ID: teamId } = process.env;
const { Vercel } = await import(SDK);

const vercel = new Vercel({ bearerToken: VERCEL_TOKEN, serverURL: ADDRESS });
const made = {};
await run({
  create: async () => (made.id = (await vercel.projects.createProject({ teamId, requestBody: { name: "shop" } })).id).startsWith("prj_"),
  read: async () => (await vercel.user.getAuthUser()).user.id.length > 10,
  list: async () => JSON.stringify(await vercel.projects.getProjects({ teamId })).includes(made.id),
  error: async () => {
    const error = await refused(() => vercel.projects.deleteProject({ teamId, idOrName: "nobody" }));
    return error.statusCode === 404;
  },
});
