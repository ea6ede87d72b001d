import type * as ast from "../../../python/ast.ts";
import type { InstanceValue, Value } from "../values.ts";
import { unknown } from "../values.ts";
import { constant } from "./external.ts";
import { type CallArguments, type Frame, fail, type Machine } from "./machine.ts";

/** Where the files of a reader lie, relative to the repository root; undefined where that is not known, null outside. */
export interface ReaderPlaces {
	readonly relative: (value: Value) => string | null | undefined;
	/** The `.env` beside a module, or in a folder above it. */
	readonly nearestDotenv: (modulePath: string) => string | null;
}

/**
 * What starlette's `Config(".env")("KEY")` and python-decouple's `config("KEY")` give: the environment first, then their file, then the default.
 * Without any they raise. Null for all other calls.
 */
export function settingReaderCall(
	machine: Machine,
	frame: Frame,
	canonical: string,
	args: CallArguments,
	node: ast.Call,
	receiver: InstanceValue | null,
	places: ReaderPlaces,
): Value | null {
	if (canonical === "starlette.config.Config.__call__" && receiver?.call) {
		const given = receiver.call.args[0] ?? receiver.call.keywords.get("env_file");
		if (receiver.call.keywords.has("environ") || receiver.call.keywords.has("env_prefix") || receiver.call.open) return unknown;
		const isNone = given === undefined || (given.kind === "constant" && given.value === null);
		const file = isNone ? null : places.relative(given);
		if (file === undefined || (file === null && !isNone)) return unknown;
		return read(machine, frame, args, node, file, (key) => ["KeyError", `"Config '${key}' is missing, and has no default."`]);
	}
	if (canonical === "decouple.config" && receiver === null) {
		return read(machine, frame, args, node, places.nearestDotenv(frame.module.path), (key) => [
			"decouple.UndefinedValueError",
			`${key} not found. Declare it as envvar or define a default value.`,
		]);
	}
	return null;
}

function read(
	machine: Machine,
	frame: Frame,
	args: CallArguments,
	node: ast.Call,
	file: string | null,
	refusal: (key: string) => readonly [exception: string, message: string],
): Value {
	const [name] = args.args;
	if (name?.kind !== "constant" || typeof name.value !== "string" || args.open) return unknown;
	const key = name.value;
	const found = machine.environ.get(key) ?? (file === null ? undefined : machine.dotenvValues(file)?.get(key));
	const fallback = args.keywords.get("default") ?? args.args[2];
	if (found !== undefined || fallback !== undefined)
		return cast(found ?? fallback ?? unknown, args.keywords.get("cast") ?? args.args[1]);
	machine.doubts++;
	if (machine.environDynamic) return unknown;
	const [exception, message] = refusal(key);
	fail(machine, {
		detail: {
			type: "missing-variable",
			key,
			consequence: `${node.callee.type === "Name" ? node.callee.id : "the reader"}() has no default for it`,
			file,
		},
		module: frame.module,
		range: { start: node.start, end: node.end },
		statement: null,
		exception,
		message,
	});
	return unknown;
}

/** A text as the plain types convert it; what any other `cast` does is not known. */
function cast(value: Value, type: Value | undefined): Value {
	if (type === undefined || value.kind !== "constant" || typeof value.value !== "string")
		return value.kind === "constant" ? value : unknown;
	const name = type.kind === "external" ? type.canonical : "";
	const text = value.value.trim();
	if (name === "builtins.str") return value;
	if (name === "builtins.int" && /^[+-]?\d+$/.test(text)) return constant(Number(text), value.origin);
	if (name === "builtins.bool" && /^(true|1)$/i.test(text)) return constant(true, value.origin);
	if (name === "builtins.bool" && /^(false|0)$/i.test(text)) return constant(false, value.origin);
	return unknown;
}
