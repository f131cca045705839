// Prints what Prisma makes of a schema: {models, enums} as its client generator sees them, and the DDL of an empty database.
// The schema engine asks a database for its version and nothing else: it is told of a PostgreSQL that is not there.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as engine from "@prisma/schema-engine-wasm/schema_engine_bg";

const path = process.argv[2];
const schema = readFileSync(path, "utf8");
const reader = createRequire(import.meta.url)("@prisma/prisma-schema-wasm");
const { datamodel } = JSON.parse(reader.get_dmmf(JSON.stringify({ prismaSchema: [[path, schema]] })));

const wasm = new URL(import.meta.resolve("@prisma/schema-engine-wasm/schema_engine_bg").replace(/js$/, "wasm"));
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), { "./schema_engine_bg.js": engine });
engine.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const version = { columnNames: ["exists", "version", "numeric_version"], columnTypes: [5, 7, 0] };
const database = {
  provider: "postgres",
  adapterName: "none",
  queryRaw: async () => ({ ok: true, value: { ...version, rows: [[true, "PostgreSQL 15.5", 150005]] } }),
  executeScript: async () => ({ ok: true, value: undefined }),
  dispose: async () => ({ ok: true, value: undefined }),
  getConnectionInfo: () => ({ ok: true, value: { schemaName: "public", supportsRelationJoins: true } }),
};
const connect = async () => ({ ok: true, value: database });
const factory = { provider: "postgres", adapterName: "none", connect, connectToShadowDb: connect };
const files = [{ path, content: schema }];
const made = await engine.SchemaEngine.new({ datamodels: [[path, schema]] }, () => {}, factory);
const { stdout } = await made.diff({
  from: { tag: "empty" },
  to: { tag: "schemaDatamodel", files },
  script: true,
  exitCode: null,
  shadowDatabaseUrl: null,
  filters: { externalTables: [], externalEnums: [] },
});
process.stdout.write(JSON.stringify({ datamodel, ddl: stdout }));
