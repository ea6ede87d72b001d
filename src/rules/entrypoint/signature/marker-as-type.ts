import type { FixProposal } from "../../../audit/fix.ts";
import { markerFunction } from "../../../project/fastapi/signature/marker.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { readTypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import { canImport, type Mend, proposal, setAnnotation, setDefault, sourceOf } from "./parameter-edits.ts";

/** `caption: Form` → `caption: str = Form()`, and `file: File` → `file: UploadFile = File()`. */
export function calledMarker(fault: ParameterFault, project: Project): FixProposal | undefined {
	const { parameter, signature } = fault;
	const { annotation } = parameter;
	const marker = annotation === null ? null : markerFunction(readTypeForm(annotation, signature.scope));
	if (annotation === null || marker === null || fault.annotated !== null) return undefined;
	const { path } = signature.function.module;
	const isText = marker !== "File" && marker !== "Body";
	const plain = isText ? "str" : marker === "File" ? "UploadFile" : "dict";
	if (!isText && marker === "File" && !canImport(signature, plain)) return undefined;
	const given = parameter.default;
	const mayLack = given?.type === "Constant" && given.literal === "none" && project.environment.python.minor >= 10;
	const type = mayLack ? `${plain} | None` : plain;
	const typed = setAnnotation(signature, parameter, type);
	const needs = marker === "File" ? [{ path, module: "fastapi", name: plain }] : [];
	const code = `${sourceOf(signature, annotation)}(${given === null ? "" : sourceOf(signature, given)})`;
	const called = fault.fallback === null ? setDefault(signature, parameter, code) : { edits: [] };
	const mend: Mend | null = typed && called && { edits: joined(typed.edits, called.edits), needs };
	const why = `${marker} says where ${parameter.name.name} comes from, and is called as its default; its type stands behind the colon.`;
	return proposal(mend, `Write ${type} as the type of ${parameter.name.name}, and ${marker}() as its default`, why, "review");
}

/** An edit that begins where another ends is one with it. */
function joined([type]: Mend["edits"], others: Mend["edits"]): Mend["edits"] {
	if (type === undefined) return others;
	const behind = others.find(({ range }) => range.start === type.range.end);
	if (behind === undefined) return [type, ...others];
	const whole = {
		...type,
		range: { start: type.range.start, end: behind.range.end },
		newText: type.newText + behind.newText,
	};
	return [...others.filter((each) => each !== behind), whole];
}
