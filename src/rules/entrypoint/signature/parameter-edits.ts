import type { FixProposal, ImportNeed } from "../../../audit/fix.ts";
import type { CallSignature } from "../../../project/fastapi/signature/call-signature.ts";
import { hasOwnDefault, type Marker } from "../../../project/fastapi/signature/marker.ts";
import { lookUpName } from "../../../project/models/name-scope.ts";
import type * as ast from "../../../python/ast.ts";
import { findKeyword, removeArguments } from "../../../python/rewrite/arguments.ts";
import type { TextEdit } from "../../../text/range.ts";

/** Edits that mend one parameter, without the words. */
export interface Mend {
	readonly edits: readonly TextEdit[];
	readonly needs?: readonly ImportNeed[];
}

/** The source of a piece of the module that a signature stands in. */
export function sourceOf(signature: CallSignature, node: { readonly start: number; readonly end: number }): string {
	return signature.function.module.text.slice(node.start, node.end);
}

/** May the parameter lose its default? Not where one before it has one. */
function canLoseDefault({ parameters }: CallSignature, parameter: ast.Parameter): boolean {
	if (parameter.kind === "keyword-only") return true;
	const index = parameters.indexOf(parameter);
	return !parameters.slice(0, index).some((each) => each.default !== null && each.kind !== "keyword-only");
}

/** May the parameter get a default? Not where one behind it has none. */
export function canGetDefault({ parameters }: CallSignature, parameter: ast.Parameter): boolean {
	if (parameter.kind === "keyword-only") return true;
	const behind = parameters.slice(parameters.indexOf(parameter) + 1);
	return behind.every((each) => each.default !== null || each.kind === "keyword-only" || each.kind.startsWith("var-"));
}

/** May `*` stand before a parameter? FastAPI calls by keyword, and behind `*` a default may come before none. */
function canBeKeywordOnly({ parameters, function: { node } }: CallSignature): boolean {
	const isOrdinary = ({ kind }: ast.Parameter): boolean => kind === "positional" || kind === "var-keyword";
	return node.type === "FunctionDef" && parameters.every(isOrdinary);
}

/** Takes the default away, or writes another; behind a `*` where a parameter without a default follows. */
export function setDefault(signature: CallSignature, parameter: ast.Parameter, code: string | null): Mend | null {
	const { path } = signature.function.module;
	const { annotation } = parameter;
	if (annotation === null) return null;
	if (code === null && !canLoseDefault(signature, parameter)) return null;
	const range = { start: annotation.end, end: parameter.default?.end ?? annotation.end };
	const edit = { path, range, newText: code === null ? "" : ` = ${code}` };
	if (code === null || parameter.default !== null || canGetDefault(signature, parameter)) return { edits: [edit] };
	const [first] = signature.parameters;
	if (first === undefined || !canBeKeywordOnly(signature)) return null;
	// In front of all, so that several parameters that need it write the same.
	return { edits: [{ path, range: { start: first.start, end: first.start }, newText: "*, " }, edit] };
}

/** Writes another annotation. */
export function setAnnotation(signature: CallSignature, parameter: ast.Parameter, code: string): Mend | null {
	const { annotation } = parameter;
	if (annotation === null) return null;
	const range = { start: annotation.start, end: annotation.end };
	return { edits: [{ path: signature.function.module.path, range, newText: code }] };
}

/** Is the marker written in the parameter itself, not in an alias or a variable? */
export function isWrittenIn(parameter: ast.Parameter, marker: Marker | null): marker is Marker {
	return marker !== null && parameter.start <= marker.call.node.start && marker.call.node.end <= parameter.end;
}

/** The default that a marker holds, as code: `Query(10, gt=0)` → `10`; null where it holds none. */
export function ownDefaultCode(signature: CallSignature, marker: Marker): string | null {
	if (hasOwnDefault(marker) !== true) return null;
	const node = defaultNode(marker);
	return node === null ? null : sourceOf(signature, node);
}

function defaultNode({ call }: Marker): ast.Expression | null {
	return call.node.args[0] ?? findKeyword(call.node, "default")?.value ?? null;
}

/** Takes a marker's own default out of its call. */
export function removeOwnDefault({ call }: Marker): readonly TextEdit[] {
	const doomed = call.node.args[0] ?? findKeyword(call.node, "default");
	return doomed === null || doomed === undefined ? [] : removeArguments(call.module, call.node, [doomed]);
}

/** Calls another marker: `Query(...)` becomes `Path(...)`, as the file spells such names. */
export function renameMarker(signature: CallSignature, { call }: Marker, name: string): Mend {
	const { path } = signature.function.module;
	const { callee } = call.node;
	if (callee.type === "Attribute" && callee.attribute.name !== "Field") {
		const { start, end } = callee.attribute;
		return { edits: [{ path, range: { start, end }, newText: name }] };
	}
	return {
		edits: [{ path, range: { start: callee.start, end: callee.end }, newText: name }],
		needs: isFromFastApi(signature, name) ? [] : [{ path, module: "fastapi", name }],
	};
}

/** Does the name stand for FastAPI's own in the file? */
export function isFromFastApi({ scope }: CallSignature, name: string): boolean {
	const found = lookUpName(scope, name);
	return found !== "unbound" && found.value.kind === "external" && /^fastapi\./.test(found.value.name);
}

/** Is the name free in the file, or FastAPI's own? An import of it would replace anything else. */
export function canImport(signature: CallSignature, name: string): boolean {
	return lookUpName(signature.scope, name) === "unbound" || isFromFastApi(signature, name);
}

/** Puts words to a mend; undefined where there is none. */
export function proposal(
	mend: Mend | null,
	title: string,
	explanation: string,
	applicability: FixProposal["applicability"],
): FixProposal | undefined {
	if (mend === null) return undefined;
	return { title, explanation, applicability, edits: mend.edits, needs: mend.needs ?? [] };
}
