/** Audits every case without Python and writes down which are judged wrongly, so that `npm test` lets no other case slip: `npm run record:misses`. */
import { writeFileSync } from "node:fs";
import { auditOffline, knownMissesPath } from "./audit-offline.ts";
import { readCorpus } from "./corpus.ts";

const missed: string[] = [];
for (const boot of readCorpus()) {
	if (!(await auditOffline(boot)).right) missed.push(boot.name);
}
writeFileSync(knownMissesPath, missed.map((name) => `${name}\n`).join(""));
process.stdout.write(`${missed.length} cases are judged wrongly\n`);
