import { parse } from "smol-toml";
import type { EnvironmentOptions } from "../environment/open-environment.ts";
import type { PackageFiles } from "../environment/package-files.ts";
import { pinnedVersion } from "../environment/pep440.ts";
import { primaryManifest, startUpRequirements } from "../project/manifests/declared.ts";
import { readLockFiles } from "../project/manifests/lock-files.ts";
import type { Manifest, Requirement } from "../project/manifests/manifest.ts";
import type { SourceTree } from "../project/project.ts";
import { pythonHints } from "./python-hints.ts";

interface Backend {
	readonly root: string;
	/** Relative to the root. */
	readonly folder: string;
	readonly files: SourceTree;
	readonly manifests: readonly Manifest[];
}

/** What says on which Python and which packages the backend would run: its manifests, lock files and deployment files. */
export function environmentOptions(
	backend: Backend,
	packages: PackageFiles,
	python: string | null,
	variables: Readonly<Record<string, string | undefined>>,
): EnvironmentOptions {
	const primary = primaryManifest(backend.manifests);
	const [lock] = readLockFiles(backend.files, backend.folder);
	const constraints = primary?.constraints ?? [];
	return {
		files: packages,
		search: {
			root: backend.root,
			backend: backend.folder === "" ? backend.root : `${backend.root}/${backend.folder}`,
			override: python,
			variables,
			projectName: projectName(backend),
		},
		requirements: primary === null ? null : constrained(startUpRequirements(backend.manifests), constraints).map(withoutOwnName),
		locked: new Map([...pinsOf(constraints), ...(lock?.versions ?? [])]),
		pythonHints: pythonHints(backend),
	};
}

/** Requirements with what `-c` files allow of the same packages. */
function constrained(requirements: readonly Requirement[], constraints: readonly Requirement[]): readonly Requirement[] {
	return requirements.map((requirement) => {
		const limits = constraints.filter(({ normalized, marker }) => normalized === requirement.normalized && marker === null);
		const specifiers = [requirement, ...limits].map(({ specifier }) => specifier).filter((specifier) => specifier !== "");
		return limits.length === 0 ? requirement : { ...requirement, specifier: specifiers.join(",") };
	});
}

/** Versions that `-c` files pin, of whatever comes in. */
function pinsOf(constraints: readonly Requirement[]): readonly (readonly [string, string])[] {
	return constraints.flatMap(({ normalized, specifier, marker }) => {
		const version = marker === null ? pinnedVersion(specifier) : null;
		return version === null ? [] : [[normalized, version] as const];
	});
}

/** What comes from a folder of the repository is no published package, whatever its name. */
function withoutOwnName(requirement: Requirement): Requirement {
	const isLocal = requirement.url !== null && !requirement.url.includes("://");
	return isLocal ? { ...requirement, normalized: "" } : requirement;
}

function projectName(backend: Backend): string | null {
	const text = nearestFile(backend, "pyproject.toml")?.text;
	if (text === undefined) return null;
	try {
		const document = parse(text);
		const tables = [document.project, (document.tool as { poetry?: unknown } | undefined)?.poetry];
		for (const table of tables) {
			const name = (table as { name?: unknown } | undefined)?.name;
			if (typeof name === "string") return name;
		}
		return null;
	} catch {
		// Broken TOML is reported by the manifest reader.
		return null;
	}
}

function nearestFile(backend: Backend, name: string): { readonly text: string } | undefined {
	for (let folder = backend.folder; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
		const file = backend.files.get(folder === "" ? name : `${folder}/${name}`);
		if (file || folder === "") return file;
	}
}
