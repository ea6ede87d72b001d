import { defineRule } from "../../audit/rule.ts";
import { markerApplies } from "../../environment/marker.ts";
import { closeOver, primaryManifest, startUpRequirements } from "../../project/manifests/declared.ts";
import type { Manifest, Requirement } from "../../project/manifests/manifest.ts";
import { distributionsOf, packageOf } from "../../project/manifests/third-party-imports.ts";
import { unknownPackageFor } from "../../project/manifests/unknown-packages.ts";
import type { Project } from "../../project/project.ts";
import { listOptionalUses } from "./uses/all-uses.ts";
import { listLibraryParts } from "./uses/library-parts.ts";
import { firstMissing } from "./uses/third-party-uses.ts";

interface Evidence {
	/** As declared, in the order of the manifest. */
	readonly names: readonly string[];
	/** The first thing of start-up that fails for want of one of them. */
	readonly failing: {
		/** `src/auth.py:3 imports jose`. */
		readonly what: string;
		readonly error: string;
		readonly stage: "import" | "startup";
		readonly order: number;
	} | null;
	readonly command: string;
	readonly environment: string;
}

const main = `import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/claims")
def read_claims(token: str):
    return jwt.decode(token, options={"verify_signature": False})
`;

export default defineRule<Evidence>({
	name: "declared-not-installed",
	category: "DEPENDENCY",
	summary: "Declared packages are not installed in the project's environment",
	story: "The manifest was changed, or the environment is older than it: the code imports what nobody has installed yet.",
	references: ["https://pip.pypa.io/en/stable/cli/pip_install/"],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\npyjwt\n", "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\npyjwt\n", "main.py": main },
		installed: {
			before: { fastapi: "0.115.0", uvicorn: "0.30.0" },
			after: { fastapi: "0.115.0", uvicorn: "0.30.0", pyjwt: "2.10.1" },
		},
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		// Without an environment of the project's own, nothing is installed, and everybody knows it.
		if (manifest === null || project.environment.kind !== "interpreter") return;
		const missing = [
			...manifest.requirements.filter((requirement) => requirement.group === "" && isMissing(project, requirement)),
			...neededFromOtherLists(project, manifest),
		];
		const brought = missingAndBrought(project, manifest);
		const first = missing[0] ?? manifest.requirements.find(({ normalized }) => normalized === brought[0]?.chain[0]);
		if (first === undefined) return;
		const names = [
			...new Set(missing.map(({ name }) => name)),
			...brought.map(({ name, chain }) => `${name} (which ${chain.at(-2)} requires)`),
		];
		const lacking = new Set([...missing.map(({ normalized }) => normalized), ...brought.map(({ name }) => name)]);
		const [failing = null] = failures(project, lacking);
		const { installCommand: command } = project.manifests.find(({ requirements }) => requirements.includes(first)) ?? manifest;
		const evidence = { names, failing, command, environment: project.environment.pythonEvidence };
		yield { subject: manifest.path, path: first.path, range: first.range, evidence };
	},

	describe({ evidence }) {
		const { names, failing, command, environment } = evidence;
		const isOne = names.length === 1;
		const listed = names.length > 6 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
		return {
			severity: failing === null ? "MEDIUM" : "CRITICAL",
			stage: failing?.stage ?? "none",
			problem: `${listed} ${isOne ? "is" : "are"} declared and not installed`,
			rootCause: `The environment (${environment}) does not have ${isOne ? "it" : "them"}.${failing === null ? " Start-up gets by without." : ` At start-up, ${failing.what}.`}`,
			...(failing === null ? {} : { expectedError: failing.error, order: failing.order }),
			failsOn: failing === null ? [] : ["this-machine"],
			manualSteps: [`The code is right as it is: run ${command} in the project's environment.`],
		};
	},
});

function isMissing(project: Project, requirement: Requirement): boolean {
	const { normalized, marker, url } = requirement;
	if (normalized === "" || url !== null) return false;
	return markerApplies(marker, project.environment.python) === true && !project.environment.distributions.has(normalized);
}

/**
 * What is not installed of the groups and of the other lists that a start-up file installs, and what start-up fails for; what else they
 * hold, such as test runners, nobody misses.
 */
function neededFromOtherLists(project: Project, manifest: Manifest): readonly Requirement[] {
	const others = startUpRequirements(project.manifests).filter(
		(requirement) => requirement.path !== manifest.path || requirement.group !== "",
	);
	const missing = others.filter((requirement) => isMissing(project, requirement));
	const needed = new Set(
		failures(project, new Set(missing.map(({ normalized }) => normalized))).flatMap(({ providers }) => providers),
	);
	return missing.filter(({ normalized }) => needed.has(normalized));
}

/** Packages that what is declared requires, that are not installed, and whose lack an own import or some library fails for. */
function missingAndBrought(project: Project, manifest: Manifest): { readonly name: string; readonly chain: readonly string[] }[] {
	const main = manifest.requirements.filter(({ group }) => group === "");
	const { provided } = closeOver(main, project.manifests, project.environment);
	const names = new Set(failingImports(project).flatMap(({ providers }) => providers.slice(0, 1)));
	for (const { providers, importName } of listLibraryParts(project))
		if (project.environment.findModule(importName).found === "missing") for (const name of providers) names.add(name);
	return [...names].flatMap((name) => {
		const chain = provided.get(name) ?? [];
		return chain.length > 1 && !project.environment.distributions.has(name) ? [{ name, chain }] : [];
	});
}

interface Failure extends NonNullable<Evidence["failing"]> {
	/** The distributions that bring what is missed. */
	readonly providers: readonly string[];
}

/** The places of start-up that fail for want of one of them, first to last: imports, and what needs one without importing it. */
function failures(project: Project, missing: ReadonlySet<string>): readonly Failure[] {
	if (missing.size === 0) return [];
	return [...failingImports(project), ...failingNeeds(project)]
		.filter(({ providers }) => providers.some((name) => missing.has(name)))
		.toSorted((a, b) => a.order - b.order);
}

function failingImports(project: Project): Failure[] {
	const { environment, trace } = project;
	return trace.externalImports.flatMap(({ module, importer, range, stage, reached, guarded, deferred, order }) => {
		const top = packageOf(module);
		if (!reached || guarded || deferred || environment.findModule(top).found !== "missing") return [];
		const known = distributionsOf(module, environment);
		const at = `${importer.path}:${importer.lines.positionAt(range.start).line}`;
		return [
			{
				what: `${at} imports ${module}`,
				error: `ModuleNotFoundError: No module named '${firstMissing(environment, top)}'`,
				stage,
				order,
				providers: known.length > 0 ? known : [unknownPackageFor(top, project) ?? ""],
			},
		];
	});
}

function failingNeeds(project: Project): Failure[] {
	const { environment } = project;
	return listOptionalUses(project).flatMap(({ providers, importName, what, module, range, stage, order, error }) => {
		if (stage === "request" || order === null || environment.findModule(importName).found !== "missing") return [];
		const at = `${module.path}:${module.lines.positionAt(range.start).line}`;
		return [{ what: `${what} (${at}) needs ${importName}`, error, stage, order, providers }];
	});
}
