import data from "../../../data/version-pairs.json" with { type: "json" };
import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { Value } from "../../project/imports/values.ts";
import { closeOver, possibleRequirements, primaryManifest } from "../../project/manifests/declared.ts";
import { addRequirement, setSpecifier, usesHashes } from "../../project/manifests/edit.ts";
import { listThirdPartyImports } from "../../project/manifests/third-party-imports.ts";
import { versionSatisfies } from "../../project/manifests/version.ts";
import type { Module, Project } from "../../project/project.ts";
import type { TextRange } from "../../text/range.ts";
import { isExternal } from "./uses/names.ts";

/** A release and a later one of something else that do not work together; recorded by running them, see scripts/version-pairs. */
interface VersionPair {
	readonly name: string;
	/** The newest release of it that does not work. */
	readonly upTo: string;
	readonly with: string;
	/** The oldest release of the other with which it does not. */
	readonly from: string;
	/** The first release of the one that works with every release of the other; null where there is none. */
	readonly mendedIn: string | null;
	/** What fails, a class that is called or a method, → the line that Python prints. */
	readonly errors: Readonly<Record<string, string>>;
}

interface Evidence {
	readonly pair: VersionPair;
	readonly versions: readonly [string, string];
	/** What fails, as the code would write it: `openai.OpenAI`. */
	readonly callee: string;
	/** The first such call that start-up certainly makes; null where only requests may make it. */
	readonly atStartup: Pick<Call, "stage" | "order"> | null;
}

const pairs: readonly VersionPair[] = Object.values(data.pairs);

const main = `from fastapi import FastAPI
from passlib.context import CryptContext

passwords = CryptContext(schemes=["bcrypt"])
app = FastAPI()


@app.get("/hash")
def hash_password(password: str):
    return passwords.hash(password)
`;

export default defineRule<Evidence>({
	name: "incompatible-versions",
	category: "DEPENDENCY",
	summary: "Two packages are combined in versions that do not work together",
	story:
		"A package asks for any version of another, and a later one takes away what it uses. passlib 1.7.4 tests bcrypt with a password that bcrypt 5 refuses: the server starts, and the first registration or login answers 500. Clients of openai before 1.55.3 cannot even be made with httpx 0.28.",
	references: [
		"https://github.com/pyca/bcrypt/blob/main/README.rst#500",
		"https://foss.heptapod.net/python-libs/passlib/-/issues/196",
		"https://github.com/encode/httpx/blob/master/CHANGELOG.md#0280-28th-november-2024",
	],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\npasslib==1.7.4\nbcrypt==5.0.0\n", "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\npasslib==1.7.4\nbcrypt<5\n", "main.py": main },
	},

	*detect(project) {
		if (primaryManifest(project.manifests) === null) return;
		const { distributions } = project.environment;
		let provided: ReadonlyMap<string, unknown> | null = null;
		for (const pair of pairs) {
			const first = distributions.get(pair.name)?.version;
			const second = distributions.get(pair.with)?.version;
			if (first === undefined || second === undefined) continue;
			if (versionSatisfies(first, `<=${pair.upTo}`) !== true || versionSatisfies(second, `>=${pair.from}`) !== true) continue;
			provided ??= closeOver(possibleRequirements(project.manifests), project.manifests, project.environment).provided;
			const use = provided.has(pair.with) ? findUse(project, pair) : null;
			if (use === null) continue;
			const { module, range, callee, atStartup } = use;
			const evidence = { pair, versions: [first, second] as const, callee, atStartup };
			yield { subject: `${pair.name}:${pair.with}`, path: module.path, range, evidence };
		}
	},

	describe({ evidence }) {
		const { pair, versions, callee, atStartup } = evidence;
		const later =
			pair.mendedIn === null ? `${pair.name} has had no release since` : `${pair.name} ${pair.mendedIn} gets on with it`;
		return {
			severity: atStartup === null ? "HIGH" : "CRITICAL",
			stage: atStartup?.stage ?? "request",
			problem: `${pair.name} ${versions[0]} does not work with ${pair.with} ${versions[1]}`,
			rootCause: `${callee} fails with ${pair.with} ${pair.from} and later: what it uses of it is gone, and ${pair.name} ${versions[0]} does not ask for an older one. ${later}.`,
			expectedError: pair.errors[callee] ?? Object.values(pair.errors)[0] ?? "",
			failsOn: atStartup === null ? [] : ["this-machine", "clean-install"],
			...(atStartup === null ? {} : { order: atStartup.order }),
		};
	},

	fix({ evidence: { pair } }, project) {
		return ask(
			project,
			pair.with,
			`<${shortened(pair.from)}`,
			`${pair.name} works with ${pair.with} below ${shortened(pair.from)}.`,
		);
	},

	alternatives({ evidence: { pair } }, project) {
		if (pair.mendedIn === null) return [];
		const newer = ask(
			project,
			pair.name,
			`>=${pair.mendedIn}`,
			`${pair.name} ${pair.mendedIn} is the first release that works with ${pair.with} ${pair.from}.`,
		);
		return newer === undefined ? [] : [{ ...newer, applicability: "review" }];
	},
});

/** Asks for other versions of a package, where it is declared or beside what is. */
function ask(project: Project, name: string, specifier: string, explanation: string): FixProposal | undefined {
	const manifest = primaryManifest(project.manifests);
	if (manifest === null || usesHashes(project.files, manifest)) return undefined;
	const declared = manifest.requirements.find(({ normalized, group }) => normalized === name && group === "");
	const edits =
		declared === undefined
			? addRequirement(project.files, manifest, { name, extras: [], floor: null, exact: null, specifier })
			: setSpecifier(project.files, declared, specifier);
	if (edits === null) return undefined;
	return { title: `Ask for ${name} ${specifier}`, explanation, applicability: "safe", edits, commands: manifest.updateCommands };
}

/** `5.0.0` is as well `5`. */
function shortened(version: string): string {
	return version.replace(/(?:\.0)+$/, "");
}

interface Use {
	readonly module: Module;
	readonly range: TextRange;
	readonly callee: string;
	readonly atStartup: Evidence["atStartup"];
}

/** Where a pair fails: at the first call that start-up makes, else where the code that requests run has it. */
function findUse(project: Project, pair: VersionPair): Use | null {
	const callees = Object.keys(pair.errors);
	const made = callees.some(isMethod) ? madeAtStartup(project, callees) : null;
	if (made === null && callees.some(isMethod)) return null;
	for (const call of project.trace.calls) {
		const callee = call.reached && !call.guarded ? callees.find((name) => isCallOf(call, name)) : undefined;
		if (callee !== undefined) return failureAt(call, callee, { stage: call.stage, order: call.order });
	}
	return made === null ? importedForRequests(project, pair, callees) : failureAt(made.call, made.callee, null);
}

function failureAt({ module, node }: Call, callee: string, atStartup: Use["atStartup"]): Use {
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
function importedForRequests(project: Project, pair: VersionPair, callees: readonly string[]): Use | null {
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
