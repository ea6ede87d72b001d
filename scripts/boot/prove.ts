import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { startScratchPostgres } from "../../src/workspace/boot/scratch-postgres.ts";
import { type Supervisor, startSupervisor } from "../../src/workspace/boot/supervisor.ts";
import { makeScratchFolder } from "../../src/workspace/scratch-folder.ts";
import type { BootCase } from "./case-file.ts";
import { findPython, prepareView, type View } from "./environments.ts";
import { buildImage } from "./image.ts";
import { importForReal } from "./import-order.ts";
import type { Outcome } from "./outcome.ts";
import { bootProject as bootServer } from "./server.ts";

/** What booting a case showed. */
export interface Proof {
	/** With what is installed on this machine. */
	readonly thisMachine: Outcome;
	/** With exactly what is declared; the same boot where the two do not differ. */
	readonly cleanInstall: Outcome;
	/** Requirements that the package pool cannot meet. */
	readonly missing: readonly string[];
	/** Files in the order in which their import began, with what is installed on this machine; null where the target names no module. */
	readonly imported: readonly string[] | null;
}

/** Writes a case's files into a fresh temporary folder, hands it to `use`, and removes it. */
export async function withProject<T>(
	boot: BootCase,
	use: (root: string) => Promise<T>,
	findAuthority: () => Promise<string> = postgresAuthority,
): Promise<T> {
	const root = realpathSync(makeScratchFolder("case"));
	try {
		for (const [path, content] of boot.files) {
			mkdirSync(dirname(join(root, path)), { recursive: true });
			const mentionsPostgres = content.includes(postgresPlaceholder);
			writeFileSync(
				join(root, path),
				mentionsPostgres ? content.toString().replaceAll(postgresPlaceholder, await findAuthority()) : content,
			);
		}
		return await use(root);
	} finally {
		rmSync(root, { recursive: true, force: true, maxRetries: 3 });
	}
}

/** Boots a case as it stands. */
export async function proveCase(boot: BootCase): Promise<Proof> {
	const thisMachine = await prepareCaseView(boot);
	const outcome = await withProject(boot, (root) => bootProject(boot, root, thisMachine));
	const { python, missing } = thisMachine;
	const environment = await fillEnvironment(boot.environment);
	const imported = await withProject(boot, (root) => importForReal(boot, { root, environment, python }));
	if (boot.alsoInstalled.length === 0 && boot.notInstalled.length === 0 && boot.image === null) {
		return { thisMachine: outcome, cleanInstall: outcome, missing, imported };
	}
	const cleanInstall = await withProject(boot, (root) => bootCleanly(boot, root));
	return { thisMachine: outcome, cleanInstall, missing, imported };
}

/** The virtual environment that the case says this machine has. */
export function prepareCaseView(boot: BootCase): Promise<View> {
	return withProject(boot, (root) =>
		prepareView({ pool: boot.pool, manifest: manifestBelow(boot, root), also: boot.alsoInstalled, without: boot.notInstalled }),
	);
}

/** The virtual environment that an installation of the manifest below `root` (as it is now) would make. */
export function prepareCleanView(boot: BootCase, root: string): Promise<View> {
	return prepareView({ pool: boot.pool, manifest: manifestBelow(boot, root), also: [], without: [] });
}

/** Boots the project below `root` where it is installed anew: not at all where the image of its case cannot be built. */
export async function bootCleanly(boot: BootCase, root: string): Promise<Outcome> {
	const error = boot.image === null ? null : await buildImage(boot.image, root, boot.pool);
	if (error !== null) return { stage: "import", error, detail: [], at: null, everyRequestFails: false };
	return bootProject(boot, root, await prepareCleanView(boot, root));
}

function manifestBelow(boot: BootCase, root: string): string | null {
	return boot.manifest === null ? null : join(root, boot.manifest);
}

/** Boots the project below `root` as its case says. */
export async function bootProject(boot: BootCase, root: string, view: View): Promise<Outcome> {
	const { output: _, ...outcome } = await bootServer({
		python: view.python,
		root,
		workingDirectory: join(root, boot.workingDirectory),
		target: boot.target,
		environment: await fillEnvironment(boot.environment),
		requests: boot.requests,
	});
	return outcome;
}

/** Stands for user, host and port of a throw-away PostgreSQL in variables and files of a case. */
const postgresPlaceholder = "{postgres}";

interface Postgres {
	readonly authority: string;
	readonly supervisor: Supervisor;
}

let postgres: Promise<Postgres> | undefined;

/** `user:password@127.0.0.1:54321` of the throw-away PostgreSQL, which is started on first use. Throws where none is installed. */
async function postgresAuthority(): Promise<string> {
	postgres ??= startPostgres();
	return (await postgres).authority;
}

async function startPostgres(): Promise<Postgres> {
	const supervisor = await startSupervisor(await findPython());
	const started = await startScratchPostgres(supervisor);
	if ("reason" in started) throw new Error(`Some cases need PostgreSQL (apt-get install postgresql): ${started.reason}`);
	return { authority: `${started.user}:${started.password}@127.0.0.1:${started.port}`, supervisor };
}

/** Puts the throw-away PostgreSQL into the values that ask for it. Throws where it is needed and not installed. */
export async function fillEnvironment(environment: Readonly<Record<string, string>>): Promise<Record<string, string>> {
	const filled: Record<string, string> = {};
	for (const [key, value] of Object.entries(environment)) {
		filled[key] = value.includes(postgresPlaceholder) ? value.replaceAll(postgresPlaceholder, await postgresAuthority()) : value;
	}
	return filled;
}

/** Stops the PostgreSQL that {@link fillEnvironment} started, if it did. */
export async function stopPostgres(): Promise<void> {
	await (await postgres)?.supervisor.end();
	postgres = undefined;
}

/** Runs `work` on every item, as many at a time as there are processors. Results keep the order. */
export async function mapParallel<Item, Result>(
	items: readonly Item[],
	work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
	const results: Result[] = [];
	let next = 0;
	const worker = async () => {
		for (let index = next++; index < items.length; index = next++) {
			const item = items[index];
			if (item !== undefined) results[index] = await work(item);
		}
	};
	await Promise.all(Array.from({ length: Math.max(2, cpus().length) }, worker));
	return results;
}
