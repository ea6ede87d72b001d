import data from "../../../../data/version-pairs.json" with { type: "json" };
import type { Environment } from "../../../environment/environment.ts";
import { versionSatisfies } from "../../../environment/pep440.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import type { Requirement } from "../../../project/manifests/manifest.ts";
import { listThirdPartyImports } from "../../../project/manifests/third-party-imports.ts";
import type { Module, Project } from "../../../project/project.ts";
import type { TextRange } from "../../../text/range.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { emailType, listEmailFields } from "./email-fields.ts";
import { isMadeAtFirstStart } from "./first-start.ts";
import { isExternal } from "./names.ts";

/** A release and a later one of something else that do not work together; recorded by running them, see scripts/version-pairs. */
export interface VersionPair {
	readonly name: string;
	/** The oldest release that was tried; null where all were. */
	readonly since: string | null;
	/** The newest release of it that does not work. */
	readonly upTo: string;
	/** A distribution, or `python`. */
	readonly with: string;
	/** The oldest release of the other with which it does not. */
	readonly from: string;
	/** The first release of the one that works with every release of the other; null where there is none. */
	readonly mendedIn: string | null;
	/** What fails, a class that is called, a method or a module that is imported, → the line that Python prints. */
	readonly errors: Readonly<Record<string, string>>;
}

const recorded: readonly VersionPair[] = Object.values(data.pairs);

/** The pairs on record of which both are in an environment, with their versions there. */
export function installedPairs({ distributions, python, pythonIsCertain }: Environment): InstalledPair[] {
	return recorded.flatMap((pair) => {
		if (pair.with === "python" && !pythonIsCertain) return [];
		const first = distributions.get(pair.name)?.version;
		const second = pair.with === "python" ? `${python.major}.${python.minor}` : distributions.get(pair.with)?.version;
		if (first === undefined || second === undefined) return [];
		const range = `<=${pair.upTo}${pair.since === null ? "" : `,>=${pair.since}`}`;
		const clash = versionSatisfies(first, range) === true && versionSatisfies(second, `>=${pair.from}`) === true;
		return clash ? [{ pair, versions: [first, second] as const }] : [];
	});
}

/** Is a package asked for in an older version than the one with which another package that comes along fails? */
export function isKeptBack({ normalized, specifier }: Requirement, provided: ReadonlyMap<string, unknown>): boolean {
	return recorded.some(
		({ name, with: other, from }) =>
			other === normalized && provided.has(name) && versionSatisfies(from, specifier) === false && specifier.includes("<"),
	);
}

/** A pair that is installed together, with the two versions. */
export interface InstalledPair {
	readonly pair: VersionPair;
	readonly versions: readonly [string, string];
}

/** The place where a pair fails. */
export interface PairUse {
	readonly module: Module;
	readonly range: TextRange;
	/** What fails, as the code would write it: `openai.OpenAI`. */
	readonly callee: string;
	/** Where start-up certainly gets there; null where only requests may. */
	readonly atStartup: Pick<Call, "stage" | "order"> | null;
}

/** Where a pair fails: at the first call that start-up makes, else where the code that requests run has it. */
export function findPairUse(project: Project, pair: VersionPair): PairUse | null {
	const callees = Object.keys(pair.errors);
	const modules = callees.filter(isModule);
	const imported = modules.length === 0 ? null : importedAtStartup(project, modules);
	if (imported !== null || modules.length === callees.length) return imported;
	const typed = callees.find((callee) => emailType.test(callee));
	if (typed !== undefined) return emailUse(project, typed);
	const made = callees.some(isMethod) ? madeAtStartup(project, callees) : null;
	if (made === null && callees.some(isMethod)) return null;
	for (const call of project.trace.calls) {
		const callee = call.reached ? callees.find((name) => isCallOf(call, name)) : undefined;
		if (callee !== undefined && (!call.guarded || isMadeAtFirstStart(project, call)))
			return failureAt(call, callee, { stage: call.stage, order: call.order });
	}
	return made === null ? importedForRequests(project, pair, callees) : failureAt(made.call, made.callee, null);
}

/** A library that fails as soon as it is imported. */
function importedAtStartup(project: Project, modules: readonly string[]): PairUse | null {
	const certain = project.trace.externalImports
		.filter(({ reached, guarded, deferred }) => reached && !guarded && !deferred)
		.toSorted((a, b) => a.order - b.order);
	for (const { module: name, importer, range, stage, order } of certain) {
		const callee = modules.find((module) => name === module || name.startsWith(`${module}.`));
		if (callee !== undefined) return { module: importer, range, callee, atStartup: { stage, order } };
	}
	return null;
}

/** Where pydantic first builds the schema of an email type. */
function emailUse(project: Project, callee: string): PairUse | null {
	const order = ({ stage, order }: OptionalUse): number =>
		stage === "request" || order === null ? Number.POSITIVE_INFINITY : order;
	const [first] = listEmailFields(project).toSorted((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
	if (first === undefined) return null;
	const { module, range, stage } = first;
	return { module, range, callee, atStartup: stage === "request" || first.order === null ? null : { stage, order: first.order } };
}

function failureAt({ module, node }: Call, callee: string, atStartup: PairUse["atStartup"]): PairUse {
	return { module, range: { start: node.start, end: node.end }, callee, atStartup };
}

/** What it takes to get as far as a method is an object of its class, which is made while modules are imported as a rule. */
function madeAtStartup(project: Project, callees: readonly string[]): { readonly call: Call; readonly callee: string } | null {
	for (const callee of callees.filter(isMethod)) {
		const made = project.trace.calls.find(
			({ reached, callee: value, keywords, args }) =>
				reached && isExternal(value, classOf(callee)) && hashesWithBcrypt(args, keywords),
		);
		if (made !== undefined) return { call: made, callee };
	}
	return null;
}

/** A client that nobody makes at start-up is made by a request. */
function importedForRequests(project: Project, pair: VersionPair, callees: readonly string[]): PairUse | null {
	const loaded = new Set([...project.trace.runs.values()].filter(({ reached }) => reached).map(({ module }) => module.path));
	const names = callees.map((callee) => callee.slice(callee.lastIndexOf(".") + 1));
	const found = listThirdPartyImports(project).find(
		({ name, module, conditional }) =>
			!conditional &&
			loaded.has(module.path) &&
			name.split(".")[0] === pair.name &&
			names.some((each) => module.text.includes(`${each}(`)) &&
			!module.text.includes("http_client="),
	);
	const [callee] = callees;
	return found === undefined || callee === undefined
		? null
		: { module: found.module, range: found.range, callee, atStartup: null };
}

/** Modules are written small; what is called is a class or its method. */
function isModule(callee: string): boolean {
	return /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*$/.test(callee);
}

/** A recorded method is written with its class: `passlib.context.CryptContext.hash`. */
function isMethod(callee: string): boolean {
	return /\.[A-Z]\w*\.\w+$/.test(callee);
}

function classOf(callee: string): RegExp {
	const name = isMethod(callee) ? callee.slice(0, callee.lastIndexOf(".")) : callee;
	return new RegExp(`^${name.replace(/\./g, "\\.")}$`);
}

function isCallOf({ callee, keywords }: Call, recorded: string): boolean {
	// Who hands a client of httpx over keeps it from being made.
	if (!isMethod(recorded)) return isExternal(callee, classOf(recorded)) && !keywords.has("http_client");
	if (callee.kind !== "bound-method") return false;
	const { receiver } = callee;
	// passlib's `verify` begins as `hash` does.
	const isNamed = recorded.endsWith(`.${callee.name}`) || callee.name === "verify";
	return isNamed && receiver.kind === "instance" && receiver.of.kind === "external" && isExternal(receiver.of, classOf(recorded));
}

/** passlib asks bcrypt only where the first of its schemes is bcrypt. */
function hashesWithBcrypt(args: readonly Value[], keywords: ReadonlyMap<string, Value>): boolean {
	return [args[0], keywords.get("schemes")].some((schemes) => {
		const first = schemes?.kind === "sequence" ? schemes.items[0] : schemes;
		return first?.kind === "constant" && first.value === "bcrypt";
	});
}
