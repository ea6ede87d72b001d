import { defineRule } from "../../audit/rule.ts";
import { markerApplies } from "../../environment/marker.ts";
import { versionSatisfies } from "../../environment/pep440.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import type { LockFile } from "../../project/manifests/lock-files.ts";
import type { Manifest, Requirement } from "../../project/manifests/manifest.ts";
import { folderOf } from "../../project/manifests/paths.ts";
import { poetryContentHashes } from "../../project/manifests/poetry-content-hash.ts";
import { installingCommand, overriddenPackages } from "../../project/manifests/resolution.ts";
import { distributionsOf } from "../../project/manifests/third-party-imports.ts";
import type { Project, SourceTree } from "../../project/project.ts";
import { listThirdPartyUses } from "./uses/third-party-uses.ts";

/** What the tool does about a lock that is older than its manifest: stops, installs what it says, or writes it anew. */
type Treatment = "refused" | "followed" | "renewed";

interface Evidence {
	readonly lock: string;
	/** `h11`, `fastapi>=0.116 (0.110.0 is locked)`, in the manifest's order; empty where only poetry's hash tells. */
	readonly lacking: readonly string[];
	readonly treatment: Treatment;
	/** The line that installs, `Dockerfile:7`; null where no file orders it. */
	readonly installedAt: string | null;
	/** The first import of start-up that a lock without the package leaves missing, where the lock is followed. */
	readonly missed: { readonly module: string; readonly at: string; readonly order: number | null } | null;
	readonly tool: LockFile["kind"];
	readonly commands: readonly string[];
}

const main = "import h11\nfrom fastapi import FastAPI\n\napp = FastAPI(version=h11.__version__)\n";
const project =
	'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["fastapi", "h11", "uvicorn"]\n';
const lockOf = (names: readonly string[]): string =>
	["version = 1", ...names.map((name) => `\n[[package]]\nname = "${name}"\nversion = "1.0"`), ""].join("\n");
const image = "FROM python:3.12\nCOPY . .\nRUN uv sync --locked\n";

export default defineRule<Evidence>({
	name: "stale-lock",
	category: "DEPENDENCY",
	summary: "A lock file is older than what the manifest declares",
	story:
		"A line is written into the manifest by hand, and the lock file stays as it was: the tool refuses to install, or it installs without what the code imports.",
	references: ["https://docs.astral.sh/uv/concepts/projects/sync/", "https://python-poetry.org/docs/basic-usage/"],
	example: {
		before: { "pyproject.toml": project, "uv.lock": lockOf(["fastapi", "uvicorn"]), Dockerfile: image, "main.py": main },
		after: { "pyproject.toml": project, "uv.lock": lockOf(["fastapi", "h11", "uvicorn"]), Dockerfile: image, "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		const lock = manifest?.lock ?? null;
		if (manifest === null || lock === null || lock.brokenAt !== null || lock.names.size === 0) return;
		const treatment = treatmentOf(project.files, manifest, lock);
		const isAsHashed = lock.kind === "poetry" ? isMadeOf(lock, project.files.get(manifest.path)?.text ?? "") : null;
		const lacking = treatment === null || isAsHashed === true ? [] : lackingIn(lock, manifest, project);
		const first = lacking[0]?.requirement ?? (isAsHashed === false ? manifest.requirements[0] : undefined);
		if (treatment === null || first === undefined) return;
		const absent = new Set(lacking.map(({ requirement }) => requirement.normalized).filter((name) => !lock.names.has(name)));
		const evidence: Evidence = {
			lock: lock.path,
			lacking: lacking.map(({ requirement, locked }) => inWords(requirement, locked)),
			treatment,
			installedAt: manifest.installedBy,
			missed: treatment === "followed" ? firstMissed(project, absent) : null,
			tool: lock.kind,
			commands: [`${lock.kind} lock`, ...manifest.updateCommands.slice(-1)],
		};
		yield { subject: lock.path, path: first.path, range: first.range, evidence };
	},

	describe({ path, evidence }) {
		const { lock, lacking, treatment, installedAt, missed, tool, commands } = evidence;
		const listed = lacking.length > 4 ? `${lacking.slice(0, 3).join(", ")} and ${lacking.length - 3} more` : lacking.join(", ");
		const stops = (treatment === "refused" && installedAt !== null) || missed !== null;
		const refusal = treatment === "refused" ? refusals[tool] : undefined;
		return {
			severity: stops ? "CRITICAL" : treatment === "refused" ? "HIGH" : "MEDIUM",
			stage: stops ? "import" : "none",
			problem: lacking.length === 0 ? `${lock} is older than ${path}` : `${lock} is older than ${path}: it lacks ${listed}`,
			rootCause: `${path} was changed, and the lock file was not written anew. ${consequence(evidence)}`,
			...(missed !== null
				? {
						expectedError: `ModuleNotFoundError: No module named '${missed.module}'`,
						...(missed.order === null ? {} : { order: missed.order }),
					}
				: stops && refusal !== undefined
					? { expectedError: refusal, order: -1 }
					: {}),
			failsOn: stops ? ["clean-install"] : [],
			manualSteps: [`A lock file is written by its tool alone: run ${commands.join(", then ")}, and commit ${lock}.`],
		};
	},
});

/** What the tools print, see their sources. */
const refusals: Readonly<Partial<Record<LockFile["kind"], string>>> = {
	uv: "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided. To update the lockfile, run `uv lock`.",
	poetry: "pyproject.toml changed significantly since poetry.lock was last generated. Run `poetry lock` to fix the lock file.",
};

function consequence({ treatment, installedAt, missed, tool }: Evidence): string {
	const by = installedAt === null ? `${tool} install` : installedAt;
	if (treatment === "refused")
		return `${installedAt === null ? by : `The installation at ${by}`} refuses it, and installs nothing.`;
	if (treatment === "renewed") return `${tool} writes it anew when it installs, so every machine gets releases of another day.`;
	const missing = missed === null ? "" : ` ${missed.at} imports ${missed.module}, which is then not there.`;
	return `The installation at ${by} installs what is locked, and nothing else.${missing}`;
}

/** By poetry's hash; null where it has none, or none can be made here. */
function isMadeOf({ contentHash }: LockFile, pyproject: string): boolean | null {
	const hashes = contentHash === null ? [] : poetryContentHashes(pyproject);
	return hashes.length === 0 ? null : hashes.some((each) => each === contentHash);
}

function inWords({ name, specifier }: Requirement, locked: string | null): string {
	return locked === null ? name : `${name}${specifier} (${locked} is locked)`;
}

/** What the main list declares and the lock does not have, with the version that it has instead. */
function lackingIn(
	lock: LockFile,
	manifest: Manifest,
	{ environment, files }: Project,
): { readonly requirement: Requirement; readonly locked: string | null }[] {
	const overridden = overriddenPackages(files, manifest);
	const main = manifest.requirements.filter(({ group, path }) => group === "" && path === manifest.path);
	return main.flatMap((requirement): { requirement: Requirement; locked: string | null }[] => {
		const { normalized, marker, url, specifier } = requirement;
		if (normalized === "" || normalized === "python" || markerApplies(marker, environment.python) !== true) return [];
		if (!lock.names.has(normalized) || lock.declared?.has(normalized) === false) return [{ requirement, locked: null }];
		const locked = lock.versions.get(normalized);
		const isOne = main.filter((each) => each.normalized === normalized).length === 1;
		// Releases before a final one, and those of a repository, are judged by their tool.
		if (locked === undefined || url !== null || !isOne || overridden.has(normalized) || !/^\d+(?:\.\d+)*$/.test(locked))
			return [];
		return versionSatisfies(locked, specifier) === false ? [{ requirement, locked }] : [];
	});
}

/** How the installation for start-up treats a stale lock; null where it does not look at it. Without an order, the plain command counts. */
function treatmentOf(files: SourceTree, manifest: Manifest, { kind, path }: LockFile): Treatment | null {
	const { installedBy } = manifest;
	const command = installingCommand(files, manifest);
	if (installedBy === null) return manifest.installer === kind ? (kind === "poetry" ? "refused" : "renewed") : null;
	const script = files.get(installedBy.replace(/:\d+$/, ""))?.text ?? "";
	if (!command.includes(kind) || /\buv pip\b|\bexport\b/.test(command)) return null;
	if (new RegExp(`\\b${kind}\\s+(?:lock|update|add|upgrade)\\b`).test(script)) return null;
	if (/^FROM\s/im.test(script) && !bringsLock(script, path)) return null;
	switch (kind) {
		case "uv":
			// Other commands of the script have options of their own: `uv run --no-sync` beside a plain `uv sync`.
			if (/--frozen\b|--no-sync\b/.test(command) || /\bUV_FROZEN\b/.test(script)) return "followed";
			return /--locked\b/.test(command) || /\bUV_LOCKED\b/.test(script) ? "refused" : "renewed";
		case "poetry":
			// Up to 1.4 it warned, and installed what is locked.
			return /\bpoetry["']?==["']?(?:0|1\.[0-4])\./.test(script) || /\bPOETRY_VERSION=["']?(?:0|1\.[0-4])\./.test(script)
				? "followed"
				: "refused";
		case "pipenv":
			if (/--deploy\b/.test(script)) return "refused";
			return /\bpipenv\s+sync\b|--ignore-pipfile\b/.test(script) ? "followed" : "renewed";
		case "pdm":
			return /\bpdm\s+sync\b|--frozen-lockfile\b|--no-lock\b/.test(script) ? "followed" : "renewed";
	}
}

/** Does an image get the lock file: by its name, with its folder, or with a pattern? */
function bringsLock(dockerfile: string, path: string): boolean {
	const name = path.slice(folderOf(path) === "" ? 0 : folderOf(path).length + 1);
	const places = dockerfile.match(/^[ \t]*(?:COPY|ADD|RUN)\b.*(?:\\\r?\n.*)*/gim) ?? [];
	return places.some(
		(each) => each.includes(name) || (/^\s*(?:COPY|ADD)\b/i.test(each) && /[*?]|\s\.{1,2}\/?\s|\/\s/.test(each)),
	);
}

/** The first import of start-up that one of these packages brings, and no other that is locked. */
function firstMissed(project: Project, absent: ReadonlySet<string>): Evidence["missed"] {
	for (const { name, module, range, deferred, order } of listThirdPartyUses(project)) {
		const wanted = distributionsOf(name, project.environment);
		const [best] = wanted;
		if (deferred || best === undefined || !absent.has(best)) continue;
		const at = `${module.path}:${module.lines.positionAt(range.start).line}`;
		return { module: name.split(".")[0] ?? name, at, order };
	}
	return null;
}
