import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { vanishedModule } from "../../environment/vanished-modules.ts";
import {
	closeOver,
	isForDevelopment,
	possibleClosure,
	primaryManifest,
	type RequirementClosure,
	startUpRequirements,
} from "../../project/manifests/declared.ts";
import { fileOfMainList } from "../../project/manifests/edit.ts";
import { sourceOfList } from "../../project/manifests/generated-list.ts";
import type { Manifest } from "../../project/manifests/manifest.ts";
import { findMisspelling } from "../../project/manifests/misspelt-names.ts";
import { isAnotherAuthors, isMistakenlyDeclared } from "../../project/manifests/mistaken-names.ts";
import { distributionsOf, packageOf } from "../../project/manifests/third-party-imports.ts";
import { mayComeUnseen } from "../../project/manifests/unknown-packages.ts";
import type { Project } from "../../project/project.ts";
import { moveToRedis } from "./uses/aioredis-successor.ts";
import { declareImport, type ImportToDeclare, isOptionalEntry } from "./uses/declare-import.ts";
import { findGoneModule } from "./uses/gone-module.ts";
import { lackFailsOn, placeInWords, stepsWithoutManifest } from "./uses/installation-words.ts";
import { isInOwnFolder } from "./uses/own-folder.ts";
import { firstMissing, listThirdPartyUses, type ThirdPartyUse } from "./uses/third-party-uses.ts";
import { removeUnusedImports } from "./uses/unused-everywhere.ts";

interface Evidence extends ImportToDeclare {
	/** The part of it that Python does not find. */
	readonly missing: string;
	/** Path of the manifest that should declare it, or null where the backend has none. */
	readonly manifest: string | null;
	readonly missingHere: boolean;
	/** Is there no environment of the project's own, and so nothing installed here? */
	readonly isEmpty: boolean;
	readonly missingAfterInstall: boolean;
	/** Runs only when a function is called. */
	readonly deferred: boolean;
	readonly stage: "import" | "startup";
	readonly order: number | null;
}

const main = `from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/claims")
def read_claims(token: str):
    return jwt.get_unverified_claims(token)
`;

export default defineRule<Evidence>({
	name: "undeclared-import",
	category: "DEPENDENCY",
	summary: "A package is imported and no manifest declares it",
	story:
		"The backend starts on the machine of whoever once installed the package by hand, and on no other: a fresh clone, a container or a colleague stops at the import.",
	references: ["https://packaging.python.org/en/latest/discussions/distribution-package-vs-import-package/"],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\n", "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\npython-jose\n", "main.py": main },
	},

	*detect(project) {
		const declared = declaredBy(project);
		const reported = new Set<string>();
		for (const use of listThirdPartyUses(project)) {
			const candidates = distributionsOf(use.name, project.environment);
			const distribution = candidates[0];
			if (distribution === undefined || candidates.some((name) => reported.has(name))) continue;
			if (isOwnName(project, use) || isInOwnFolder(use, (dotted) => endingsOf(project).has(dotted))) continue;
			if (isMistakenlyDeclared(use.name, project) || isAnotherAuthors(use.name, project)) continue;
			if (findMisspelling(candidates, project) !== null) continue;
			const evidence = judge(project, use, candidates, declared);
			if (evidence === null) continue;
			for (const name of candidates) reported.add(name);
			yield { subject: distribution, path: use.module.path, range: use.range, evidence };
		}
	},

	describe({ evidence }) {
		const { module, distribution, manifest, elsewhere, isEmpty, missingHere, missingAfterInstall, deferred, stage, order } =
			evidence;
		const { goneFrom } = evidence;
		const provided = distribution === module.toLowerCase() ? "" : `${module} comes with ${distribution}. `;
		const declared =
			elsewhere === null
				? manifest === null
					? "the backend has no manifest"
					: `${manifest} does not declare it`
				: `only ${elsewhere} declares it`;
		const here = placeInWords(missingHere, isEmpty);
		const stops = missingHere || missingAfterInstall;
		return {
			severity: !stops ? "MEDIUM" : deferred ? "HIGH" : "CRITICAL",
			stage: deferred ? "request" : stage,
			problem:
				goneFrom === null
					? `${module} is imported and ${declared}`
					: `${module} is imported, and ${distribution} does not bring it from ${goneFrom} on`,
			rootCause:
				goneFrom === null
					? `${provided}An installation does not bring it, since ${declared}. ${here}`
					: `${provided}What is declared allows releases without it, and an installation takes the newest. ${here}`,
			expectedError: `ModuleNotFoundError: No module named '${evidence.missing}'`,
			failsOn: lackFailsOn(missingHere, isEmpty, missingAfterInstall),
			...(order === null ? {} : { order }),
			manualSteps: stepsWithoutManifest(manifest, distribution),
		};
	},

	fix({ evidence }, project) {
		return removal(evidence, project) ?? successor(evidence, project) ?? declareImport(evidence, project);
	},

	alternatives({ evidence }, project) {
		const isFirst = removal(evidence, project) === null && successor(evidence, project) === undefined;
		const declared = isFirst ? undefined : declareImport(evidence, project);
		return declared === undefined ? [] : [declared];
	},
});

/**
 * An import that nothing uses goes; where it fails, only one of names: a plain `import package` may be there for what the package does
 * when it is imported.
 */
function removal({ module, missingHere, elsewhere, goneFrom }: Evidence, project: Project): FixProposal | null {
	if (elsewhere !== null || goneFrom !== null) return null;
	const part = packageOf(module);
	const removed = removeUnusedImports(project, (dotted) => dotted === part || dotted.startsWith(`${part}.`));
	return missingHere && removed?.applicability !== "safe" ? null : removed;
}

/** aioredis has had no release since it became a part of redis, and its last one does not work from Python 3.11 on. */
function successor({ distribution, goneFrom }: Evidence, project: Project): FixProposal | undefined {
	return distribution === "aioredis" && goneFrom === null ? moveToRedis(project) : undefined;
}

interface Declared {
	readonly manifest: Manifest | null;
	/** What an installation for start-up brings. */
	readonly main: RequirementClosure;
	/** What the lists bring that are not in files for development alone, such as `requirements-dev.txt`. */
	readonly serving: RequirementClosure;
	/** What all lists of all manifests bring. */
	readonly all: RequirementClosure;
	/** What may come in; see {@link possibleClosure}. */
	readonly possible: RequirementClosure;
}

function declaredBy(project: Project): Declared {
	const { manifests, environment } = project;
	const manifest = primaryManifest(manifests);
	const all = manifests.flatMap(({ requirements }) => requirements);
	const main = startUpRequirements(manifests);
	const possible = possibleClosure(manifests, environment);
	return {
		manifest,
		possible,
		main: closeOver(main, manifests, environment),
		serving: closeOver(
			all.filter(({ path, group }) => group !== "" || !isForDevelopment(path)),
			manifests,
			environment,
		),
		all: closeOver(all, manifests, environment),
	};
}

/** What is certain about one use; null where it is provided, or where nobody can tell. */
function judge(project: Project, use: ThirdPartyUse, candidates: readonly string[], declared: Declared): Evidence | null {
	const { manifest, main, serving, all, possible } = declared;
	const [distribution] = candidates;
	if (distribution === undefined) return null;
	const { name: module, deferred, stage, order } = use;
	const part = vanishedModule(module)?.module ?? packageOf(module);
	const isLacking = project.environment.findModule(part).found === "missing";
	const missingHere = project.environment.kind === "interpreter" && isLacking;
	const isProvided = candidates.some((name) => main.provided.has(name));
	const gone = isProvided ? findGoneModule(project, module, isLacking) : null;
	if (isProvided && gone === null) return null;
	const base = {
		module,
		missing: firstMissing(project.environment, part),
		distribution,
		manifest: manifest === null ? null : fileOfMainList(manifest),
		deferred,
		stage,
		order,
		isEmpty: project.environment.kind === "catalog",
		goneFrom: gone?.from ?? null,
	};
	if (gone !== null)
		return { ...base, distribution: gone.distribution, elsewhere: null, missingHere, missingAfterInstall: gone.everywhere };
	const isKnown = !mayComeUnseen(candidates, module, project, true);
	const elsewhere = candidates.find((name) => all.provided.has(name));
	if (elsewhere !== undefined) {
		// What stands for a list that cannot be read may bring it.
		if (!missingHere && main.opaque.includes("")) return null;
		const stated = main.opaque.length === 0 && manifest?.installedBy != null;
		// Whoever installs the other list has it; it is certain that it lacks where a start-up file names this manifest, or the other is a developer's or this one's source.
		const isDevelopers = isKnown && manifest?.kind === "requirements" && !candidates.some((name) => serving.provided.has(name));
		const isAskedForNowhere = isKnown && !candidates.some((name) => possible.provided.has(name));
		return {
			...base,
			elsewhere: placeOf(project, elsewhere),
			missingHere,
			missingAfterInstall: stated || isDevelopers || isAskedForNowhere || isOutdated(project, manifest, candidates),
		};
	}
	const missingAfterInstall = manifest !== null && isKnown;
	return missingHere || missingAfterInstall ? { ...base, elsewhere: null, missingHere, missingAfterInstall } : null;
}

/** Was the list generated before its source declared the package? */
function isOutdated({ files, manifests }: Project, manifest: Manifest | null, candidates: readonly string[]): boolean {
	const source = manifest === null ? null : sourceOfList(files, manifest.path);
	const written = manifests.find(({ path }) => path === source?.path)?.requirements ?? [];
	return written.some(({ group, normalized }) => group === "" && candidates.includes(normalized));
}

/** The first place that declares it, lists for developers last. */
function placeOf({ manifests }: Project, distribution: string): string {
	for (const manifest of manifests.toSorted((a, b) => Number(isForDevelopment(a.path)) - Number(isForDevelopment(b.path)))) {
		const found = manifest.requirements.find(({ normalized }) => normalized === distribution);
		if (found === undefined) continue;
		if (found.group === "") return found.path;
		return isOptionalEntry(found) ? `an optional entry of ${found.path}` : `the group ${found.group} of ${found.path}`;
	}
	return "another manifest";
}

const endings = new WeakMap<Project, ReadonlyMap<string, readonly string[]>>();

/** What the names of own modules end in, whole parts only, with these names: `app.core.config`, `core.config` and `config`. */
function endingsOf(project: Project): ReadonlyMap<string, readonly string[]> {
	let known = endings.get(project);
	if (known === undefined) {
		const found = new Map<string, string[]>();
		for (const own of project.modules.keys()) {
			const parts = own.split(".");
			for (const index of parts.keys()) {
				const ending = parts.slice(index).join(".");
				const owners = found.get(ending);
				if (owners === undefined) found.set(ending, [own]);
				else owners.push(own);
			}
		}
		known = found;
		endings.set(project, known);
	}
	return known;
}

/**
 * Does an own module end in this name? Then the import has lost its root, and no package is missing. No module imports itself:
 * `app/db/redis.py` asks for the package.
 */
function isOwnName(project: Project, { name, module: importer }: ThirdPartyUse): boolean {
	const owners = endingsOf(project).get(name) ?? [];
	if (owners.some((own) => project.modules.get(own) !== importer)) return true;
	const [top] = name.split(".");
	return project.trace.failures.some(({ detail }) => {
		if (detail.type !== "module-not-found" || detail.requested !== name) return false;
		return (
			detail.meant !== null || (detail.own && [...project.modules.keys()].some((own) => own.split(".").includes(top ?? name)))
		);
	});
}
