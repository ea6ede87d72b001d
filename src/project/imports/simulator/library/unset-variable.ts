import type * as ast from "../../../../python/ast.ts";
import type { Value } from "../../values.ts";
import { type Frame, failAt, type Machine } from "../machine.ts";

/** The environment variable that a value was asked of and that nothing sets, so that the value is None; null for all other values. */
export function unsetVariable(value: Value | undefined): string | null {
	return value?.kind === "constant" && value.value === null && value.origin?.type === "environment" ? value.origin.key : null;
}

/** What Python raises where None, which `os.getenv` gave for a variable that nothing sets, is used as if it were a text. */
export interface UseOfNone {
	readonly key: string;
	/** As a clause: `int() gets None`. */
	readonly consequence: string;
	readonly exception: string;
	/** Null where its words are not known. */
	readonly message: string | null;
}

export function failOnUnset(machine: Machine, frame: Frame, node: ast.Node, use: UseOfNone): void {
	const { key, consequence, exception, message } = use;
	failAt(machine, frame, node, {
		detail: { type: "missing-variable", key, consequence },
		exception,
		message: message ?? "",
		...(message === null && { line: exception }),
	});
}

/** Calls of the standard library that take no None, with what they say to it. */
export function refusalOfNone(machine: Machine, canonical: string): string | null {
	switch (canonical) {
		case "builtins.int":
			return "int() argument must be a string, a bytes-like object or a real number, not 'NoneType'";
		case "builtins.float":
			return "float() argument must be a string or a real number, not 'NoneType'";
		case "builtins.len":
			return "object of type 'NoneType' has no len()";
		case "builtins.list":
		case "builtins.tuple":
		case "builtins.set":
		case "builtins.sorted":
			return "'NoneType' object is not iterable";
		case "json.loads":
			return "the JSON object must be str, bytes or bytearray, not NoneType";
		case "pathlib.Path":
		case "pathlib._local.Path":
			return machine.environment.python.minor < 12
				? "expected str, bytes or os.PathLike object, not NoneType"
				: "argument should be a str or an os.PathLike object where __fspath__ returns a str, not 'NoneType'";
		case "os.path.join":
		case "posixpath.join":
		case "os.path.abspath":
		case "posixpath.abspath":
		case "builtins.open":
			return "expected str, bytes or os.PathLike object, not NoneType";
		default:
			return null;
	}
}
