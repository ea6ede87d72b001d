import { execFile, execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { findPython } from "../boot/environments.ts";

/** A manifest with the files that it needs. */
export interface ManifestFiles {
	readonly kind: string;
	readonly path: string;
	readonly files: Readonly<Record<string, string>>;
}

/** Name, extras, specifier set and marker of one requirement, as the tool shows them. */
export type ToolRow = readonly [name: string, extras: readonly string[], specifier: string, marker: string | null];

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The tools that own the formats; pip comes with the environment. */
const tools = [
	"packaging==26.3",
	"poetry-core==2.5.0",
	"setuptools<82",
	"uv==0.13.9",
	"hatchling==1.33.0",
	"pdm==2.29.3",
	"plette==2.4.0",
];

/** What each tool that owns a format reads of a manifest, by its name; a text is what the tool said where it refuses. */
export type ToolAnswers = Readonly<Record<string, readonly ToolRow[] | string>>;

/** Reads the main lists of manifests with the tools that install from them: pip, uv, poetry-core, hatchling, pdm, plette (pipenv's) and setuptools. */
export async function readWithTools(manifests: readonly ManifestFiles[]): Promise<readonly ToolAnswers[]> {
	const python = await prepareTools();
	const output = await new Promise<string>((resolve, reject) => {
		const options = { maxBuffer: 1 << 26, env: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1" } };
		const child = execFile(python, [`${root}/scripts/manifests/reparse.py`], options, (error, stdout) =>
			error === null ? resolve(stdout) : reject(error),
		);
		child.stdin?.end(JSON.stringify(manifests));
	});
	return JSON.parse(output) as readonly ToolAnswers[];
}

/** The interpreter of an environment with the tools, made on first use in `.venvs/`. */
async function prepareTools(): Promise<string> {
	const folder = `${root}/.venvs/manifest-tools-${tools.length}`;
	if (existsSync(folder)) return `${folder}/bin/python`;
	const building = `${folder}.${process.pid}`;
	rmSync(building, { recursive: true, force: true });
	execFileSync(await findPython(), ["-m", "venv", building]);
	const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...tools];
	execFileSync(`${building}/bin/python`, install, { stdio: ["ignore", "ignore", "inherit"] });
	renameSync(building, folder);
	return `${folder}/bin/python`;
}
