import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { readCorpus } from "../../scripts/boot/corpus.ts";
import { prepareCaseView } from "../../scripts/boot/prove.ts";

test("the .env reader reads random texts as the real python-dotenv does", async () => {
	const [boot] = readCorpus(["rules/settings/getenv-into-int"]);
	if (boot === undefined) throw new Error("the case that brings python-dotenv is gone");
	const { python } = await prepareCaseView(boot);
	const { stdout, stderr, status } = spawnSync(process.execPath, ["--import", "tsx", "scripts/dotenv/compare.ts", python], {
		encoding: "utf8",
		maxBuffer: 1e8,
	});
	expect(`${stderr}${stdout.slice(-2000)}`).toContain("20000 texts, 0 differences");
	expect(status).toBe(0);
}, 120_000);
