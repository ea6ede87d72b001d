import { execFile } from "node:child_process";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openProject } from "../../src/cli/open-project.ts";
import type { BootCase } from "./case-file.ts";
import { fillEnvironment, prepareCaseView, withProject } from "./prove.ts";

/** Files of the project in the order in which their execution began. */
export interface ImportOrder {
	/** In CPython, up to the first failure or the end of the import. */
	readonly real: readonly string[];
	/** In the simulator, which goes on after a failure and into the start-up. */
	readonly simulated: readonly string[];
	/** Class of the exception that ended the import, or null. */
	readonly exception: string | null;
}

const program = fileURLToPath(new URL("import-order.py", import.meta.url));

/** Imports a case's target in real Python and in the simulator. Returns null where the target names no module. */
export async function compareImportOrder(boot: BootCase): Promise<ImportOrder | null> {
	const module = boot.target.split(":")[0] ?? "";
	if (module === "" || module.includes("/")) return null;
	const { python } = await prepareCaseView(boot);
	const environment = await fillEnvironment(boot.environment);
	return withProject(boot, async (root) => {
		const cwd = join(root, boot.workingDirectory);
		const env = { PATH: process.env.PATH ?? "", HOME: root, LANG: "C.UTF-8", PYTHONDONTWRITEBYTECODE: "1", ...environment };
		const { stdout } = await promisify(execFile)(python, [program, root, module], {
			cwd,
			env,
			timeout: 60_000,
			maxBuffer: 1 << 26,
		});
		const { began, outcome } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as { began: string[]; outcome: string | null };
		const io = { env: environment, cwd: () => cwd, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr };
		const { place, project } = openProject(cwd, { python, target: boot.target }, io);
		const simulated = [...project.trace.runs.values()]
			.filter((run) => run.reached)
			.sort((one, other) => one.order - other.order)
			.map((run) => relative(root, join(place.root, run.module.path)));
		return { real: began, simulated, exception: outcome };
	});
}
