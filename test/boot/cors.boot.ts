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
	["a pattern with a slash", `allow_origin_regex="${site}/", allow_headers=["X-Token"]`, false],
	["a pattern as file names have it", 'allow_origin_regex="http://localhost:*", allow_headers=["X-Token"]', false],
	["a pattern", 'allow_origin_regex=r"http://localhost:\\d+", allow_headers=["X-Token"]', true],
] as const;

/** What a settings class and its `.env` file say, how CORSMiddleware is given it, and whether a browser may then send its request. */
const settings = [
	["URLs that become texts", `list[AnyHttpUrl] = ["${site}"]`, "", "[str(each) for each in settings.ORIGINS]", false],
	["URLs themselves", "list[AnyHttpUrl] = []", `["${site}"]`, "settings.ORIGINS", false],
	["URLs without the slash", `list[AnyHttpUrl] = ["${site}"]`, "", '[str(each).rstrip("/") for each in settings.ORIGINS]', true],
	["a slash in the .env file", "list[str] = []", `["${site}/"]`, "settings.ORIGINS", false],
	["the .env file over a default", `list[str] = ["${site}/"]`, `["${site}"]`, "settings.ORIGINS", true],
	["parts of a text with spaces", "str", `http://localhost/, ${site}`, 'settings.ORIGINS.split(",")', false],
] as const;

let root: string;
beforeAll(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "bootmend-cors-")));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const main = (imports: string, options: string) =>
	`from fastapi import FastAPI\nfrom fastapi.middleware.cors import CORSMiddleware\n${imports}\napp = FastAPI()\napp.add_middleware(CORSMiddleware, ${options})\n`;

test.each(pairs)("a preflight shows what is said of %s", async (_, options, passes) => {
	await compare({ "main.py": main("", options) }, passes);
});

test.each(settings)("a preflight shows what is said of settings with %s", async (_, type, value, given, passes) => {
	const fields = `class Settings(BaseSettings):\n    model_config = SettingsConfigDict(env_file=".env")\n    ORIGINS: ${type}\n`;
	const imports = "from pydantic import AnyHttpUrl\nfrom pydantic_settings import BaseSettings, SettingsConfigDict\n";
	await compare(
		{
			"config.py": `${imports}\n\n${fields}\n\nsettings = Settings()\n`,
			"main.py": main("from config import settings\n", `allow_origins=${given}, allow_headers=["X-Token"]`),
			".env": value === "" ? "" : `ORIGINS=${value}\n`,
		},
		passes,
	);
});

test.each(["2024", "2026"] as const)("who sends no cookie yet is answered a star by the packages of %s, or not", async (pool) => {
	const { subject, command } = await prepare({ "main.py": main("", 'allow_origins=["*"], allow_credentials=True') }, pool);
	const { issues } = await audit(subject);
	const said = issues.filter(({ rule }) => rule === "cors-origin-mismatch").map(({ severity }) => severity);
	const allowed = await serve(command, async (origin) =>
		(await fetch(`${origin}/`, { headers: { Origin: site } })).headers.get("access-control-allow-origin"),
	);
	expect(said).toEqual(allowed === "*" ? ["MEDIUM"] : []);
});

/** Is HIGH said where a preflight fails, and nothing any more once it is mended? */
async function compare(files: Readonly<Record<string, string>>, passes: boolean): Promise<void> {
	const { subject, command } = await prepare(files, "2026");
	const { issues } = await audit(subject);
	const said = issues.filter(({ rule }) => rule === "cors-origin-mismatch").map(({ severity }) => severity);
	expect(await serve(command, preflight)).toBe(passes);
	expect(said.includes("HIGH")).toBe(!passes);
	await fixEverything(subject);
	expect(await serve(command, preflight)).toBe(true);
	expect((await audit(subject)).issues.filter(({ rule }) => rule === "cors-origin-mismatch")).toEqual([]);
}

/** Writes a backend, and says how it is audited and how it is started. */
async function prepare(files: Readonly<Record<string, string>>, pool: "2024" | "2026") {
	const folder = mkdtempSync(join(root, "project-"));
	const written = { "requirements.txt": "fastapi\nuvicorn\npydantic-settings\n", ...files };
	for (const [path, text] of Object.entries(written)) writeFileSync(join(folder, path), text);
	const { python } = await prepareView({ pool, manifest: join(folder, "requirements.txt"), also: [], without: [] });
	return {
		subject: { folder, target: "main:app", python, environment: {} },
		command: { python, argv: ["uvicorn", "main:app"], cwd: folder, env: {} },
	};
}

/** Asks as a browser does before it sends a request with a header of its own; `fetch` may not set these headers. */
function preflight(address: string): Promise<boolean> {
	const headers = { Origin: site, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "x-token" };
	return new Promise((done, fail) => {
		const asked = request(`${address}/`, { method: "OPTIONS", headers }, (answer) => {
			answer.resume();
			const allowed = answer.headers["access-control-allow-origin"] ?? "";
			done(answer.statusCode === 200 && [site, "*"].includes(allowed));
		});
		asked.once("error", fail);
		asked.end();
	});
}
