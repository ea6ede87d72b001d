import { isSimilarName } from "../../../project/imports/nearest-module.ts";
import type { ClassValue, Value } from "../../../project/imports/values.ts";
import { lineageOf } from "../../../project/models/lineage.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { ClassFault } from "../../class-fault.ts";

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
			fixes: renamedMethod(callee, missing),
			manualSteps: [`Define ${missing.join(", ")} in ${name}.`],
		};
	}
}

function wording(project: Project, missing: readonly string[]): string {
	const noun = missing.length === 1 ? "method" : "methods";
	return project.environment.python.minor >= 12
		? `without an implementation for abstract ${noun} ${missing.map((each) => `'${each}'`).join(", ")}`
		: `with abstract ${noun} ${missing.join(", ")}`;
}

/** The abstract methods that no class nearer than theirs defines, in the order in which Python names them. */
function missingMethods(value: ClassValue): readonly string[] {
	const { own, ancestors, isComplete } = lineageOf(value);
	const isAbstract = ancestors.some((each) => each.kind === "external" && each.canonical === "abc.ABC");
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

function isAbstractMethod(value: Value): boolean {
	return (
		value.kind === "function" &&
		value.decorators.some((each) => each.kind === "external" && each.canonical === "abc.abstractmethod")
	);
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
