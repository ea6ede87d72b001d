import type * as ast from "../../../python/ast.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { dottedName, isGenerator } from "../../../python/walk.ts";
import { findInClass } from "../../imports/simulator/classes/class-members.ts";
import { isCacheDecorator } from "../../imports/simulator/decorators.ts";
import { isClosed } from "../../imports/simulator/value-types.ts";
import type { Call } from "../../imports/trace.ts";
import type { ClassValue, FunctionValue, Value } from "../../imports/values.ts";
import type { NameScope } from "../../models/name-scope.ts";
import { valueOfName } from "../../models/type-form.ts";
import { uncallableType } from "../served-application.ts";
import { dependencyOf, isDependency, type Marker, markerOf } from "./marker.ts";

/** Something that FastAPI takes for a dependency and cannot call. */
export interface DependencyFault {
	readonly type: "called" | "not-callable" | "wrapped-twice" | "not-wrapped" | "not-listed";
	/** `Depends(...)`, or the list item that lacks it. */
	readonly node: ast.Expression;
	readonly module: Call["module"];
	/** What is written where a callable belongs. */
	readonly argument: ast.Expression;
	/** For `called`: the function that is called too early. */
	readonly function: FunctionValue | null;
	/** For an alias in the list: the dependency that it is annotated with. */
	readonly alias?: AnnotatedDependency;
	readonly error: string | null;
}

/** `Depends(get_user)` of `CurrentUser = Annotated[User, Depends(get_user)]`, and the module of the alias. */
export interface AnnotatedDependency {
	readonly node: ast.Call;
	readonly module: Call["module"];
}

/** Why what `Depends` is handed cannot be called; null where it can, or where we cannot tell. */
export function uncallableDependency(marker: Marker, scope: NameScope, isListed: boolean): DependencyFault | null {
	const dependency = dependencyOf(marker);
	// In a list there is no annotation that could be called instead.
	if (isListed && !marker.call.open && dependency === null) {
		const { node, module } = marker.call;
		return { type: "not-callable", node, module, argument: node, function: null, error: withoutCallable };
	}
	if (dependency === null || dependency.node === null) return null;
	const { value, node } = dependency;
	const { call } = marker;
	const found = (
		type: "called" | "not-callable" | "wrapped-twice",
		made: FunctionValue | null,
		shown: string | null,
	): DependencyFault => ({
		type,
		node: call.node,
		module: call.module,
		argument: node,
		function: made,
		error: isListed ? withoutCallable : `TypeError: ${shown ?? "…"} is not a callable object`,
	});
	const inner = markerOf(value);
	if (inner !== null && isDependency(inner)) return found("wrapped-twice", null, null);
	if (node.type === "Call") {
		const callee = valueOfName(node.callee, scope);
		const made = callee?.kind === "function" && callee.node.type === "FunctionDef" ? callee.node : null;
		if (callee?.kind === "function" && made !== null && callee.decorators.every(isCacheDecorator)) {
			const kind = isGenerator(made) ? (made.isAsync ? "async_generator" : "generator") : made.isAsync ? "coroutine" : null;
			if (kind !== null) return found("called", callee, `<${kind} object ${made.name.name} at 0x…>`);
			return uncallableType(value) === null ? null : found("called", callee, shownObject(value));
		}
	}
	return uncallableType(value) === null ? null : found("not-callable", null, shownObject(value));
}

const withoutCallable = "AssertionError: A parameter-less dependency must have a callable dependency";

/** Functions and classes that stand in `dependencies=[…]` themselves, and a `Depends` that stands there without the list. */
export function* unwrappedDependencies(call: Call): Generator<DependencyFault> {
	const listed = call.keywords.get("dependencies");
	const node = findKeyword(call.node, "dependencies")?.value;
	const single = listed === undefined ? null : markerOf(listed);
	if (single !== null && isDependency(single) && node !== undefined) {
		const error = `TypeError: '${single.name}' object is not iterable`;
		yield { type: "not-listed", node, module: call.module, argument: node, function: null, error };
		return;
	}
	if (listed?.kind !== "sequence" || node?.type !== "Sequence" || node.items.length !== listed.items.length) return;
	for (const [index, item] of listed.items.entries()) {
		const argument = node.items[index];
		if (argument === undefined || argument.type === "Starred") continue;
		const alias = annotatedDependency(item);
		if (alias !== null)
			yield {
				type: "not-wrapped",
				node: argument,
				module: call.module,
				argument,
				function: null,
				alias,
				error: withoutDependency("…"),
			};
		const shown = unwrapped(item);
		if (shown === null) continue;
		const error = withoutDependency(shown);
		yield { type: "not-wrapped", node: argument, module: call.module, argument, function: null, error };
	}
}

function withoutDependency(shown: string): string {
	return `AttributeError: ${shown} has no attribute 'dependency'`;
}

/** An annotation that holds a dependency, which a list does not look into. */
function annotatedDependency(item: Value): AnnotatedDependency | null {
	const written = item.kind === "external" && /(^|\.)Annotated$/.test(item.canonical) ? item.subscript : undefined;
	const parts = written?.node.index.type === "Sequence" ? written.node.index.items : [];
	const node = parts
		.slice(1)
		.find((each): each is ast.Call => each.type === "Call" && /(^|\.)Depends$/.test(dottedName(each.callee) ?? ""));
	return written === undefined || node === undefined ? null : { node, module: written.module };
}

/** How Python names what stands in the list without `Depends` around it; null where it may be a dependency. */
function unwrapped(item: Value): string | null {
	switch (item.kind) {
		case "class":
			return `type object '${item.node.name.name}'`;
		case "function":
			return item.decorators.length === 0 ? "'function' object" : null;
		case "instance": {
			const scheme = item.of.kind === "external" ? /^fastapi\.security\.\w+\.([A-Z]\w*)$/.exec(item.of.canonical) : null;
			if (scheme?.[1] !== undefined) return `'${scheme[1]}' object`;
			const isOwn =
				item.of.kind === "class" &&
				(isClosed(item.of) || isSecurityScheme(item.of)) &&
				findInClass(item.of, "dependency") === null;
			return isOwn && item.of.kind === "class" && !item.attributes.has("dependency")
				? `'${item.of.node.name.name}' object`
				: null;
		}
		default:
			return null;
	}
}

/** `repr()` of a plain constant, or of an object that shows its address; null for others. */
function shownObject(value: Value): string | null {
	if (
		value.kind === "instance" &&
		value.of.kind === "class" &&
		isClosed(value.of) &&
		findInClass(value.of, "__repr__") === null
	) {
		const { module, node } = value.of;
		const isPlain = value.of.bases.every((base) => base.kind === "class") && value.of.decorators.length === 0;
		return isPlain ? `<${module.name}.${node.name.name} object at 0x…>` : null;
	}
	if (value.kind !== "constant") return null;
	if (typeof value.value === "string") return /['\\\n]/.test(value.value) ? null : `'${value.value}'`;
	if (typeof value.value === "boolean") return value.value ? "True" : "False";
	return typeof value.value === "number" ? String(value.value) : null;
}

/** Own classes over FastAPI's schemes, `class JWTBearer(HTTPBearer)`, which have no attribute of that name either. */
function isSecurityScheme({ bases, decorators, namespace }: ClassValue): boolean {
	if (bases.length === 0 || decorators.length > 0 || namespace.dynamic) return false;
	return bases.every((base) =>
		base.kind === "class"
			? isSecurityScheme(base)
			: base.kind === "external" && /^fastapi\.security\.\w+\.[A-Z]\w*$/.test(base.canonical),
	);
}
