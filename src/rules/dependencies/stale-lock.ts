import { defineRule } from "../../audit/rule.ts";
import { primaryManifest } from "../../project/manifests/declared.ts";
import type { LockFile } from "../../project/manifests/lock-files.ts";
import { type LockTreatment, treatmentOf } from "../../project/manifests/lock-treatment.ts";
import { compareLock, type LockDifference, type Unlocked } from "../../project/manifests/stale-lock.ts";
import { distributionsOf } from "../../project/manifests/third-party-imports.ts";
import type { Project } from "../../project/project.ts";
import { listThirdPartyUses } from "./uses/third-party-uses.ts";

interface Evidence {
	readonly lock: string;
	readonly difference: LockDifference;
	readonly treatment: LockTreatment;
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
		const difference = treatment === null ? null : compareLock(lock, manifest, project, treatment === "refused");
		const first = difference?.lacking[0]?.requirement ?? manifest.requirements[0];
		if (treatment === null || difference === null || first === undefined) return;
		const absent = new Set(
			difference.lacking.map(({ requirement }) => requirement.normalized).filter((name) => !lock.names.has(name)),
		);
		const evidence: Evidence = {
			lock: lock.path,
			difference,
			treatment,
			installedAt: manifest.installedBy,
			missed: treatment === "followed" ? firstMissed(project, absent) : null,
			tool: lock.kind,
			commands: [`${lock.kind} lock`, ...manifest.updateCommands.slice(-1)],
		};
		yield { subject: lock.path, path: first.path, range: first.range, evidence };
	},

	describe({ path, evidence }) {
		const { lock, difference, treatment, installedAt, missed, tool, commands } = evidence;
		const stops = (treatment === "refused" && installedAt !== null) || missed !== null;
		const refusal = treatment === "refused" ? refusals[tool] : undefined;
		return {
			severity: stops ? "CRITICAL" : treatment === "refused" ? "HIGH" : "MEDIUM",
			stage: stops ? "import" : "none",
			problem: `${lock} is older than ${path}${differenceInWords(difference)}`,
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
	uv: "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.",
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

function differenceInWords({ lacking, surplus, heading }: LockDifference): string {
	if (lacking.length > 0) return `: it lacks ${listed(lacking.map(inWords))}`;
	if (surplus.length > 0) return `: it has ${listed(surplus)}, which nothing declares any more`;
	return heading === null ? "" : `, which says ${heading} now`;
}

function listed(words: readonly string[]): string {
	return words.length > 4 ? `${words.slice(0, 3).join(", ")} and ${words.length - 3} more` : words.join(", ");
}

/** `fastapi>=0.116 (0.110.0 is locked)` */
function inWords({ requirement: { name, extras, specifier }, instead }: Unlocked): string {
	const asked = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
	return instead === null ? asked : `${asked}${specifier} (${instead})`;
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
