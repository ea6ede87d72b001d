import { markerApplies } from "../../environment/marker.ts";
import type { Project } from "../project.ts";
import { primaryManifest } from "./declared.ts";
import type { Installer } from "./installer.ts";
import type { Manifest } from "./manifest.ts";
import { folderOf, inFolder, relativeTo } from "./paths.ts";

/** One command of an installation. */
export interface InstallStep {
	/** A program on the PATH, or an absolute path. */
	readonly program: string;
	readonly args: readonly string[];
	/** As a person would type it: `pip install -r requirements.txt`. */
	readonly shown: string;
}

/** What installing a backend's packages would run, in order, in the backend's folder. */
export interface InstallPlan {
	/** Path of the manifest that is installed from. */
	readonly manifest: string;
	readonly installer: Installer;
	/** Absolute path of the virtual environment that is installed into. */
	readonly environment: string;
	/** Is it made first? */
	readonly creates: boolean;
	readonly steps: readonly InstallStep[];
	/** Variables of the commands beyond those of the shell. */
	readonly variables: Readonly<Record<string, string>>;
}

/** What the machine offers an installation. */
export interface InstallMachine {
	/** Absolute path of the backend's folder. */
	readonly backend: string;
	/** The project's own virtual environment with its interpreter and whether pip is in it; null where there is none. */
	readonly own: { readonly folder: string; readonly python: string; readonly hasPip: boolean } | null;
	/** Does this program run here? */
	readonly has: (program: string) => boolean;
	readonly platform: string;
}

/** Why nothing can be installed, and what to do. */
export interface InstallRefusal {
	readonly type: "refused";
	readonly message: string;
	readonly nextStep: string;
}

/** Plans an installation into the backend's own environment; never into the system's Python. */
export function planInstallation(project: Project, machine: InstallMachine): InstallPlan | InstallRefusal {
	const manifest = primaryManifest(project.manifests);
	if (manifest === null) {
		return refused(
			"No manifest says what this backend needs.",
			"Write its packages in a requirements.txt, one a line, and try again.",
		);
	}
	const { installer } = manifest;
	if (installer === "conda") {
		return refused(
			`${manifest.path} is installed with conda, into an environment of conda's own.`,
			`Run ${manifest.installCommand}, and name its interpreter: --python PATH.`,
		);
	}
	if (installer !== "pip" && !machine.has(installer)) {
		return refused(
			`${manifest.path} is installed with ${installer}, which is not on this machine.`,
			`Install ${installer} (pipx install ${installer}), or run ${manifest.installCommand} where it is.`,
		);
	}
	const folder = machine.own?.folder ?? `${machine.backend}/.venv`;
	const python = machine.own?.python ?? pythonIn(folder, machine.platform);
	const make = machine.own === null ? makeEnvironment(project, machine) : [];
	if (make === null) {
		return refused("There is no Python on the PATH to make a virtual environment with.", "Install Python 3, then try again.");
	}
	const install =
		installer === "pip"
			? pipSteps(project, manifest, python, machine)
			: toolSteps(manifest, isOfProject(project, machine, folder));
	return {
		manifest: manifest.path,
		installer,
		environment: folder,
		creates: machine.own === null,
		steps: [...make, ...install],
		variables: {
			VIRTUAL_ENV: folder,
			UV_PROJECT_ENVIRONMENT: folder,
			PIPENV_IGNORE_VIRTUALENVS: "0",
			POETRY_VIRTUALENVS_CREATE: "false",
			PIP_NO_INPUT: "1",
			PIP_DISABLE_PIP_VERSION_CHECK: "1",
			PIP_RETRIES: "2",
			PIP_PROGRESS_BAR: "off",
			PYTHONUNBUFFERED: "1",
			...(installer === "pipenv" ? { PIPENV_PIPFILE: `${machine.backend}/${relativeTo(project.backend, manifest.path)}` } : {}),
		},
	};
}

/** Packages of the main list that an environment with these versions still lacks, as declared. */
export function missingPackages(project: Project, installed: ReadonlyMap<string, unknown>): string[] {
	const main = primaryManifest(project.manifests)?.requirements ?? [];
	const missing = main.filter(
		({ group, normalized, marker, url }) =>
			group === "" &&
			normalized !== "" &&
			url === null &&
			markerApplies(marker, project.environment.python) === true &&
			!installed.has(normalized),
	);
	return [...new Set(missing.map(({ name }) => name))];
}

function makeEnvironment({ environment }: Project, machine: InstallMachine): InstallStep[] | null {
	const { major, minor } = environment.python;
	const program = [`python${major}.${minor}`, "python3", "python"].find((each) => machine.has(each));
	return program === undefined ? null : [{ program, args: ["-m", "venv", ".venv"], shown: `${program} -m venv .venv` }];
}

function pipSteps(project: Project, manifest: Manifest, python: string, machine: InstallMachine): InstallStep[] {
	const what = pipArguments(project, manifest);
	const shown = `pip install ${what.map(quoted).join(" ")}`;
	const hasPip = machine.own === null || machine.own.hasPip;
	if (!hasPip && machine.has("uv"))
		return [{ program: "uv", args: ["pip", "install", "--python", python, ...what], shown: `uv ${shown}` }];
	const pip: InstallStep = { program: python, args: ["-m", "pip", "install", ...what], shown };
	return hasPip ? [pip] : [{ program: python, args: ["-m", "ensurepip", "--upgrade"], shown: "python -m ensurepip" }, pip];
}

/** A pyproject that says nothing of how the project is built is only a list: its packages are installed, not the project. */
function pipArguments(project: Project, manifest: Manifest): string[] {
	const from = relativeTo(project.backend, manifest.path);
	if (manifest.kind === "requirements") return ["-r", from];
	const text = project.files.get(manifest.path)?.text ?? "";
	const isBuilt =
		manifest.kind !== "pyproject" ||
		/^[ \t]*\[build-system\]/m.test(text) ||
		project.files.has(inFolder(folderOf(manifest.path), "setup.py"));
	if (isBuilt) return [folderOf(from) === "" ? "." : `./${folderOf(from)}`];
	return manifest.requirements
		.filter(({ group, name, url, notation }) => group === "" && name !== "" && url === null && notation === "pep508")
		.map(({ path, range }) => (project.files.get(path)?.text ?? "").slice(range.start, range.end));
}

/** Does the environment lie in the repository? Others may serve more than this project. */
function isOfProject(project: Project, { backend }: InstallMachine, folder: string): boolean {
	const root = project.backend === "" ? backend : backend.slice(0, -project.backend.length - 1);
	return folder.startsWith(`${root}/`);
}

/**
 * The tool's own commands, as {@link Manifest.updateCommands} shows them; what they set in front is among the variables. uv removes
 * whatever the project does not declare, which is for the project's own environment alone.
 */
function toolSteps({ updateCommands }: Manifest, removes: boolean): InstallStep[] {
	return updateCommands.flatMap((command) => {
		const shown = removes ? command : command.replace(/^uv sync\b/, "uv sync --inexact");
		const [program, ...args] = shown.replace(/^\w+=\S+ /, "").split(" ");
		return program === undefined ? [] : [{ program, args, shown }];
	});
}

function pythonIn(folder: string, platform: string): string {
	return platform === "win32" ? `${folder}/Scripts/python.exe` : `${folder}/bin/python`;
}

function quoted(argument: string): string {
	return /^[\w./=:@,+-]+$/.test(argument) ? argument : `'${argument}'`;
}

function refused(message: string, nextStep: string): InstallRefusal {
	return { type: "refused", message, nextStep };
}
