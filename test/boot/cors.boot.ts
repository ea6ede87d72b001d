import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { prepareView } from "../../scripts/boot/environments.ts";
import { audit, fixEverything } from "../../scripts/boot/run-bootmend.ts";
import { serve } from "./support/serve.ts";

const site = "http://localhost:3000";

/** What CORSMiddleware is given, and whether a browser on that site may then send its request, before and after the mend. */
const pairs = [
	["an origin with a slash at its end", `allow_origins=["${site}/"], allow_headers=["X-Token"]`, false],
	["an origin with a path", `allow_origins=["${site}/app"], allow_headers=["X-Token"]`, false],
	["headers as a text", `allow_origins=["${site}"], allow_headers="X-Token"`, false],
	["an origin as a text, which lets in its parts too", `allow_origins="${site}", allow_headers=["X-Token"]`, true],
	["the origin as browsers send it", `allow_origins=["${site}"], allow_headers=["X-Token"]`, true],
	["a star with credentials", 'allow_origins=["*"], allow_credentials=True, allow_headers=["*"]', true],
] as const;

let root: string;
beforeAll(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "bootmend-cors-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(pairs)("a preflight shows what is said of %s", async (_, options, passes) => {
	const folder = mkdtempSync(join(root, "project-"));
	writeFileSync(join(folder, "requirements.txt"), "fastapi\nuvicorn\n");
	const code = `from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n\napp = FastAPI()\napp.add_middleware(CORSMiddleware, ${options})\n`;
	writeFileSync(join(folder, "main.py"), code);
	const { python } = await prepareView({ pool: "2026", manifest: join(folder, "requirements.txt"), also: [], without: [] });
	const subject = { folder, target: "main:app", python, environment: {} };
	const command = { python, argv: ["uvicorn", "main:app"], cwd: folder, env: {} };
	const { issues } = await audit(subject);
	const said = issues.filter(({ rule }) => rule === "cors-origin-mismatch").map(({ severity }) => severity);
	expect(await serve(command, preflight)).toBe(passes);
	expect(said.includes("HIGH")).toBe(!passes);
	await fixEverything(subject);
	expect(await serve(command, preflight)).toBe(true);
	expect((await audit(subject)).issues.filter(({ rule }) => rule === "cors-origin-mismatch")).toEqual([]);
});

/** Asks as a browser does before it sends a request with a header of its own; `fetch` may not set these headers. */
function preflight(address: string): Promise<boolean> {
	const headers = { Origin: site, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-token" };
	return new Promise((done, fail) => {
		const asked = request(`${address}/`, { method: "OPTIONS", headers }, (answer) => {
			answer.resume();
			done(answer.statusCode === 200 && answer.headers["access-control-allow-origin"] === site);
		});
		asked.once("error", fail);
		asked.end();
	});
}
