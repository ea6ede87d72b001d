import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import {
	closeOver,
	possibleClosure,
	primaryManifest,
	type RequirementClosure,
	startUpRequirements,
} from "../../project/manifests/declared.ts";
import { addExtra, fileOfMainList } from "../../project/manifests/edit.ts";
import { findMisspelling } from "../../project/manifests/misspelt-names.ts";
import { packageAddition } from "../../project/manifests/package-addition.ts";
import { mayComeUnseen } from "../../project/manifests/unknown-packages.ts";
import type { Project } from "../../project/project.ts";
import { atStart } from "../../text/sentences.ts";
import type { CodeChange, OptionalUse } from "../repair/packages/optional-use.ts";
import { listOptionalUses } from "./uses/all-uses.ts";
import { asElsewhere, declarePackage } from "./uses/declare-package.ts";
import { findGoneModule, type GoneModule, withFormerModule } from "./uses/gone-module.ts";
import { lackFailsOn, placeInWords, stepsWithoutManifest } from "./uses/installation-words.ts";

interface Evidence {
	readonly distribution: string;
	/** The module that it is needed for. */
	readonly importName: string;
	readonly extras: readonly string[];
	readonly floor: string | null;
	readonly what: string;
	/** Path of the manifest that should declare it, or null where the backend has none. */
	readonly manifest: string | null;
	readonly missingHere: boolean;
	/** Is there no environment of the project's own, and so nothing installed here? */
	readonly isEmpty: boolean;
	readonly missingAfterInstall: boolean;
	readonly stage: OptionalUse["stage"];
	readonly order: number | null;
	readonly error: string;
	readonly instead: CodeChange | null;
	/** It comes, in releases that lack the module: the first of them; null where nothing brings it. */
	readonly goneFrom: string | null;
}

const modelModule = `from fastapi import FastAPI
from pydantic import BaseModel, EmailStr


class UserCreate(BaseModel):
    email: EmailStr


app = FastAPI()
`;

export default defineRule<Evidence>({
	name: "missing-optional-dependency",
	category: "DEPENDENCY",
	summary: "A package that nothing imports by name is needed and not declared",
	story:
		"EmailStr, form parameters, templates, signed sessions and database URLs need packages of their own. Without them the server stops at the line that uses them, with no import in sight.",
	references: [
		"https://docs.pydantic.dev/latest/api/networks/#pydantic.networks.EmailStr",
		"https://fastapi.tiangolo.com/tutorial/request-forms/",
		"https://docs.sqlalchemy.org/en/21/orm/extensions/asyncio.html#asyncio-install",
	],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\n", "main.py": modelModule },
		after: { "requirements.txt": "fastapi\nuvicorn\nemail-validator\n", "main.py": modelModule },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		const closure = possibleClosure(project.manifests, project.environment);
		const atStartUp = closeOver(startUpRequirements(project.manifests), project.manifests, project.environment);
		const declaredNames = new Set(
			project.manifests.flatMap(({ requirements }) => requirements.map(({ normalized }) => normalized)),
		);
		const reported = new Set<string>();
		for (const use of listOptionalUses(project)) {
			const { providers, importName, extras, floor, what, module, range, stage, order, error } = use;
			const distribution = providers.find((name) => declaredNames.has(name)) ?? providers[0];
			if (distribution === undefined || reported.has(distribution)) continue;
			const gone = goneFromLibrary(project, use);
			const missingHere = gone?.isLacking ?? isMissingHere(project, use);
			const isBrought = use.library === undefined || closure.provided.has(use.library);
			const isNotInstalled = gone?.everywhere ?? isMissingAfterInstall(closure, providers, use, project);
			const missingAfterInstall = manifest !== null && isBrought && isNotInstalled;
			if (!missingHere && !missingAfterInstall) continue;
			// Declared and only not installed: that has a rule of its own.
			if (gone === null && providers.some((name) => (missingHere ? atStartUp : closure).provided.has(name))) continue;
			if (findMisspelling(providers, project) !== null) continue;
			reported.add(distribution);
			const manifestPath = manifest === null ? null : fileOfMainList(manifest);
			const evidence = {
				distribution,
				importName,
				extras,
				floor,
				what,
				manifest: manifestPath,
				missingHere,
				isEmpty: project.environment.kind === "catalog",
				missingAfterInstall,
				stage,
				order,
				error,
				instead: use.instead ?? null,
				goneFrom: gone?.from ?? null,
			};
			yield { subject: `${distribution}:${importName}`, path: module.path, range, evidence };
		}
	},

	describe({ evidence }) {
		const { distribution, what, manifest, isEmpty, missingHere, missingAfterInstall, stage, order, error } = evidence;
		const { goneFrom, importName } = evidence;
		const here = placeInWords(missingHere, isEmpty);
		const declared = manifest === null ? "the backend has no manifest that declares it" : `${manifest} does not declare it`;
		return {
			severity: stage === "request" ? "HIGH" : "CRITICAL",
			stage,
			problem:
				goneFrom === null
					? `${distribution} is needed by ${what}, and ${declared}`
					: `${importName} is needed by ${what}, and ${distribution} does not bring it from ${goneFrom} on`,
			rootCause:
				goneFrom === null
					? `${atStart(what)} works only with ${distribution}, an optional package that no other declared one brings. ${here}`
					: `What is declared allows releases of ${distribution} without ${importName}, and an installation takes the newest. ${here}`,
			expectedError: error,
			failsOn: lackFailsOn(missingHere, isEmpty, missingAfterInstall),
			...(order === null ? {} : { order }),
			manualSteps: stepsWithoutManifest(manifest, distribution),
		};
	},

	fix({ evidence }, project) {
		const { instead, goneFrom, distribution, importName } = evidence;
		const manifest = primaryManifest(project.manifests);
		if (goneFrom !== null) return manifest === null ? undefined : withFormerModule(project, manifest, distribution, importName);
		if (instead !== null)
			return { title: instead.title, explanation: instead.explanation, applicability: "safe", edits: [instead.edit] };
		return extraProposal(evidence, project) ?? requirementProposal(evidence, project);
	},

	alternatives({ evidence }, project) {
		if (evidence.goneFrom !== null) return [];
		const isFirst = evidence.instead === null && extraProposal(evidence, project) === undefined;
		const plain = isFirst ? undefined : requirementProposal(evidence, project);
		return plain === undefined ? [] : [plain];
	},
});

/** What a library imports of a package that comes with it, in releases that lack that module by now. */
function goneFromLibrary(project: Project, { library, importName }: OptionalUse): (GoneModule & { isLacking: boolean }) | null {
	if (library === undefined) return null;
	const isLacking = project.environment.findModule(importName).found === "missing";
	const gone = findGoneModule(project, importName, isLacking);
	return gone === null ? null : { ...gone, isLacking: isLacking && project.environment.kind === "interpreter" };
}

function isMissingHere(project: Project, { providers, importName }: OptionalUse): boolean {
	const { environment } = project;
	if (environment.kind !== "interpreter") return false;
	return environment.findModule(importName).found === "missing" && !providers.some((name) => environment.distributions.has(name));
}

/** Certain only where everything that the declared packages bring is known. */
function isMissingAfterInstall(
	closure: RequirementClosure,
	providers: readonly string[],
	use: OptionalUse,
	project: Project,
): boolean {
	if (providers.some((name) => closure.provided.has(name))) return false;
	return !mayComeUnseen(providers, use.importName, project, false) || isNeverBrought(use, project);
}

/** A driver is declared by whoever uses it; libraries that bring one along are rare, and then it is installed here. */
function isNeverBrought({ providers }: OptionalUse, project: Project): boolean {
	return project.environment.kind === "interpreter" && !providers.some((name) => project.environment.distributions.has(name));
}

/** greenlet comes best as SQLAlchemy's extra, where SQLAlchemy is declared. */
function extraProposal(evidence: Evidence, project: Project): FixProposal | undefined {
	const manifest = primaryManifest(project.manifests);
	if (manifest === null || evidence.distribution !== "greenlet") return undefined;
	const requirement = manifest.requirements.find(({ normalized, group }) => normalized === "sqlalchemy" && group === "");
	const edits = requirement === undefined ? null : addExtra(project.files, requirement, "asyncio");
	if (edits === null) return undefined;
	return {
		title: "Ask for sqlalchemy[asyncio]",
		explanation: "SQLAlchemy's extra asyncio brings greenlet, without which its async engine cannot be used.",
		applicability: "safe",
		edits,
		commands: manifest.updateCommands,
	};
}

function requirementProposal(evidence: Evidence, project: Project): FixProposal | undefined {
	const manifest = primaryManifest(project.manifests);
	if (manifest === null) return undefined;
	const { distribution, importName, extras, floor, what } = evidence;
	const known = packageAddition(distribution, extras, project.environment, importName);
	const reason = `${atStart(what)} needs ${distribution}; once it is declared, every installation brings it.`;
	const addition = asElsewhere({ ...known, floor: known.floor ?? floor }, project, distribution);
	return declarePackage(project, manifest, distribution, addition, reason);
}
