import type { FixProposal } from "../../../audit/fix.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { valueOfName } from "../../../project/models/type-form.ts";
import type * as ast from "../../../python/ast.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { dottedName, walk } from "../../../python/walk.ts";

/**
 * `db: Depends`: what the file's other parameters of that name say, where they all say the same; else a parameter without a type, which
 * FastAPI reads from the request.
 */
export function dependsAsType({ parameter, signature }: ParameterFault): FixProposal | undefined {
	const { annotation } = parameter;
	const value = annotation === null ? null : valueOfName(annotation, signature.scope);
	const { module } = signature.function;
	if (annotation === null || value?.kind !== "external" || !/^fastapi\.(?:\w+\.)?Depends$/.test(value.canonical))
		return undefined;
	const name = parameter.name.name;
	const written = dependenciesNamed(module.tree, name).map(({ start, end }) => module.text.slice(start, end));
	const [known, ...others] = new Set(written);
	if (known !== undefined && others.length === 0)
		return {
			title: `Write ${known}`,
			explanation: `Depends alone names no dependency; the other parameters called ${name} in this file have this one.`,
			applicability: "review",
			edits: [replaceText(module, parameter.start, parameter.end, known)],
		};
	// What has attributes is no text of the request.
	if (readsAttributeOf(signature.function.node, name)) return undefined;
	return {
		title: `Take the type of ${name} away`,
		explanation: `Depends alone names no dependency, and is no type. Without it FastAPI reads ${name} from the request; write Depends(…) as its default to have a function called for it.`,
		applicability: "review",
		edits: [replaceText(module, parameter.name.end, annotation.end, "")],
	};
}

function readsAttributeOf(owner: ParameterFault["signature"]["function"]["node"], name: string): boolean {
	let reads = false;
	walk(owner, (node) => {
		reads ||= node.type === "Attribute" && node.value.type === "Name" && node.value.id === name;
		return !reads;
	});
	return reads;
}

/** Parameters of that name whose default is a call of Depends. */
function dependenciesNamed(tree: ast.Module, name: string): readonly ast.Parameter[] {
	const found: ast.Parameter[] = [];
	walk(tree, (node) => {
		if (node.type !== "FunctionDef") return true;
		found.push(...node.parameters.filter((each) => each.name.name === name && isDependency(each.default)));
		return true;
	});
	return found;
}

function isDependency(given: ast.Expression | null): boolean {
	return given?.type === "Call" && /(?:^|\.)Depends$/.test(dottedName(given.callee) ?? "");
}
