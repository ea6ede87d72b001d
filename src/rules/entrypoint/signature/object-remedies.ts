import type { FixProposal } from "../../../audit/fix.ts";
import { ExpressionValues } from "../../../project/fastapi/expression-value.ts";
import { memberAnnotation } from "../../../project/fastapi/signature/member-annotation.ts";
import { objectAnnotation } from "../../../project/fastapi/signature/object-annotation.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import type { FunctionValue, Value } from "../../../project/imports/values.ts";
import { lookUpName, scopeOfFunction } from "../../../project/models/name-scope.ts";
import { readTypeForm, valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { isGenerator, walk } from "../../../python/walk.ts";
import { canGetDefault, canImport, isFromFastApi, sourceOf } from "./parameter-edits.ts";

/** `order: Order.asc`: the enumeration is the type, its member at most the default. */
export function memberRemedy({ parameter, signature }: ParameterFault): FixProposal | undefined {
	const member = memberAnnotation(parameter.annotation, signature.scope);
	if (member === null) return undefined;
	const { node } = member;
	const owner = sourceOf(signature, node.value);
	return {
		title: `Write ${owner} as the type of ${parameter.name.name}`,
		explanation: `${sourceOf(signature, node)} is one of its values; a type stands for all of them.`,
		applicability: "safe",
		edits: [{ path: signature.function.module.path, range: { start: node.value.end, end: node.end }, newText: "" }],
	};
}

/** `Annotated[Depends(get_db), Session]` → `Annotated[Session, Depends(get_db)]`, where it is written. */
export function swapAnnotated({ parameter, signature }: ParameterFault, project: Project): FixProposal | undefined {
	const form = parameter.annotation === null ? null : readTypeForm(parameter.annotation, signature.scope);
	if (form?.kind !== "annotated" || form.metadata.length !== 1) return undefined;
	const [type] = form.metadata;
	const dependency = type && objectAnnotation(project, new ExpressionValues(project).valueOf(form.node, type.scope));
	if (type === undefined || (dependency?.kind !== "dependency" && dependency?.kind !== "marker")) return undefined;
	const { module } = type.scope;
	const [first, second] = [form.node, type.node].map((node) => module.text.slice(node.start, node.end));
	return {
		title: `Write Annotated[${second}, ${first}]`,
		explanation: "The type stands first in Annotated, and what is said about it behind.",
		applicability: "safe",
		edits: [
			replaceText(module, form.node.start, form.node.end, second ?? ""),
			replaceText(module, type.node.start, type.node.end, first ?? ""),
		],
	};
}

/** `db: Depends(get_db)` and `db: SessionLocal`: what stands for the type becomes the dependency that was meant. */
export function objectRemedy({ parameter, signature }: ParameterFault, project: Project): FixProposal | undefined {
	const { annotation } = parameter;
	if (annotation === null || parameter.default !== null || !canImport(signature, "Depends")) return undefined;
	const found = objectAnnotation(project, new ExpressionValues(project).valueOf(annotation, signature.scope));
	if (found === null) return undefined;
	if (found.kind === "marker") return markerAsDefault({ parameter, signature });
	const { path } = signature.function.module;
	const isOfLibrary = found.value.kind === "instance" && found.value.of.kind === "external";
	if (found.kind === "object" && isOfLibrary && annotation.type === "Call") {
		const { callee } = annotation;
		return {
			title: `Write ${sourceOf(signature, callee)} without the parentheses`,
			explanation: "The type of a parameter is the class; FastAPI makes the object for each request.",
			applicability: "safe",
			edits: [{ path, range: { start: callee.end, end: annotation.end }, newText: "" }],
		};
	}
	const shown = sourceOf(signature, annotation);
	const name = parameter.name.name;
	const needs = isFromFastApi(signature, "Depends") ? [] : [{ path, module: "fastapi", name: "Depends" }];
	let code = found.kind === "dependency" ? shown : `Depends(lambda: ${shown})`;
	if (found.kind === "session-factory") {
		const opener = openerOf(project, found.value);
		if (opener === null || opener.node.type === "Lambda") return undefined;
		const called = opener.node.name.name;
		const here = lookUpName(signature.scope, called);
		if (here !== "unbound" && here.value !== opener) return undefined;
		if (here === "unbound") needs.push({ path, module: opener.module.name, name: called });
		code = `Depends(${called})`;
	}
	const isDefault = canGetDefault(signature, parameter);
	if (!isDefault) needs.push({ path, module: "typing", name: "Annotated" }, { path, module: "typing", name: "Any" });
	const newText = isDefault ? ` = ${code}` : `: Annotated[Any, ${code}]`;
	return {
		title: `Let FastAPI get ${name} from ${code}`,
		explanation: `Behind the colon stands the type of ${name}; what makes it is its default.`,
		applicability: "review",
		edits: [{ path, range: { start: parameter.name.end, end: annotation.end }, newText }],
		needs,
	};
}

/** `limit: Query(10)` → `limit=Query(10)`, which is read as a text. */
function markerAsDefault({ parameter, signature }: Pick<ParameterFault, "parameter" | "signature">): FixProposal | undefined {
	const { annotation, name } = parameter;
	if (annotation === null || !canGetDefault(signature, parameter)) return undefined;
	return {
		title: `Write ${sourceOf(signature, annotation)} as the default of ${name.name}`,
		explanation: "Behind the colon stands the type; where the value comes from is said by the default.",
		applicability: "review",
		edits: [{ path: signature.function.module.path, range: { start: name.end, end: annotation.start }, newText: "=" }],
	};
}

/** The only generator of the project that opens a session of the factory. */
function openerOf(project: Project, factory: Value): FunctionValue | null {
	const found: FunctionValue[] = [];
	for (const { value } of project.trace.functions) {
		const { node } = value;
		if (node.type === "Lambda" || !isGenerator(node) || !value.module.tree.body.includes(node)) continue;
		const scope = scopeOfFunction(project, value);
		let opens = false;
		walk(node.body, (each) => {
			if (each.type === "Call" && valueOfName(each.callee, scope) === factory) opens = true;
			return !opens;
		});
		if (opens) found.push(value);
	}
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only : null;
}
