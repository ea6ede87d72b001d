// Writes data/published-names.txt: which names the public index knows, as a filter that fits into a megabyte.
// `npx tsx scripts/published-names/record.ts FILE`, where FILE is the index's list of all projects (PEP 503), as `pip download` reads it.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { normalizeName } from "../../src/environment/environment.ts";
import { NameFilter } from "../../src/environment/published-names.ts";

const [list] = process.argv.slice(2);
if (list === undefined) {
	console.error("Which list? npx tsx scripts/published-names/record.ts FILE");
	process.exit(2);
}
/** Projects that can be installed although the list leaves them out; each was seen in a list of packages, and installed. */
const unlisted = ["install"];
const names = new Set(unlisted);
for (const [, name = ""] of readFileSync(list, "utf8").matchAll(/<a href="[^"]*"[^>]*>([^<]+)<\/a>/g))
	names.add(normalizeName(name));
if (names.size < 100_000) {
	console.error(`${list} names ${names.size} projects: that is no list of all.`);
	process.exit(1);
}
const filter = new NameFilter(new Uint8Array(names.size));
for (const name of names) filter.add(name);
const lost = [...names].filter((name) => !filter.has(name));
const others = Array.from({ length: 100_000 }, (_, index) => `nobody-${index * 7919}-published`);
const wrong = others.filter((name) => !names.has(name) && filter.has(name)).length;
const text = Buffer.from(filter.bits).toString("base64");
writeFileSync(
	new URL("../../data/published-names.txt", import.meta.url),
	`${statSync(list).mtime.toISOString().slice(0, 10)}\n${text}`,
);
console.log(`${names.size} names, ${lost.length} lost, ${wrong / 1000} % of others taken for published, ${text.length} bytes`);
