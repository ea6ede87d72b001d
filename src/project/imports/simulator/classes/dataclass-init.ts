import { outermostType } from "../../../../python/annotated.ts";
import type * as ast from "../../../../python/ast.ts";
import type { ClassValue, InstanceValue, Value } from "../../values.ts";
import { missingArguments, tooManyPositional } from "../argument-words.ts";
import type { BindingProblem } from "../external-signature.ts";
import type { CallArguments, Frame, Machine } from "../machine.ts";
import { findInClass } from "./class-members.ts";

/** A parameter of the `__init__` that `@dataclass` writes. */
export interface InitField {
	readonly name: string;
	readonly hasDefault: boolean;
	readonly isKeywordOnly: boolean;
	/** The line of the class that declares it. */
	readonly node: ast.AnnAssign;
}

/** Why the `__init__` that `@dataclass` writes cannot bind a call's arguments, in Python's words; null where it can, or where we cannot tell. */
export function dataclassBindingProblem(machine: Machine, owner: ClassValue, args: CallArguments): BindingProblem | null {
	if (args.open || findInClass(owner, "__init__") !== null || findInClass(owner, "__new__") !== null) return null;
	const fields = initFields(owner);
	if (fields === null) return null;
	const shown = machine.environment.python.minor >= 10 ? `${owner.node.name.name}.__init__()` : "__init__()";
	const positional = fields.filter((field) => !field.isKeywordOnly);
	// A field without a default behind one that has one is refused when the class is defined, and whoever mends that gives them another order.
	const hasOrder = positional.every((field, index) => field.hasDefault || !positional[index - 1]?.hasDefault);
	if (!hasOrder && args.args.length > 0) return null;
	const unexpected = [...args.keywords.keys()].find((name) => !fields.some((field) => field.name === name));
	if (unexpected !== undefined) {
		const filled = new Set(positional.slice(0, args.args.length));
		const free = fields.filter((field) => !filled.has(field) && !args.keywords.has(field.name));
		return {
			message: `${shown} got an unexpected keyword argument '${unexpected}'`,
			keyword: { name: unexpected, parameters: inNeedFirst(free) },
		};
	}
	if (args.args.length > positional.length) {
		// The object itself is the first of the parameters.
		const counted = [{ hasDefault: false }, ...positional];
		const named = fields.filter((field) => field.isKeywordOnly && args.keywords.has(field.name));
		return { message: tooManyPositional(shown, counted, args.args.length + 1, named.length) };
	}
	const given = new Set([...positional.slice(0, args.args.length).map((field) => field.name), ...args.keywords.keys()]);
	const lacking = positional.filter((field) => !field.hasDefault && !given.has(field.name)).map((field) => field.name);
	if (lacking.length > 0) return { message: missingArguments(shown, lacking, "positional") };
	const named = fields.filter((field) => field.isKeywordOnly && !field.hasDefault && !args.keywords.has(field.name));
	const names = named.map((field) => field.name);
	return names.length === 0 ? null : { message: missingArguments(shown, names, "keyword-only") };
}

/** The names of fields; where one alone has no default, that one is what is meant. */
function inNeedFirst(fields: readonly InitField[]): readonly string[] {
	const needed = fields.filter((field) => !field.hasDefault);
	return (needed.length === 1 ? needed : fields).map((field) => field.name);
}

/** Makes the defaults of a dataclass's fields that nothing gives: `field(default_factory=…)` runs for each object. */
export function runFactories(machine: Machine, frame: Frame, instance: InstanceValue, args: CallArguments, node: ast.Call): void {
	if (instance.of.kind !== "class" || args.open) return;
	const { of } = instance;
	const fields = initFields(of);
	if (fields === null) return;
	const positional = fields.filter((field) => !field.isKeywordOnly).slice(0, args.args.length);
	for (const { name } of fields) {
		const at = positional.findIndex((field) => field.name === name);
		const given = at < 0 ? args.keywords.get(name) : args.args[at];
		if (given !== undefined) {
			instance.attributes.set(name, given);
			continue;
		}
		const value = findInClass(of, name)?.value;
		const maker = value?.kind === "instance" && value.of.kind === "external" ? value : null;
		const factory =
			maker?.of.kind === "external" && maker.of.canonical === "dataclasses.field"
				? maker.call?.keywords.get("default_factory")
				: undefined;
		if (factory?.kind !== "function" && factory?.kind !== "class") continue;
		instance.attributes.set(name, machine.call(frame, factory, { args: [], keywords: new Map(), open: false }, node));
	}
}

/** What `__init__` calls at its end (https://docs.python.org/3/library/dataclasses.html#post-init-processing). */
export function runPostInit(machine: Machine, frame: Frame, instance: InstanceValue, args: CallArguments, node: ast.Call): void {
	if (instance.of.kind !== "class" || args.open || initFields(instance.of) === null) return;
	const hook = findInClass(instance.of, "__post_init__");
	// Further parameters stand for fields that are for it alone.
	if (hook?.value.kind !== "function" || hook.maybe || hook.value.node.parameters.length !== 1) return;
	machine.call(frame, hook.value, { args: [instance], keywords: new Map(), open: false }, node);
}

/** The fields that the generated `__init__` takes, in order; null where a decorator or a base that we cannot see has a say. */
export function initFields(owner: ClassValue, depth = 0): readonly InitField[] | null {
	const fields = new Map<string, InitField>();
	const options = dataclassOptions(owner);
	if (options === null || depth > 12 || owner.namespace.dynamic) return null;
	for (const base of owner.bases) {
		if (base.kind === "external" && ["builtins.object", "abc.ABC"].includes(base.canonical)) continue;
		const inherited = base.kind === "class" ? initFields(base, depth + 1) : null;
		if (inherited === null) return null;
		for (const field of inherited) fields.set(field.name, field);
	}
	let isKeywordOnly = options.get("kw_only") === true;
	for (const statement of owner.node.body) {
		if (statement.type !== "AnnAssign" || statement.target.type !== "Name") continue;
		const type = outermostType(statement.annotation);
		if (type === "KW_ONLY") isKeywordOnly = true;
		if (type === "KW_ONLY" || type === "ClassVar") continue;
		const field = fieldOf(statement.target.id, statement, isKeywordOnly);
		if (field === null) fields.delete(statement.target.id);
		else fields.set(field.name, field);
	}
	return [...fields.values()];
}

function fieldOf(name: string, node: ast.AnnAssign, isKeywordOnly: boolean): InitField | null {
	const { value } = node;
	if (value?.type !== "Call") return { name, hasDefault: value !== null, isKeywordOnly, node };
	const keyword = (word: string) => value.keywords.find((each) => each.name?.name === word)?.value;
	const off = keyword("init");
	if (off?.type === "Constant" && off.value === false) return null;
	const isPlain = keyword("default") === undefined && keyword("default_factory") === undefined;
	const callee =
		value.callee.type === "Attribute" ? value.callee.attribute.name : value.callee.type === "Name" ? value.callee.id : "";
	return {
		name,
		hasDefault: callee !== "field" || !isPlain,
		isKeywordOnly: isKeywordOnly || keyword("kw_only") !== undefined,
		node,
	};
}

/** The options of the only decorator, where that is `dataclasses.dataclass`. */
function dataclassOptions(owner: ClassValue): ReadonlyMap<string, unknown> | null {
	const [decorator, ...others] = owner.decorators;
	if (decorator === undefined || others.length > 0) return null;
	const maker: Value = decorator.kind === "instance" ? decorator.of : decorator;
	if (maker.kind !== "external" || maker.canonical !== "dataclasses.dataclass") return null;
	const options = new Map<string, unknown>();
	const keywords = decorator.kind === "instance" ? (decorator.call?.keywords ?? []) : [];
	for (const [name, value] of keywords) options.set(name, value.kind === "constant" ? value.value : undefined);
	return options.get("init") === false || [...options.values()].includes(undefined) ? null : options;
}
