import type * as ast from "../../../../python/ast.ts";
import type { InstanceValue, Value } from "../../values.ts";
import { unknown } from "../../values.ts";
import { openAttributes } from "../attributes/attribute.ts";
import { constant, externalModule } from "../external.ts";
import { bind, type CallArguments, type Frame, failAt, type Machine } from "../machine.ts";
import { notice } from "../missing-items.ts";
import { asText, itemsOf } from "../operations.ts";
import { failOperation } from "../refused-operations.ts";
import { alembicCommand } from "./alembic-commands.ts";
import { attributeAsked, hasAttribute } from "./asked-attributes.ts";
import { failOnMissingRegion } from "./aws-regions.ts";
import { changedResult, failOnChangedCall } from "./changed-calls.ts";
import { collectingCall } from "./collecting-calls.ts";
import { dotenvCall } from "./dotenv-calls.ts";
import { lengthOfBytes } from "./encoded-texts.ts";
import { eventLoopCall } from "./event-loop.ts";
import { failOnFernetKey } from "./fernet-keys.ts";
import { lacksPackage, listedFolder, nameToImport } from "./folder-listing.ts";
import { isInstance } from "./instance-checks.ts";
import { failOnTrigger } from "./job-triggers.ts";
import { failOnMissingKey } from "./keyed-clients.ts";
import { libraryBody, typeInLibrary } from "./library-body.ts";
import type { LibraryCall } from "./library-call.ts";
import { failOnMailConfiguration } from "./mail-configuration.ts";
import { mongoCall } from "./mongo-objects.ts";
import { failOnNone } from "./none-refusals.ts";
import { importOwnDriver } from "./own-driver.ts";
import { onPath, pathCall, pathMethod } from "./paths.ts";
import { matchCall } from "./pattern-match.ts";
import { documentCall } from "./read-documents.ts";
import { failOnRefusedCall } from "./refused-calls.ts";
import { addToSearchPath, extendSearchPath } from "./search-path.ts";
import { isSecret, secretText, shownSecret } from "./secret-objects.ts";
import { rowsAsked } from "./session-objects.ts";
import { settingReaderCall } from "./setting-readers.ts";
import { threadCall } from "./thread-calls.ts";
import { failOnUnset, refusalOfNone } from "./unset-variable.ts";
import { failOnUrlBuilder } from "./url-builders.ts";
import { writtenUrl } from "./url-objects.ts";

/** Who is asked what a call gives, one after the other; null where that is not known to them. */
const answers: readonly ((call: LibraryCall) => Value | null)[] = [
	ofUnsetVariable,
	typeInLibrary,
	eventLoopCall,
	threadCall,
	settingReaderCall,
	alembicCommand,
	listedFolder,
	refused,
	importOwnDriver,
	documentCall,
	rowsAsked,
	matchCall,
	dotenvCall,
	pathCall,
	collectingCall,
	mongoCall,
	plainCall,
	libraryBody,
	changedResult,
];

/**
 * What well-known functions of the standard library and of some packages give, as far as start-up needs it: environment variables,
 * paths and `sys.path`, dynamic imports, conversions. Null for all others.
 */
export function knownCall(
	machine: Machine,
	frame: Frame,
	canonical: string,
	args: CallArguments,
	node: ast.Call,
	receiver: InstanceValue | null = null,
): Value | null {
	const call: LibraryCall = { machine, frame, canonical, args, node, receiver };
	for (const answer of answers) {
		const value = answer(call);
		if (value !== null) return value;
	}
	return null;
}

/** A function that takes no None gets the value of a variable that nothing sets. */
function ofUnsetVariable(call: LibraryCall): Value | null {
	const refusal = refusalOfNone(call);
	if (refusal === null) return null;
	const { machine, frame, canonical, node } = call;
	const consequence = `${canonical.slice(canonical.lastIndexOf(".") + 1)}() gets None`;
	const colon = refusal.error.indexOf(": ");
	const [exception, message] = [refusal.error.slice(0, colon), refusal.error.slice(colon + 2)];
	failOnUnset(machine, frame, node, { variable: refusal.variable, consequence, exception, message });
	return unknown;
}

/** Notes what the call refuses of its arguments; what it gives is for others to say. */
function refused(call: LibraryCall): null {
	failOnRefusedCall(call);
	failOnTrigger(call);
	failOnUrlBuilder(call);
	failOnMissingKey(call);
	failOnMissingRegion(call);
	failOnNone(call);
	failOnMailConfiguration(call);
	failOnFernetKey(call);
	failOnChangedCall(call);
	return null;
}

function plainCall({ machine, frame, canonical, args, node, receiver }: LibraryCall): Value | null {
	const [first, second] = args.args;
	switch (canonical) {
		case "os.getenv":
		case "os.environ.get":
			return environ(machine, first, second ?? args.keywords.get("default"));
		case "os.environ.setdefault":
			if (first?.kind === "constant" && typeof first.value === "string" && !machine.environ.has(first.value)) {
				machine.environ.set(first.value, machine.environDynamic ? unknown : (second ?? unknown));
			}
			return environ(machine, first, second);
		case "os.environ.update":
			machine.environDynamic = true;
			return unknown;
		case "sys.path.insert":
			return addToSearchPath(machine, second, "front");
		case "sys.path.append":
			return addToSearchPath(machine, first, "back");
		case "sys.path.extend":
			return extendSearchPath(machine, first);
		case "sys.path.remove":
		case "sys.path.pop":
		case "site.addsitedir":
		case "sys.modules.update":
		case "sys.modules.setdefault":
		case "sys.meta_path.append":
		case "sys.meta_path.insert":
			machine.path.dynamic = true;
			return unknown;
		case "typing.cast":
			return second ?? unknown;
		case "importlib.import_module":
			return importByName(machine, frame, args, node);
		case "sys.exit":
			return exit(machine, frame, first, node);
		case "builtins.globals":
		case "builtins.exec":
		case "builtins.eval":
		case "builtins.vars":
			frame.globals.dynamic = true;
			machine.unfollowed++;
			openAttributes(first);
			return unknown;
		case "builtins.setattr":
		case "builtins.object.__setattr__":
			setAttribute(machine, frame, first, second);
			return constant(null);
		case "builtins.len":
			return lengthOf(first);
		case "builtins.bool":
		case "builtins.isinstance":
			return isInstance(first, second);
		case "builtins.hasattr":
			return hasAttribute(machine, first, second);
		case "builtins.getattr":
			return attributeAsked(machine, frame, args, node);
		case "builtins.str":
			if (first !== undefined && isSecret(first)) return shownSecret(first) ?? unknown;
			if (first?.kind === "instance")
				return writtenUrl(first, "str", args, hidesPasswords(machine)) ?? onPath(first, (text) => text);
			return convert(first, (value) => asText(value));
		case "builtins.int":
			return toInteger(machine, frame, args, node);
		case "builtins.range":
			return range(args);
		case "builtins.set":
			// What is added to a set is not followed.
			return first === undefined && !args.open ? { kind: "sequence", type: "set", items: [], complete: false } : null;
		case "builtins.list":
		case "builtins.tuple":
		case "builtins.sorted": {
			const type = canonical === "builtins.tuple" ? "tuple" : "list";
			if (first === undefined && !args.open) return { kind: "sequence", type, items: [], complete: true };
			return first?.kind === "sequence" ? { ...first, type, items: [...first.items] } : unknown;
		}
		case "builtins.dict":
			return dictOf(machine, args);
		case "builtins.print":
			return constant(null);
		default:
			return receiver === null ? null : methodOf(receiver, canonical, machine, args);
	}
}

/** `setattr(owner, name, …)`: what is set by a name that is not known may be any attribute. */
function setAttribute(machine: Machine, frame: Frame, owner: Value | undefined, name: Value | undefined): void {
	const known = name?.kind === "constant" ? String(name.value) : null;
	switch (owner?.kind) {
		case "module":
			owner.namespace.dynamic = true;
			break;
		case "class":
			if (known === null) owner.namespace.dynamic = true;
			else bind(machine, owner.namespace, known, unknown, null);
			break;
		case "instance":
			if (known !== null) owner.attributes.set(known, unknown);
			else if (owner.of.kind === "class") owner.of.namespace.dynamic = true;
			break;
		case "external":
			if (known !== null) machine.patched.set(`${owner.canonical}.${known}`, unknown);
			break;
		case "unknown":
			frame.globals.dynamic = true;
			break;
		default:
			break;
	}
}

/** A method of a URL, or of a path. */
function methodOf(receiver: InstanceValue, canonical: string, machine: Machine, args: CallArguments): Value | null {
	const name = canonical.slice(canonical.lastIndexOf(".") + 1);
	if (isSecret(receiver)) return name === "get_secret_value" ? secretText(receiver) : null;
	return writtenUrl(receiver, name, args, hidesPasswords(machine)) ?? pathMethod(receiver, canonical, machine, args);
}

/** From 2.0 on SQLAlchemy writes `***` for the password where a URL is turned into a text. */
function hidesPasswords({ environment }: Machine): boolean {
	return environment.distributions.get("sqlalchemy")?.version.startsWith("1.") === false;
}

/** `dict(title="Shop", **options)`, or a copy of a known dict. */
function dictOf(machine: Machine, { args, keywords, open }: CallArguments): Value {
	const [first] = args;
	if (first !== undefined && first.kind !== "dict") return unknown;
	const entries = new Map([...(first?.entries ?? []), ...keywords]);
	return notice(machine, { kind: "dict", entries, complete: !open && (first?.complete ?? true) });
}

const longestRange = 64;

/** A short `range` of known bounds, as the numbers it gives. */
function range(args: CallArguments): Value {
	const bounds = args.args.map((value) => (value.kind === "constant" && typeof value.value === "number" ? value.value : null));
	const [first, second] = bounds;
	if (args.open || first === undefined || first === null || second === null || bounds.length > 2) return unknown;
	const [start, stop] = second === undefined ? [0, first] : [first, second];
	if (stop - start > longestRange) return unknown;
	const items = Array.from({ length: Math.max(0, stop - start) }, (_, index) => constant(start + index));
	return { kind: "sequence", type: "view", items, complete: true };
}

function environ(machine: Machine, key: Value | undefined, fallback: Value | undefined): Value {
	if (key?.kind !== "constant" || typeof key.value !== "string") return unknown;
	const known = machine.environ.get(key.value);
	if (known !== undefined) return known;
	if (machine.environDynamic) return unknown;
	const isNone = fallback === undefined || (fallback.kind === "constant" && fallback.value === null);
	return isNone ? constant(null, { type: "environment", key: key.value }) : fallback;
}

function importByName(machine: Machine, frame: Frame, args: CallArguments, node: ast.Call): Value {
	if (lacksPackage(args)) {
		const shown = asText(args.args[0] ?? args.keywords.get("name") ?? unknown);
		const message = `the 'package' argument is required to perform a relative import for '${shown}'`;
		failOperation(machine, frame, node, "TypeError", message);
		return unknown;
	}
	const name = nameToImport(args);
	if (name === null) {
		machine.doubts++;
		machine.unfollowed++;
		machine.importDoubts++;
		return unknown;
	}
	const imported = machine.importModule(frame, {
		name,
		written: name,
		level: 0,
		names: [],
		statement: null,
		range: { start: node.start, end: node.end },
	});
	if (imported.type === "own") return imported.record.value;
	return imported.type === "external" ? externalModule(imported.name) : unknown;
}

function exit(machine: Machine, frame: Frame, status: Value | undefined, node: ast.Call): Value {
	const text = status === undefined ? "" : asText(status);
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: "SystemExit", by: "statement" },
		exception: "SystemExit",
		message: text ?? "",
	});
	return unknown;
}

function convert(value: Value | undefined, change: (value: Value) => string | null): Value {
	if (value?.kind !== "constant") return unknown;
	const text = change(value);
	return text === null ? unknown : constant(text, value.origin);
}

function toInteger(machine: Machine, frame: Frame, args: CallArguments, node: ast.Call): Value {
	const [value] = args.args;
	if (value?.kind !== "constant" || args.args.length !== 1) {
		machine.doubts++;
		return unknown;
	}
	if (typeof value.value === "number") return constant(Math.trunc(value.value), value.origin);
	if (typeof value.value === "boolean") return constant(value.value ? 1 : 0);
	const text = typeof value.value === "string" ? value.value.trim() : null;
	if (text !== null && /^[+-]?\d+(_\d+)*$/.test(text)) return constant(Number(text.replace(/_/g, "")), value.origin);
	const isNone = value.value === null;
	if (!isNone && text === null) return unknown;
	failAt(machine, frame, node, {
		detail: { type: "raises", exception: isNone ? "TypeError" : "ValueError", by: "operation" },
		exception: isNone ? "TypeError" : "ValueError",
		message: isNone
			? "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'"
			: `invalid literal for int() with base 10: '${String(value.value)}'`,
	});
	return unknown;
}

function lengthOf(value: Value | undefined): Value {
	if (value?.kind === "sequence" && value.complete) return constant(value.items.length);
	if (value?.kind === "dict" && value.complete) return constant(value.entries.size);
	const members = value?.kind === "class" ? itemsOf(value) : null;
	if (members !== null) return constant(members.length);
	const bytes = value === undefined ? null : lengthOfBytes(value);
	if (bytes !== null) return constant(bytes);
	return value?.kind === "constant" && typeof value.value === "string" ? constant([...value.value].length) : unknown;
}
