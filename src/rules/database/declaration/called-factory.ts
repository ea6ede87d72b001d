import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { argumentsOf, makerOf } from "../../../project/models/class-body.ts";
import { scopeOfClass } from "../../../project/models/name-scope.ts";
import { allFields, isPlainModel } from "../../../project/models/pydantic-model.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import { findKeyword } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import type { ClassFault } from "../../repair/classes/class-fault.ts";

/** `Field(default_factory=datetime.now())`: the factory was called when the class was defined, and its result cannot be called for an object. */
export function calledFactory(project: Project, call: Call): ClassFault | null {
	const { callee, keywords, open, reached } = call;
	if (callee.kind !== "class" || open || !reached || !isPlainModel(callee)) return null;
	for (const { name, value, valueNode, owner } of allFields(callee).values()) {
		if (keywords.has(name) || makerOf(value) !== "Field" || valueNode?.type !== "Call") continue;
		const written = findKeyword(valueNode, "default_factory")?.value;
		const scope = scopeOfClass(project, owner);
		if (written?.type !== "Call" || scope === null) continue;
		const type = typeOfResult(valueOfName(written.callee, scope)) ?? typeOfResult(makerOfFactory(value));
		if (type === null) continue;
		const { module } = owner;
		const factory = module.text.slice(written.callee.start, written.callee.end);
		const takesNothing = written.args.length + written.keywords.length === 0;
		return {
			subject: `${module.name}:${owner.node.name.name}.${name}`,
			module,
			range: written,
			severity: call.guarded ? "HIGH" : "CRITICAL",
			stage: call.stage,
			order: call.order,
			problem: `The default_factory of ${owner.node.name.name}.${name} is called where it is written`,
			rootCause: `pydantic calls the factory for each object that gets no ${name}; here it has ${type}, which ${factory}() gave when the class was defined.`,
			error: `TypeError: '${type}' object is not callable`,
			fixes: [
				takesNothing
					? {
							title: `Write ${factory} without the brackets`,
							explanation: "The factory itself is handed over, and called for each object.",
							applicability: "safe",
							edits: [replaceText(module, written.start, written.end, factory)],
						}
					: {
							title: `Make a function of ${factory}(…)`,
							explanation: "The lambda is called for each object.",
							applicability: "safe",
							edits: [replaceText(module, written.start, written.start, "lambda: ")],
						},
			],
		};
	}
	return null;
}

/** What made the value that stands in the place of the factory: `datetime.now` behind `utcnow()`, a function of the project. */
function makerOfFactory(field: Value | null): Value | null {
	const given = argumentsOf(field)?.keywords.get("default_factory");
	return given?.kind === "instance" ? given.of : null;
}

/** The type, as Python shows it, of what a function or class gives that is often meant as a factory; null for all else. */
function typeOfResult(maker: Value | null): string | null {
	if (maker?.kind !== "external") return null;
	const name = maker.canonical.replace(/^builtins\./, "");
	if (/^datetime\.datetime\.(now|utcnow|today)$/.test(name)) return "datetime.datetime";
	if (name === "datetime.date.today") return "datetime.date";
	if (/^uuid\.uuid[14]$/.test(name)) return "UUID";
	return /^(list|dict|set)$/.test(name) ? name : null;
}
