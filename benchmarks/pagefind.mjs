// Asks Pagefind's index the queries of standard input, and prints how long each took.
//
//     node pagefind.mjs FOLDER wall|processor < queries.json
//
// Pagefind is made for browsers, which fetch its files; here they are read from the disk.

import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const [folder, clock] = process.argv.slice(2);
const home = pathToFileURL(`${folder}/`);

globalThis.window = globalThis;
globalThis.location = { href: "http://localhost/", hostname: "localhost", protocol: "http:" };
globalThis.fetch = async (address) =>
  new Response(await readFile(new URL(String(address).split("?")[0], home)));

/** Milliseconds since some moment. */
function now() {
  if (clock === "wall") return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const queries = JSON.parse(await text(process.stdin));
const pagefind = await import(new URL("pagefind.js", home));
await pagefind.options({ basePath: home.href, noWorker: true });
await pagefind.init("en");
const times = [];
for (const query of queries) {
  const start = now();
  const { results } = await pagefind.search(query);
  await Promise.all(results.slice(0, 5).map((result) => result.data()));
  times.push(now() - start);
}
console.log(JSON.stringify(times));
