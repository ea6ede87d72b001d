import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { isMadeAtFirstStart } from "./first-start.ts";
import { isExternal } from "./names.ts";

const context = /^passlib\.context\.CryptContext$/;

/**
 * Schemes of passlib whose hashing is in another package (passlib/handlers/argon2.py, bcrypt.py). It looks for that at the first
 * hash, not where the context is made. bcrypt is also in the C library, which Python reaches through `crypt` up to 3.12.
 */
const backends: Readonly<
	Record<string, { readonly providers: readonly string[]; readonly importName: string; readonly advice: string }>
> = {
	argon2: { providers: ["argon2-cffi"], importName: "argon2", advice: "argon2_cffi" },
	bcrypt: { providers: ["bcrypt"], importName: "bcrypt", advice: "bcrypt" },
};

/** The package that the first scheme of `CryptContext(schemes=["argon2"])` hashes with. */
export function listPasswordHashes(project: Project): OptionalUse[] {
	const { calls } = project.trace;
	const made = calls.find(({ callee, reached }) => reached && isExternal(callee, context));
	const scheme = made === undefined ? null : firstScheme(made);
	const backend = scheme !== null && Object.hasOwn(backends, scheme) ? backends[scheme] : undefined;
	if (made === undefined || backend === undefined || (scheme === "bcrypt" && !lacksCrypt(project))) return [];
	const hashed = calls.find(
		(call) => call.reached && hashes(call.callee) && (!call.guarded || isMadeAtFirstStart(project, call)),
	);
	const { module, node, stage, order } = hashed ?? made;
	const { providers, importName, advice } = backend;
	return [
		{
			providers,
			importName,
			extras: [],
			floor: null,
			what: `passlib's scheme ${scheme}`,
			module,
			range: { start: node.callee.start, end: node.callee.end },
			stage: hashed === undefined ? "request" : stage,
			order,
			error: `passlib.exc.MissingBackendError: ${scheme}: no backends available -- recommend you install one (e.g. 'pip install ${advice}')`,
		},
	];
}

/** Python 3.13 has no `crypt` any more; a Python that is only guessed may well be older. */
function lacksCrypt({ environment: { python, pythonIsCertain } }: Project): boolean {
	return pythonIsCertain && python.minor >= 13;
}

function firstScheme({ args, keywords }: Call): string | null {
	const schemes = keywords.get("schemes") ?? args[0];
	const first = schemes?.kind === "sequence" ? schemes.items[0] : schemes;
	return first?.kind === "constant" && typeof first.value === "string" && !keywords.has("default") ? first.value : null;
}

function hashes(callee: Value): boolean {
	if (callee.kind !== "bound-method" || (callee.name !== "hash" && callee.name !== "verify")) return false;
	const { receiver } = callee;
	return receiver.kind === "instance" && receiver.of.kind === "external" && isExternal(receiver.of, context);
}
