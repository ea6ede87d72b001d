import type { FixProposal } from "../../../audit/fix.ts";
import { externalBindingProblem } from "../../../project/imports/simulator/external-signature.ts";
import { scopeOfModule } from "../../../project/models/name-scope.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { makeTheObject } from "../../repair/calls/library-call-remedies.ts";

/** `Instrumentator.instrument(app)`: a method for objects, asked of a library's class of which objects are made without arguments. */
export function makeLibraryObject(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const { callee } = call;
	const [, method] = /^TypeError: (?:\w+\.)?(\w+)\(\) missing 1 required positional argument: '\w+'$/.exec(error) ?? [];
	if (callee.type !== "Attribute" || callee.attribute.name !== method) return undefined;
	const scope = scopeOfModule(project, module);
	const owner = scope === null ? null : valueOfName(callee.value, scope);
	if (owner?.kind !== "external" || owner.entry?.kind !== "class") return undefined;
	if (externalBindingProblem(project, owner, { args: [], keywords: new Map(), open: false }) !== null) return undefined;
	const name = module.text.slice(callee.value.start, callee.value.end);
	const { end } = callee.value;
	return (
		makeTheObject(module, call) ?? {
			title: `Make an object of ${name} first`,
			explanation: `${method} is a method for objects of ${name}; asked of the class itself, it takes its first argument for the object.`,
			applicability: "review",
			edits: [replaceText(module, end, end, "()")],
		}
	);
}
