import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { closeOver, possibleRequirements, primaryManifest } from "../../project/manifests/declared.ts";
import { addRequirement, setSpecifier, usesHashes } from "../../project/manifests/edit.ts";
import type { Project } from "../../project/project.ts";
import { moveToRedis } from "./uses/aioredis-successor.ts";
import { type LibraryClash, listLibraryClashes } from "./uses/library-clashes.ts";
import { findPairUse, type InstalledPair, installedPairs, type PairUse, type VersionPair } from "./uses/version-pairs.ts";

interface Evidence {
	readonly name: string;
	readonly version: string;
	/** The other package, or `Python`. */
	readonly other: string;
	readonly otherVersion: string;
	/** What fails: `openai.OpenAI`, `motor.core`. */
	readonly callee: string;
	readonly error: string;
	readonly atStartup: PairUse["atStartup"];
	/** The record that says from which versions on; null where the sources of the installed packages say it. */
	readonly pair: VersionPair | null;
	/** What the sources say; null for a record. */
	readonly clash: LibraryClash | null;
}

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
		const told = new Set<string>();
		for (const { pair, versions, use } of listPairs(project)) {
			const { module, range, callee, atStartup } = use;
			told.add(pair.name);
			const evidence = {
				name: pair.name,
				version: versions[0],
				other: pair.with === "python" ? "Python" : pair.with,
				otherVersion: versions[1],
				callee,
				error: pair.errors[callee] ?? Object.values(pair.errors)[0] ?? "",
				atStartup,
				pair,
				clash: null,
			};
			yield { subject: `${pair.name}:${pair.with}`, path: module.path, range, evidence };
		}
		for (const clash of listLibraryClashes(project)) {
			const { name, version, other, otherVersion, importer, error, own } = clash;
			if (told.has(name)) continue;
			told.add(name);
			const atStartup = { stage: own.stage, order: own.order };
			const evidence = { name, version, other, otherVersion, callee: importer, error, atStartup, pair: null, clash };
			yield { subject: `${name}:${other}`, path: own.importer.path, range: own.range, evidence };
		}
	},

	describe({ evidence }) {
		const { name, version, other, otherVersion, error, atStartup, pair } = evidence;
		return {
			severity: atStartup === null ? "HIGH" : "CRITICAL",
			stage: atStartup?.stage ?? "request",
			problem: `${name} ${version} does not work with ${other} ${otherVersion}`,
			rootCause: pair === null ? clashInWords(evidence) : pairInWords(evidence, pair),
			expectedError: error,
			failsOn: atStartup === null ? [] : pair === null ? ["this-machine"] : ["this-machine", "clean-install"],
			...(atStartup === null ? {} : { order: atStartup.order }),
			manualSteps:
				pair === null
					? [
							`Install releases of ${name} and ${other} that were made for each other; most often the newest: pip install --upgrade ${name}.`,
						]
					: [],
		};
	},

	fix({ evidence }, project) {
		const { name, version, pair, clash } = evidence;
		if (clash !== null)
			return askNewer(project, name, version, clash) ?? askNewer(project, clash.other, clash.otherVersion, clash);
		if (pair === null) return undefined;
		if (name === "aioredis") return moveToRedis(project);
		if (pair.with === "python")
			return pair.mendedIn === null ? undefined : ask(project, name, fromOn(pair.mendedIn), mended(pair));
		const [first] = pairMends(pair, project);
		return first;
	},

	alternatives({ evidence: { pair } }, project) {
		if (pair === null || pair.with === "python") return [];
		return pairMends(pair, project)
			.slice(1)
			.map((each) => ({ ...each, applicability: "review" }));
	},
});

/** What the code itself is written against: to go back behind a major version of it breaks more than it mends. */
const foundations = new Set(["fastapi", "pydantic", "sqlalchemy", "starlette"]);

/** An older release of the one or a newer one of the other, the likelier mend first. */
function pairMends(pair: VersionPair, project: Project): FixProposal[] {
	const bound = shortened(pair.from);
	const older = ask(project, pair.with, `<${bound}`, `${pair.name} works with ${pair.with} below ${bound}.`);
	const newer = pair.mendedIn === null ? undefined : ask(project, pair.name, `>=${pair.mendedIn}`, mended(pair));
	const mends = foundations.has(pair.with) ? [newer, older] : [older, newer];
	return mends.filter((mend) => mend !== undefined);
}

interface FoundPair extends InstalledPair {
	readonly use: PairUse;
}

/** Pairs on record that are installed together and that the backend uses. */
function* listPairs(project: Project): Generator<FoundPair> {
	let provided: ReadonlyMap<string, unknown> | null = null;
	for (const { pair, versions } of installedPairs(project.environment)) {
		provided ??= closeOver(
			possibleRequirements(project.manifests, project.environment),
			project.manifests,
			project.environment,
		).provided;
		const use = provided.has(pair.with === "python" ? pair.name : pair.with) ? findPairUse(project, pair) : null;
		if (use !== null) yield { pair, versions, use };
	}
}

function pairInWords({ name, version, callee }: Evidence, pair: VersionPair): string {
	const later = pair.mendedIn === null ? `${name} has had no release since` : `${name} ${pair.mendedIn} gets on with it`;
	const other = pair.with === "python" ? "Python" : pair.with;
	return `${callee} fails with ${other} ${pair.from} and later: what it uses of it is gone, and ${name} ${version} does not ask for an older one. ${later}.`;
}

function clashInWords({ name, version, other, otherVersion, callee }: Evidence): string {
	return `${callee}, a module of ${name} ${version}, imports what ${other} ${otherVersion} does not have.`;
}

function mended({ name, mendedIn, with: other, from }: VersionPair): string {
	return `${name} ${mendedIn} is the first release that works with ${other === "python" ? "Python" : other} ${from}.`;
}

/** Lets go of a pin, so that the newest release is taken that the others allow. */
function askNewer(project: Project, name: string, version: string, { importer }: LibraryClash): FixProposal | undefined {
	const manifest = primaryManifest(project.manifests);
	const declared = manifest?.requirements.find(({ normalized, group }) => normalized === name && group === "");
	if (manifest === null || declared === undefined || usesHashes(project.files, manifest)) return undefined;
	// Without an upper bound an installation takes the newest already.
	if (!/[<=~]=|</.test(declared.specifier.replaceAll(">=", ""))) return undefined;
	const edits = setSpecifier(project.files, declared, `>=${version}`);
	if (edits === null) return undefined;
	return {
		title: `Let newer releases of ${name} in`,
		explanation: `${importer} fails to import with what is asked for; an installation then takes the newest release of ${name} that the others allow.`,
		applicability: "review",
		edits,
		commands: manifest.updateCommands,
	};
}

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

/** From a release on, and below the next major one, which changes more than what is asked for. */
function fromOn(version: string): string {
	return `>=${version},<${Number(version.split(".")[0]) + 1}`;
}
