import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openProject } from "../../src/cli/open-project.ts";
import type { BootCase } from "./case-file.ts";

const program = fileURLToPath(new URL("import-order.py", import.meta.url));

/**
 * Files of the project in the order in which real Python begins to run them while it imports the target, up to the first failure
 * or the end of the import. Null where the target names no module.
 */
export async function importForReal(
	boot: BootCase,
	{ root, environment, python }: { readonly root: string; readonly environment: Record<string, string>; readonly python: string },
): Promise<readonly string[] | null> {
	const module = boot.target.split(":")[0] ?? "";
	if (module === "" || module.includes("/")) return null;
	const { stdout } = await promisify(execFile)(python, [program, root, module], {
		cwd: join(root, boot.workingDirectory),
		env: { PATH: process.env.PATH ?? "", HOME: root, LANG: "C.UTF-8", PYTHONDONTWRITEBYTECODE: "1", ...environment },
		timeout: 60_000,
		maxBuffer: 1 << 26,
	});
	return (JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { began: string[] }).began;
}

/** The same in the simulator, which goes on after a failure as if it were mended. Files are named from the root of the case. */
export function simulateImports(
	boot: BootCase,
	{
		root,
		environment,
		python,
	}: { readonly root: string; readonly environment: Readonly<Record<string, string>>; readonly python?: string },
): readonly string[] {
	const cwd = join(root, boot.workingDirectory);
	const io = { env: environment, cwd: () => cwd, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
	const { place, project } = openProject(cwd, { target: boot.target, ...(python !== undefined && { python }) }, io);
	return [...project.trace.runs.values()]
		.filter(({ reached, stage }) => reached && stage === "import")
		.sort((one, other) => one.order - other.order)
		.map(({ module }) => relative(root, join(place.root, module.path)));
}
