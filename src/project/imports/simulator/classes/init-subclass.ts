import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, FunctionValue } from "../../values.ts";
import type { Frame, Machine } from "../machine.ts";
import { failOperation } from "../refused-operations.ts";
import { findInClass } from "./class-members.ts";

/** A new class is shown to its nearest base that has `__init_subclass__`, with the keywords of its header (PEP 487). */
export function initSubclass(machine: Machine, frame: Frame, value: ClassValue): void {
	const { node, keywords, bases } = value;
	// A metaclass may keep the keywords for itself; so may what was not seen of the header.
	if (keywords.has("metaclass") || node.keywords.some(({ name }) => name === null) || bases.length !== node.bases.length) return;
	const hook = hookOf(value);
	const { start, end } = node.name;
	// Python names the line of the class itself, below its decorators.
	const call: ast.Call = {
		type: "Call",
		start: node.decorators.length > 0 ? start : node.start,
		end,
		callee: { type: "InvalidExpression", start, end },
		args: [],
		keywords: node.keywords,
		argumentsRange: { start: end, end },
	};
	if (hook === "none") {
		if (keywords.size > 0) failOperation(machine, frame, call, "TypeError", refusedKeywords(machine, value));
	} else if (hook !== "unknown") {
		machine.call(frame, hook, { args: [value], keywords, open: false }, call);
	}
}

/** What `object.__init_subclass__` says of any keyword. */
export function refusedKeywords(machine: Machine, { node }: ClassValue): string {
	const owner = machine.environment.python.minor >= 9 ? `${node.name.name}.` : "";
	return `${owner}__init_subclass__() takes no keyword arguments`;
}

function hookOf({ bases }: ClassValue): FunctionValue | "none" | "unknown" {
	for (const base of bases) {
		if (base.kind === "external" && hookless.test(base.canonical)) continue;
		if (base.kind !== "class" || base.namespace.dynamic || base.keywords.has("metaclass") || base.decorators.length > 0)
			return "unknown";
		const found = findInClass(base, "__init_subclass__");
		if (found !== null) return found.value.kind === "function" && isPlain(found.value) && !found.maybe ? found.value : "unknown";
		if (hookOf(base) !== "none") return "unknown";
	}
	return "none";
}

function isPlain({ decorators }: FunctionValue): boolean {
	return decorators.every((each) => each.kind === "external" && each.canonical === "builtins.classmethod");
}

/** Bases that hand every keyword on to `object`. */
const hookless = /^(builtins\.(object|str|int|dict|list|\w*(Error|Exception))|abc\.ABC|typing\.Generic)$/;
