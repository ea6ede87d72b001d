import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { indentUnitOf, isFirstOnLine, replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";
import { dottedName } from "../../../python/walk.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** Calls of start-up that make an instance of a class whose abstract methods are not all there. */
export function* abstractInstances(project: Project): Generator<ClassFault> {
	const seen = new Set<string>();
	for (const call of project.trace.calls) {
		const { callee, module, node, guarded, stage, order } = call;
		if (callee.kind !== "class" || guarded) continue;
		const missing = missingMethods(callee);
		const place = `${module.path}:${node.start}`;
		if (missing.length === 0 || seen.has(place)) continue;
		seen.add(place);
		const { name } = callee.node.name;
		yield {
			module,
			range: node,
			severity: "CRITICAL",
			stage,
			order,
			subject: `${module.name}:${name}`,
			problem: `${name} is made, and lacks ${missing.join(", ")}`,
			rootCause: `${missing.length === 1 ? "The method is" : "The methods are"} abstract in a base class: a class that is made has to define ${missing.length === 1 ? "it" : "them"}.`,
			error: `TypeError: Can't instantiate abstract class ${name} ${wording(project, missing)}`,
			fixes: [...renamedMethod(callee, missing), ...stubs(callee, missing)],
			manualSteps: [`Define ${missing.join(", ")} in ${name}.`],
		};
	}
}

function wording(project: Project, missing: readonly string[]): string {
	const { minor } = project.environment.python;
	const noun = missing.length === 1 && minor >= 9 ? "method" : "methods";
	return minor >= 12
		? `without an implementation for abstract ${noun} ${missing.map((each) => `'${each}'`).join(", ")}`
		: `with abstract ${noun} ${missing.join(", ")}`;
}

/** The abstract methods that no class nearer than theirs defines, in the order in which Python names them. */
function missingMethods(value: ClassValue): readonly string[] {
	const { own, ancestors, isComplete } = lineageOf(value);
	const isAbstract =
		ancestors.some((each) => each.kind === "external" && /^(abc\.ABC|typing\.Protocol)$/.test(each.canonical)) ||
		own.some(hasAbstractMetaclass);
	if (!isAbstract || !isComplete || own.some(({ decorators }) => decorators.length > 0)) return [];
	// A library's base may define what is missing here.
	if (
		ancestors.some(
			(each) =>
				each.kind !== "class" &&
				!(each.kind === "external" && /^(abc\.ABC|typing\.(Generic|Protocol)|builtins\.object)$/.test(each.canonical)),
		)
	)
		return [];
	const missing = new Set<string>();
	for (const each of own.toReversed())
		for (const [name, { value: bound }] of each.namespace.names) {
			if (isAbstractMethod(bound)) missing.add(name);
			else missing.delete(name);
		}
	return [...missing].sort();
}

function hasAbstractMetaclass({ keywords }: ClassValue): boolean {
	const metaclass = keywords.get("metaclass");
	return metaclass?.kind === "external" && metaclass.canonical === "abc.ABCMeta";
}

function isAbstractMethod(value: Value): boolean {
	return (
		value.kind === "function" &&
		value.decorators.some((each) => each.kind === "external" && each.canonical === "abc.abstractmethod")
	);
}

/** The missing methods, to be written: until then they say so where they are called. */
function stubs(value: ClassValue, missing: readonly string[]): ClassFault["fixes"] {
	const last = value.node.body.findLast((each) => isFirstOnLine(value.module.text, each.start));
	// Nothing but abstract methods: another class is meant to be made.
	if (
		last === undefined ||
		!lineageOf(value)
			.own.slice(1)
			.some((each) => missing.some((name) => each.namespace.names.has(name)))
	)
		return [];
	const code = missing.flatMap((name) => {
		const bound = lineageOf(value)
			.own.slice(1)
			.map((each) => ({ module: each.module, bound: each.namespace.names.get(name)?.value }))
			.find((each) => each.bound?.kind === "function");
		return bound?.bound?.kind === "function" && bound.bound.node.type === "FunctionDef"
			? [stubOf(bound.module, bound.bound.node)]
			: [];
	});
	if (code.length < missing.length) return [];
	return [
		{
			title: `Add ${missing.join(", ")} to ${value.node.name.name}, still to be written`,
			explanation: "The class can be made then; calling what is still to be written raises NotImplementedError.",
			applicability: "review",
			edits: [insertAfter(value.module, last, `\n${code.join("\n\n")}`)],
		},
	];
}

function stubOf(module: Module, node: ast.FunctionDef): string {
	const unit = indentUnitOf(module);
	const kept = node.decorators.flatMap((each) => {
		const name = dottedName(each) ?? "";
		return /^(property|classmethod|staticmethod)$/.test(name) ? [`@${name}\n`] : [];
	});
	const names = node.parameters.map((each) => {
		const stars = each.kind === "var-positional" ? "*" : each.kind === "var-keyword" ? "**" : "";
		const given = each.default === null ? "" : "=None";
		return { kind: each.kind, code: `${stars}${each.name.name}${given}` };
	});
	const bare = names.findIndex(({ kind }) => kind === "keyword-only");
	const isMarked = bare < 0 || names.slice(0, bare).some(({ kind }) => kind === "var-positional");
	const parameters = names.map(({ code }) => code);
	if (!isMarked) parameters.splice(bare, 0, "*");
	return `${kept.join("")}${node.isAsync ? "async " : ""}def ${node.name.name}(${parameters.join(", ")}):\n${unit}raise NotImplementedError`;
}

/** A method of the class itself that is spelt almost like the missing one. */
function renamedMethod(value: ClassValue, missing: readonly string[]): ClassFault["fixes"] {
	const [wanted] = missing;
	if (wanted === undefined || missing.length > 1) return [];
	const inherited = new Set(
		lineageOf(value)
			.own.slice(1)
			.flatMap((each) => [...each.namespace.names.keys()]),
	);
	const alike = value.node.body.filter(
		(each) => each.type === "FunctionDef" && !inherited.has(each.name.name) && isSimilarName(each.name.name, wanted),
	);
	const [method] = alike;
	if (alike.length !== 1 || method?.type !== "FunctionDef") return [];
	return [
		{
			title: `Call the method ${wanted}`,
			explanation: `${method.name.name} is the only method of ${value.node.name.name} that is spelt like the one which is missing.`,
			applicability: "safe",
			edits: [replaceText(value.module, method.name.start, method.name.end, wanted)],
		},
	];
}
