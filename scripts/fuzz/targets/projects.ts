import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as fc from "fast-check";
import { run } from "../../../src/cli/run.ts";
import { type Mutation, mutate, mutations } from "../mutations.ts";
import { seedCases } from "../seeds.ts";
import { law, type Target } from "../target.ts";

interface DamagedProject {
	readonly seed: number;
	/** Which files change, and how. */
	readonly damage: readonly { readonly file: number; readonly changes: readonly Mutation[]; readonly asBytes: boolean }[];
	readonly command: readonly string[];
}

const commands: readonly (readonly string[])[] = [
	["audit", "--format", "json"],
	["audit", "--format", "json"],
	["audit", "--format", "pretty"],
	["audit", "--format", "markdown"],
	["audit", "--format", "sarif"],
	["audit", "--format", "github"],
	["fix", "--dry-run", "--yes", "--review"],
	["fix", "--yes", "--review", "--no-commit"],
	["graph", "--format", "json"],
	["deps", "--format", "json"],
	["env", "--write-example"],
	["routes"],
];

/** Whole backends of the fixtures with damaged files, through the command line. */
export const projects: Target<DamagedProject> = {
	name: "projects",
	weight: 6,
	input: fc.record({
		seed: fc.nat(1_000_000),
		damage: fc.array(
			fc.record({
				file: fc.nat(50),
				changes: mutations,
				asBytes: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
			}),
			{ minLength: 1, maxLength: 3 },
		),
		command: fc.constantFrom(...commands),
	}),
	run: async ({ seed, damage, command }) => {
		const cases = seedCases();
		const boot = cases[seed % cases.length];
		if (boot === undefined) throw new Error("there are no fixtures");
		const files = new Map(boot.files);
		const paths = [...files.keys()];
		for (const { file, changes, asBytes } of damage) {
			const path = paths[file % paths.length] ?? "";
			const text = mutate(files.get(path)?.toString("utf8") ?? "", changes);
			files.set(path, Buffer.from(text, asBytes ? "latin1" : "utf8"));
		}
		const folder = mkdtempSync(join(tmpdir(), "bootmend-fuzz-"));
		try {
			for (const [path, bytes] of files) {
				mkdirSync(dirname(join(folder, path)), { recursive: true });
				writeFileSync(join(folder, path), bytes);
			}
			const [name = "audit", ...options] = command;
			const { status, stdout, stderr } = await runQuietly(
				[name, join(folder, boot.workingDirectory), ...options, "--target", boot.target, "--verbose"],
				folder,
			);
			law(status === 0 || status === 1 || status === 2, () => `exit status ${status}\n${stderr}`);
			if (command.includes("json") && status !== 2) law(isDocument(stdout), () => `not JSON: ${stdout.slice(0, 200)}`);
			return timeless(stdout, folder);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	},
};

function isDocument(text: string): boolean {
	try {
		return typeof JSON.parse(text) === "object";
	} catch {
		return false;
	}
}

/** Without what differs from run to run: the time it took and the folder it was in. */
function timeless(text: string, folder: string): string {
	return text
		.replaceAll(folder, "")
		.replace(/"audit_duration_seconds": [\d.e-]+/, "")
		.replace(/\b\d+(\.\d+)? ?m?s\b/g, "")
		.replace(/[0-9a-f]{40}|\b\d{8}-\d{6}-\w+/g, "");
}

/** Runs a command line in this process, with nothing of this shell. */
export async function runQuietly(
	argv: readonly string[],
	folder: string,
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
	const written = { stdout: "", stderr: "" };
	const stream = (name: keyof typeof written) => ({
		isTTY: false,
		write: (text: string) => {
			written[name] += text;
			return true;
		},
	});
	const io = { stdout: stream("stdout"), stderr: stream("stderr"), stdin: { isTTY: false }, env: {}, cwd: () => folder };
	// Commands only write to these streams, which any object with a write can stand for.
	const status = await run(argv, io as unknown as Parameters<typeof run>[1]);
	return { status, ...written };
}
