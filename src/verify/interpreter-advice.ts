import { primaryManifest } from "../project/manifests/declared.ts";
import type { Project } from "../project/project.ts";

/** Why a project cannot be booted on this machine, and what to do about it, a sentence each. */
export interface Missing {
	readonly reason: string;
	readonly nextSteps: readonly string[];
}

/** What a boot of the project lacks before it has begun; null where nothing is known to be missing. */
export function whatIsMissing(project: Project): Missing | null {
	if (process.platform === "win32") {
		return {
			reason: "A boot needs process groups, which Windows does not have.",
			nextSteps: ["Run bootmend in WSL (https://learn.microsoft.com/windows/wsl/)."],
		};
	}
	if (project.target === null) {
		return { reason: "No application was found to start.", nextSteps: ["Name it: --target src.main:app"] };
	}
	if (project.environment.pythonPath === null) {
		return { reason: "There is no environment that holds the backend's packages.", nextSteps: installSteps(project) };
	}
	const { environment } = project;
	if (environment.kind === "catalog") {
		return { reason: `${environment.pythonPath} has none of the backend's packages.`, nextSteps: installSteps(project) };
	}
	if (environment.findModule("uvicorn").found === "missing") {
		return { reason: `uvicorn is not installed for ${environment.pythonPath}.`, nextSteps: serverSteps(project) };
	}
	return null;
}

/** How to make an environment and to install what the backend declares. */
function installSteps(project: Project): readonly string[] {
	const manifest = primaryManifest(project.manifests);
	const folder = project.backend === "" ? "" : `cd ${project.backend} && `;
	const another = "If they are installed elsewhere, name the interpreter: --python path/to/venv";
	if (manifest === null) {
		return [`Make one: ${folder}python3 -m venv .venv && .venv/bin/pip install fastapi uvicorn`, another];
	}
	const command = manifest.installCommand;
	const whole = command.startsWith("pip ") ? `python3 -m venv .venv && .venv/bin/${command}` : command;
	return [`Install what is declared: ${folder}${whole}`, another];
}

/** What to do where the interpreter has no uvicorn. */
export function serverSteps(project: Project): readonly string[] {
	const python = project.environment.pythonPath ?? "python3";
	return [`Install the server: ${python} -m pip install uvicorn`, ...installSteps(project)];
}
