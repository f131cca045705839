// Copies what the pages load out of node_modules into static/vendor, with the licences it comes under.
import { cpSync, mkdirSync, rmSync } from "node:fs";

const FILES = {
  "htmx.org": ["dist/htmx.min.js"],
  idiomorph: ["dist/idiomorph-ext.min.js"],
  uplot: ["dist/uPlot.iife.min.js", "dist/uPlot.min.css"],
};
const here = new URL(".", import.meta.url);
const vendor = new URL("static/vendor/", here);

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
for (const [name, files] of Object.entries(FILES)) {
  const from = new URL(`node_modules/${name}/`, here);
  for (const file of files) cpSync(new URL(file, from), new URL(file.split("/").at(-1), vendor));
  cpSync(new URL("LICENSE", from), new URL(`${name}.LICENSE.txt`, vendor));
}
