/**
 * Holds `bootmend routes` against `app.routes` of backends that boot, and prints what differs and how many CRITICAL issues the audit names.
 * `npm run compare:routes -- BACKENDS.tsv [WORD…]`: a line a backend, with its folder, the working directory below it, the target, the
 * interpreter, and a file of environment variables or nothing, separated by tabs; only those whose folder contains a word.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { RouteListing } from "../../src/report/routes.ts";
import { audit, listRoutes, type Subject } from "./run-bootmend.ts";

const run = promisify(execFile);
const lister = fileURLToPath(new URL("./list-routes.py", import.meta.url));
const [table, ...words] = process.argv.slice(2);
if (table === undefined) throw new Error("Which backends? npm run compare:routes -- BACKENDS.tsv");

for (const line of readFileSync(table, "utf8").split("\n")) {
	const [folder = "", below = "", target = "", python = "", variables = ""] = line.split("\t");
	if (line.startsWith("#") || target === "" || (words.length > 0 && !words.some((word) => folder.includes(word)))) continue;
	const environment = variables === "" ? {} : readVariables(variables);
	await compare({ folder: join(folder, below), target, python, environment });
}

async function compare(subject: Subject): Promise<void> {
	const real = await realRoutes(subject);
	if (typeof real === "string") {
		process.stdout.write(`${subject.folder}: does not import: ${real}\n`);
		return;
	}
	const found = shown(await listRoutes(subject));
	const missing = real.filter((route) => !found.includes(route));
	const invented = found.filter((route) => !real.includes(route));
	const critical = (await audit(subject)).issues.filter(({ severity }) => severity === "CRITICAL");
	const isEqual = missing.length === 0 && invented.length === 0;
	const order = isEqual && real.join("\n") !== found.join("\n") ? ", in another order" : "";
	process.stdout.write(
		`${subject.folder}: ${isEqual ? "equal" : "DIFFERS"}${order}, ${real.length} routes, ${critical.length} CRITICAL\n` +
			missing.map((route) => `    - ${route}\n`).join("") +
			invented.map((route) => `    + ${route}\n`).join("") +
			critical
				.map((issue) => `    ! ${issue.rule} ${issue.file_path}:${issue.line_number} ${issue.problem_description}\n`)
				.join(""),
	);
}

/** One line a method and path of the largest application. */
function shown(listings: readonly RouteListing[]): string[] {
	const [largest] = [...listings].sort((a, b) => b.routes.length - a.routes.length);
	return (largest?.routes ?? []).map(
		({ methods, path, endpoint }) => `${[...methods].sort().join(",")} ${path} ${endpoint ?? ""}`,
	);
}

/** The routes that Python has, or the last line that it printed. */
async function realRoutes({ folder, target, python, environment }: Subject): Promise<string[] | string> {
	if (python === null) return "no interpreter";
	try {
		const { stdout } = await run(python, [lister, target], {
			cwd: folder,
			env: { PATH: process.env.PATH, HOME: process.env.HOME, PYTHONDONTWRITEBYTECODE: "1", ...environment },
			maxBuffer: 1 << 26,
			timeout: 120_000,
		});
		const line = stdout.split("\n").find((each) => each.startsWith("ROUTES ")) ?? "ROUTES []";
		const routes = JSON.parse(line.slice("ROUTES ".length)) as [string[], string, string | null][];
		return routes.map(([methods, path, endpoint]) => `${methods.join(",")} ${path} ${endpoint ?? ""}`);
	} catch (error) {
		return ((error as { stderr?: string }).stderr ?? String(error)).trim().split("\n").at(-1) ?? "";
	}
}

function readVariables(path: string): Record<string, string> {
	if (!existsSync(path)) return {};
	const lines = readFileSync(path, "utf8").split("\n");
	return Object.fromEntries(
		lines.flatMap((line) => {
			const match = /^(?:export )?(\w+)=(["']?)(.*)\2$/.exec(line.trim());
			const value = match?.[3]?.replaceAll("{postgres}", "postgres:postgres@127.0.0.1:5432");
			return match?.[1] === undefined || value === undefined ? [] : [[match[1], value] as const];
		}),
	);
}
