import { defineRule } from "../../audit/rule.ts";
import type { PythonVersion } from "../../environment/environment.ts";
import { markerApplies } from "../../environment/marker.ts";
import { pinnedVersion, versionSatisfies } from "../../environment/pep440.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import type { Manifest } from "../../project/manifests/manifest.ts";
import { installingCommand } from "../../project/manifests/resolution.ts";
import type { Project } from "../../project/project.ts";

interface Evidence {
	/** `the project`, or the pinned package with its version. */
	readonly who: string;
	readonly requires: string;
	/** `3.11`. */
	readonly python: string;
	readonly evidence: string;
	readonly command: string;
	/** A pinned package that no installation on this Python can bring. */
	readonly isPackage: boolean;
	/** Does the installation that the project orders, or its only one, certainly end with this? */
	readonly isRefused: boolean;
}

const main = "from fastapi import FastAPI\n\napp = FastAPI()\n";

const pyproject = (requires: string): string =>
	`[project]\nname = "shop"\nversion = "1.0"\nrequires-python = "${requires}"\ndependencies = ["fastapi", "uvicorn"]\n`;

export default defineRule<Evidence>({
	name: "requires-another-python",
	category: "DEPENDENCY",
	summary: "What is declared needs another Python than the project has",
	story: "The installer refuses a package, or the project itself, because the interpreter is too old or too new for it.",
	references: ["https://packaging.python.org/en/latest/specifications/core-metadata/#requires-python"],
	example: {
		before: { "pyproject.toml": pyproject(">=3.13"), ".python-version": "3.11\n", "main.py": main },
		after: { "pyproject.toml": pyproject(">=3.11"), ".python-version": "3.11\n", "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null) return;
		const { environment } = project;
		const python = `${environment.python.major}.${environment.python.minor}`;
		const base = { python, evidence: environment.pythonEvidence, command: manifest.installCommand };
		const { requiresPython, requiresPythonRange, path } = manifest;
		if (requiresPython !== null && requiresPythonRange !== null && excludes(requiresPython, environment.python)) {
			const isRefused = isInstalledWith(project, manifest);
			const evidence = { ...base, who: "the project", requires: requiresPython, isPackage: false, isRefused };
			yield { subject: "requires-python", path, range: requiresPythonRange, evidence };
		}
		for (const { name, normalized, specifier, marker, group, path, range } of manifest.requirements) {
			const distribution = environment.distributions.get(normalized);
			const requires = distribution?.requiresPython ?? null;
			if (group !== "" || requires === null || distribution?.version !== pinnedVersion(specifier)) continue;
			if (markerApplies(marker, environment.python) !== true || !excludes(requires, environment.python)) continue;
			const evidence = { ...base, who: `${name} ${distribution.version}`, requires, isPackage: true, isRefused: true };
			yield { subject: normalized, path, range, evidence };
		}
	},

	describe({ evidence }) {
		const { who, requires, python, evidence: how, command, isPackage, isRefused } = evidence;
		return {
			severity: isRefused ? "CRITICAL" : "MEDIUM",
			stage: isRefused ? "import" : "none",
			problem: `${who} needs Python ${requires}, and the project has ${python}`,
			rootCause: isPackage
				? `The Python of the project is ${python} (${how}). ${command} finds no ${who} for it, and installs nothing.`
				: `The Python of the project is ${python} (${how}). ${command} ${isRefused ? "refuses it, and installs nothing" : "refuses it or takes another one"}.`,
			failsOn: isRefused ? ["clean-install"] : [],
			...(isRefused ? { order: -1 } : {}),
			manualSteps: [
				`Make the environment with a Python that is ${requires}, or ask for a version that supports Python ${python}.`,
			],
		};
	},

	fix({ path, range, evidence }) {
		const { isPackage, requires, python } = evidence;
		// Only a plain lower bound can be lowered without a guess; upper bounds are there for a reason.
		if (isPackage || !/^\s*>=\s*3\.\d+(?:\.\d+)?\s*$/.test(requires)) return undefined;
		return {
			title: `Allow Python ${python}`,
			explanation: `Right if the code needs nothing newer than Python ${python}; otherwise skip this and make the environment with a newer one.`,
			applicability: "review",
			edits: [{ path, range, newText: `>=${python}` }],
		};
	},
});

/**
 * Is the project itself certainly installed with the Python that its own files name? uv and pyenv take `.python-version` at its word; in
 * an image pip has the Python of the image.
 */
function isInstalledWith({ environment, files }: Project, manifest: Manifest): boolean {
	if (environment.kind !== "catalog" || !/(^|\/)pyproject\.toml$/.test(manifest.path)) return false;
	const command = installingCommand(files, manifest);
	if (/--python\b|\s-p\s|--no-root\b/.test(command)) return false;
	const { pythonEvidence: how } = environment;
	if (/(^|\/)\.python-version$/.test(how)) return true;
	const image = manifest.installedBy?.replace(/:\d+$/, "");
	return image !== undefined && how.startsWith(`${image}:`) && /\bpip3?["',\s]+install\b.*["',\s]\.(?:[/"',\s[]|$)/.test(command);
}

/** Is no release of this minor version allowed? */
function excludes(specifier: string, { major, minor }: PythonVersion): boolean {
	return [0, 1, 4, 8, 15, 99].every((patch) => versionSatisfies(`${major}.${minor}.${patch}`, specifier) === false);
}
