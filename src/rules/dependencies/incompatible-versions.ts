import data from "../../../data/version-pairs.json" with { type: "json" };
import { defineRule } from "../../audit/rule.ts";
import { closeOver, primaryManifest } from "../../project/manifests/declared.ts";
import { addRequirement, setSpecifier } from "../../project/manifests/edit.ts";
import { versionSatisfies } from "../../project/manifests/version.ts";
import type { Project } from "../../project/project.ts";
import { isExternal } from "./uses/names.ts";

/** Releases that do not work together; recorded by running them, see scripts/version-pairs. */
const { "passlib-bcrypt": pair } = data.pairs;

interface Evidence {
	readonly passlib: string;
	readonly bcrypt: string;
	/** Does start-up itself hash or verify a password? */
	readonly atStartup: { readonly stage: "import" | "startup"; readonly order: number } | null;
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
		"passlib 1.7.4 tests bcrypt with a password that bcrypt 5 refuses: the server starts, and the first registration or login answers 500.",
	references: [
		"https://github.com/pyca/bcrypt/blob/main/README.rst#500",
		"https://foss.heptapod.net/python-libs/passlib/-/issues/196",
	],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\npasslib==1.7.4\nbcrypt==5.0.0\n", "main.py": main },
		after: { "requirements.txt": "fastapi\nuvicorn\npasslib==1.7.4\nbcrypt<5\n", "main.py": main },
	},

	*detect(project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null) return;
		const { distributions } = project.environment;
		const { provided } = closeOver(manifest.requirements, project.manifests, project.environment);
		const passlib = distributions.get("passlib")?.version;
		const bcrypt = distributions.get("bcrypt")?.version;
		if (passlib === undefined || bcrypt === undefined || !provided.has("bcrypt")) return;
		if (versionSatisfies(passlib, `<=${pair.upTo}`) !== true || versionSatisfies(bcrypt, `>=${pair.from}`) !== true) return;
		const context = project.trace.calls.find(
			({ callee, keywords, args, reached }) =>
				reached &&
				isExternal(callee, /^passlib\.context\.(?:Lazy)?CryptContext$/) &&
				[args[0], keywords.get("schemes")].some((schemes) => mentionsBcrypt(schemes)),
		);
		if (context === undefined) return;
		const { module, node } = context;
		const evidence = { passlib, bcrypt, atStartup: firstHash(project) };
		yield { subject: "passlib:bcrypt", path: module.path, range: { start: node.start, end: node.end }, evidence };
	},

	describe({ evidence }) {
		const { passlib, bcrypt, atStartup } = evidence;
		return {
			severity: atStartup === null ? "HIGH" : "CRITICAL",
			stage: atStartup?.stage ?? "request",
			problem: `passlib ${passlib} does not work with bcrypt ${bcrypt}`,
			rootCause: `Before its first hash passlib tries bcrypt out with a password of more than 72 bytes, which bcrypt refuses from version ${pair.from} on. passlib has had no release since ${passlib}.`,
			expectedError: pair.error,
			failsOn: atStartup === null ? [] : ["this-machine", "clean-install"],
			...(atStartup === null ? {} : { order: atStartup.order }),
		};
	},

	fix(_, project) {
		const manifest = primaryManifest(project.manifests);
		if (manifest === null) return undefined;
		const bound = pair.from.replace(/(?:\.0)+$/, "");
		const declared = manifest.requirements.find(({ normalized, group }) => normalized === "bcrypt" && group === "");
		const edits =
			declared === undefined
				? addRequirement(project.files, manifest, { name: `bcrypt<${bound}`, extras: [], floor: null, exact: null })
				: setSpecifier(project.files, declared, `<${bound}`);
		if (edits === null || (declared === undefined && manifest.kind !== "requirements")) return undefined;
		return {
			title: `Ask for bcrypt below ${bound}`,
			explanation: "bcrypt 4 accepts what passlib does. In the long run, pwdlib or argon2-cffi take passlib's place.",
			applicability: "safe",
			edits,
			commands: manifest.updateCommands,
		};
	},
});

function mentionsBcrypt(schemes: Project["trace"]["calls"][number]["args"][number] | undefined): boolean {
	if (schemes?.kind === "constant") return schemes.value === "bcrypt";
	if (schemes?.kind !== "sequence") return false;
	const [first] = schemes.items;
	return first?.kind === "constant" && first.value === "bcrypt";
}

/** The first call of a context's `hash` or `verify` that start-up certainly makes. */
function firstHash(project: Project): Evidence["atStartup"] {
	for (const { callee, stage, order, reached, guarded } of project.trace.calls) {
		if (!reached || guarded || callee.kind !== "bound-method" || !["hash", "verify"].includes(callee.name)) continue;
		const { receiver } = callee;
		if (receiver.kind === "instance" && receiver.of.kind === "external" && isExternal(receiver.of, /^passlib\.context\./))
			return { stage, order };
	}
	return null;
}
