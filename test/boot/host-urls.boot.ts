import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fixtures } from "../../scripts/boot/corpus.ts";
import { prepareView } from "../../scripts/boot/environments.ts";
import { fillEnvironment, stopPostgres } from "../../scripts/boot/prove.ts";
import { audit, fixEverything } from "../../scripts/boot/run-bootmend.ts";
import { bootProject } from "../../scripts/boot/server.ts";

/** The forms in which dashboards print their URLs, with a real server's user, password and address in the place of theirs. */
const providers = [
	["Neon", "postgresql://{postgres}/postgres?sslmode=require&channel_binding=require"],
	["Supabase", "postgresql://{postgres}/postgres?pgbouncer=true"],
	["Heroku", "postgres://{postgres}/postgres"],
	["Railway", "postgresql://{postgres}/postgres"],
	["Render", "postgres://{postgres}/postgres?sslmode=require"],
] as const;

let root: string;
beforeAll(() => {
	root = realpathSync(mkdtempSync(join(tmpdir(), "bootmend-hosts-")));
});
afterAll(async () => {
	rmSync(root, { recursive: true, force: true });
	await stopPostgres();
});

test.each(providers)(
	"the seed's backend with %s's URL boots once it is mended, and the password is nowhere to be seen",
	async (name, form) => {
		const project = mkdtempSync(join(root, "copy-"));
		cpSync(join(fixtures, "projects/todo-broken"), project, { recursive: true });
		const backend = join(project, "backend");
		const { url = "" } = await fillEnvironment({ url: form });
		const password = /:\/\/[^:]+:([^@]+)@/.exec(url)?.[1] ?? "";
		expect(password).not.toBe("");
		const envFile = join(backend, ".env");
		const settings = readFileSync(envFile, "utf8").replace(/^DATABASE_URL=.*$/m, `DATABASE_URL=${url}`);
		expect(settings).toContain(url);
		git(project, "init", "--quiet");
		git(project, "add", "--all");
		git(project, "rm", "--cached", "--quiet", "--ignore-unmatch", "backend/.env");
		git(
			project,
			"-c",
			"user.name=Fixture",
			"-c",
			"user.email=fixture@example.com",
			"commit",
			"--quiet",
			"--message",
			"As it was",
		);
		writeFileSync(envFile, settings);
		const manifest = join(backend, "requirements.txt");
		const { python } = await prepareView({ pool: "2026", manifest, also: [], without: [] });
		const subject = { folder: backend, target: "src.main:app", python, environment: {} };

		const found = JSON.stringify(await audit(subject));
		const said = await fixEverything(subject);
		const view = await prepareView({ pool: "2026", manifest, also: [], without: [] });
		const credentials = `{"email": "${name.toLowerCase()}@example.com", "password": "correct horse 1"}`;
		const outcome = await bootProject({
			python: view.python,
			root: project,
			workingDirectory: backend,
			target: "src.main:app",
			environment: {},
			requests: [{ method: "POST", path: "/api/auth/signup", body: credentials, status: 201, contains: '"token_type":"bearer"' }],
		});

		expect(outcome).toMatchObject({ stage: "boots", error: null });
		expect(readFileSync(envFile, "utf8")).toContain(`DATABASE_URL=postgresql+asyncpg://${url.replace(/^\w+:\/\/|\?.*$/g, "")}`);
		for (const text of [found, said, git(project, "log", "-p", "--all"), journalsBelow(project)])
			expect(text).not.toContain(password);
	},
);

function git(folder: string, ...command: readonly string[]): string {
	return execFileSync("git", command, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

/** What bootmend keeps about its session, the byte-for-byte backups of `.env` aside. */
function journalsBelow(folder: string): string {
	return readdirSync(join(folder, ".bootmend"), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && !/\/backups?(\/|$)/.test(entry.parentPath))
		.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1"))
		.join("\n");
}
