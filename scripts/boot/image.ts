import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeScratchFolder } from "../../src/workspace/scratch-folder.ts";
import { findPython, prepareWheels } from "./environments.ts";

/** An instruction of a Dockerfile, its continued lines joined. */
interface Instruction {
	readonly word: string;
	readonly rest: string;
}

/**
 * Does what a Dockerfile says, in a scratch folder that stands for the root of the image: folders are entered, files are copied, and
 * commands are really run, with a fresh environment's pip that knows the pool's packages alone. Gives the line with which the command
 * ended that failed, or null where the image is built.
 */
export async function buildImage(dockerfile: string, root: string, pool: string): Promise<string | null> {
	const wheels = await prepareWheels(pool);
	const image = realpathSync(makeScratchFolder("image"));
	try {
		const environment = join(image, ".environment");
		await run(await findPython(), ["-m", "venv", environment], image, {});
		const variables = {
			PATH: `${environment}/bin:/usr/bin:/bin`,
			PIP_NO_INDEX: "1",
			PIP_FIND_LINKS: wheels,
			PIP_CONFIG_FILE: "/dev/null",
		};
		let folder = image;
		for (const { word, rest } of readInstructions(readFileSync(join(root, dockerfile), "utf8"))) {
			if (word === "WORKDIR") {
				folder = inImage(image, folder, rest);
				mkdirSync(folder, { recursive: true });
			} else if ((word === "COPY" || word === "ADD") && !rest.includes("--from")) copy(root, image, folder, rest);
			else if (word === "RUN") {
				const printed = await run("sh", ["-c", rest], folder, variables);
				if (printed !== null) return lastError(printed);
			}
		}
		return null;
	} finally {
		rmSync(image, { recursive: true, force: true, maxRetries: 3 });
	}
}

function readInstructions(text: string): Instruction[] {
	const lines = text.replace(/\\\n/g, " ").split("\n");
	return lines.flatMap((line) => {
		const found = /^\s*([A-Z]+)\s+(.*)$/.exec(line);
		return found === null ? [] : [{ word: found[1] ?? "", rest: found[2]?.trim() ?? "" }];
	});
}

function inImage(image: string, folder: string, path: string): string {
	return path.startsWith("/") ? join(image, path) : join(folder, path);
}

function copy(root: string, image: string, folder: string, rest: string): void {
	const places = rest.split(/\s+/).filter((word) => !word.startsWith("--"));
	const target = inImage(image, folder, places.at(-1) ?? ".");
	const sources = places.slice(0, -1);
	const isFolder = sources.length > 1 || /(?:^\.{1,2}|\/)$/.test(places.at(-1) ?? "") || existsSync(target);
	for (const source of sources) {
		const from = join(root, source);
		const to = statSync(from).isFile() && isFolder ? join(target, basename(source)) : target;
		mkdirSync(dirname(to), { recursive: true });
		cpSync(from, to, { recursive: true });
	}
}

/** What a command printed where it failed; null where it did not. */
function run(
	command: string,
	args: readonly string[],
	cwd: string,
	variables: Readonly<Record<string, string>>,
): Promise<string | null> {
	const env = { HOME: cwd, LC_ALL: "C.UTF-8", PIP_DISABLE_PIP_VERSION_CHECK: "1", ...variables };
	return new Promise((resolve) => {
		execFile(command, args, { cwd, env, timeout: 120_000, maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
			resolve(error === null ? null : `${stdout}\n${stderr}`),
		);
	});
}

/** pip says what failed in a line of its own, and may add a hint; a path of the scratch folder is a matter of chance. */
function lastError(printed: string): string {
	const lines = printed.split("\n").filter((line) => line.trim() !== "");
	return lines.findLast((line) => /^(?:ERROR|error)\b/.test(line)) ?? lines.at(-1) ?? "the command failed";
}
