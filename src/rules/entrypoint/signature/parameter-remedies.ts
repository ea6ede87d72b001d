import type { FixProposal } from "../../../audit/fix.ts";
import type { Marker } from "../../../project/fastapi/signature/marker.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { quotedInBrackets } from "../../../project/fastapi/signature/quoted-in-brackets.ts";
import { isComplexType } from "../../../project/fastapi/signature/scalar-types.ts";
import { unionDependency } from "../../../project/fastapi/signature/union-dependency.ts";
import { lookUpName } from "../../../project/models/name-scope.ts";
import { readTypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import { annotatedItems, annotatedType } from "../../../python/annotated.ts";
import { moveAliasDefault } from "./alias-default.ts";
import { dependsAsType } from "./depends-as-type.ts";
import { dropPattern } from "./drop-pattern.ts";
import { bringName } from "./home-of-name.ts";
import {
	canImport,
	isWrittenIn,
	type Mend,
	ownDefaultCode,
	proposal,
	removeOwnDefault,
	renameMarker,
	setAnnotation,
	setDefault,
	sourceOf,
} from "./parameter-edits.ts";
import { wordsOf } from "./parameter-words.ts";

type Remedy = (fault: ParameterFault, project: Project) => FixProposal | undefined;

/** How each fault of a parameter is mended; those that only a person can mend are not in it. */
const remedies: Readonly<Partial<Record<ParameterFault["type"], Remedy>>> = {
	"default-in-annotated": defaultBehindAnnotation,
	"two-dependencies": oneDependency,
	"marker-beside-dependency": dependencyAsDefault,
	"annotated-not-read": dependencyAsDefault,
	"two-markers": oneMarker,
	"path-default": withoutDefault,
	"path-marker-default": withoutMarkerDefault,
	"wrong-marker-for-path": markedWithPath,
	"query-not-scalar": fromBody,
	"marker-on-special-type": filledIn,
	"dependency-on-special-type": filledIn,
	"dependency-on-union": oneType,
	"field-as-marker": describedByMarker,
	"refused-pattern": dropPattern,
	"no-json-schema": (fault) => dependsAsType(fault) ?? givenByDependency(fault),
	unresolved: boundName,
};

/** The change after which FastAPI takes the parameter; undefined where none is certain. */
export function parameterRemedy(fault: ParameterFault, project: Project): FixProposal | undefined {
	return remedies[fault.type]?.(fault, project);
}

function defaultBehindAnnotation(fault: ParameterFault, project: Project): FixProposal | undefined {
	const { signature, parameter, annotated } = fault;
	if (!isWrittenIn(parameter, annotated)) return moveAliasDefault(fault, project);
	const code = ownDefaultCode(signature, annotated);
	if (code === null) return undefined;
	const inner = removeOwnDefault(annotated);
	const outer = parameter.default === null ? setDefault(signature, parameter, code) : { edits: [] };
	const mend = outer === null ? null : { edits: [...inner, ...outer.edits] };
	return certain(fault, mend, `Write ${code} as the default of ${nameOf(fault)}`);
}

function oneDependency(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter, annotated, fallback } = fault;
	const isSame = annotated !== null && fallback !== null && sourceOf(signature, fallback.call.node) === textOf(annotated);
	const likely = isSame ? certain : possible;
	const kept = setDefault(signature, parameter, null);
	if (kept !== null) return likely(fault, kept, `Keep the dependency in the annotation of ${nameOf(fault)}`);
	return likely(fault, plainType(fault), `Keep the dependency that is the default of ${nameOf(fault)}`);
}

/** `db: Annotated[Session, Depends(get_db)]` → `db: Session = Depends(get_db)`. */
function dependencyAsDefault(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter, fallback } = fault;
	const plain = plainType(fault);
	if (plain === null) return undefined;
	if (fallback !== null) return possible(fault, plain, `Let the dependency make ${nameOf(fault)}`);
	const written = annotatedItems(parameter.annotation).slice(1).at(-1);
	const given = written === undefined ? null : setDefault(signature, parameter, sourceOf(signature, written));
	const mend = given === null ? null : { edits: [...plain.edits, ...given.edits] };
	return certain(fault, mend, `Write the dependency of ${nameOf(fault)} as its default`);
}

function oneMarker(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter, fallback } = fault;
	const mend = fallback === null ? null : setDefault(signature, parameter, ownDefaultCode(signature, fallback));
	return possible(fault, mend, `Keep the description of ${nameOf(fault)} that stands in its annotation`);
}

function withoutDefault(fault: ParameterFault): FixProposal | undefined {
	return certain(fault, setDefault(fault.signature, fault.parameter, null), `Take away the default of ${nameOf(fault)}`);
}

/** An alias that others use too is for path parameters as well: Path takes a default nowhere. */
function withoutMarkerDefault(fault: ParameterFault): FixProposal | undefined {
	const { signature, annotated, fallback } = fault;
	const marker = [annotated, fallback].find((each) => each?.name === "Path" && ownDefaultCode(signature, each) !== null);
	return certain(fault, marker ? { edits: removeOwnDefault(marker) } : null, `Take away the default of ${nameOf(fault)}`);
}

/** A path parameter has no default, inside its marker or outside. */
function markedWithPath(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter, annotated, fallback } = fault;
	const marker = annotated ?? fallback;
	if (!isWrittenIn(parameter, marker) || !canImport(signature, "Path")) return undefined;
	const renamed = renameMarker(signature, marker, "Path");
	const defaults = ownDefaultCode(signature, marker) === null ? [] : removeOwnDefault(marker);
	return certain(fault, { ...renamed, edits: [...renamed.edits, ...defaults] }, `Mark ${nameOf(fault)} with Path`);
}

function fromBody(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter, annotated, fallback } = fault;
	const marker = annotated ?? fallback;
	if (!isWrittenIn(parameter, marker) || !canImport(signature, "Body")) return undefined;
	return possible(fault, renameMarker(signature, marker, "Body"), `Read ${nameOf(fault)} from the body`);
}

function filledIn(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter, fallback } = fault;
	const mend = isWrittenIn(parameter, fallback) ? setDefault(signature, parameter, null) : plainType(fault);
	return certain(fault, mend, `Let FastAPI fill in ${nameOf(fault)}`);
}

function oneType(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter } = fault;
	const found = unionDependency(parameter.annotation, signature.scope);
	if (found === null) return undefined;
	const code = sourceOf(signature, found.type);
	return certain(fault, replacing(fault, found.union, code), `Write ${code} as the type of ${nameOf(fault)}`);
}

function describedByMarker(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter, fallback } = fault;
	if (!isWrittenIn(parameter, fallback) || parameter.annotation === null) return undefined;
	const isComplex = isComplexType(readTypeForm(parameter.annotation, signature.scope));
	const marker = isComplex === true ? "Body" : "Query";
	if (isComplex === null || !canImport(signature, marker)) return undefined;
	return certain(fault, renameMarker(signature, fallback, marker), `Describe ${nameOf(fault)} with ${marker}`);
}

function givenByDependency(fault: ParameterFault): FixProposal | undefined {
	const { signature, parameter } = fault;
	const given = parameter.default;
	if (given?.type !== "Name" || !canImport(signature, "Depends")) return undefined;
	const mend = setDefault(signature, parameter, `Depends(lambda: ${sourceOf(signature, given)})`);
	const needs = [{ path: signature.function.module.path, module: "fastapi", name: "Depends" }];
	return possible(fault, mend && { ...mend, needs }, `Let a dependency give ${nameOf(fault)}`);
}

function boundName(fault: ParameterFault, project: Project): FixProposal | undefined {
	const { named, parameter, signature } = fault;
	const { module, node } = signature.function;
	const quoted = parameter.annotation === null ? null : quotedInBrackets(parameter.annotation, signature.scope);
	if (quoted !== null && lookUpName({ ...signature.scope, before: node.start }, String(quoted.value)) !== "unbound") {
		const name = String(quoted.value);
		return certain(fault, replacing(fault, quoted, name), `Name the class ${name} itself`);
	}
	const mend = named === null ? null : bringName(named, module, node.start, project);
	const isMove = (mend?.edits.length ?? 0) > 0;
	return possible(fault, mend, isMove ? `Define ${named} first` : `Import ${named} when the server runs`);
}

function certain(fault: ParameterFault, mend: Mend | null, title: string): FixProposal | undefined {
	return proposal(mend, title, wordsOf(fault).cause, "safe");
}

function possible(fault: ParameterFault, mend: Mend | null, title: string): FixProposal | undefined {
	return proposal(mend, title, wordsOf(fault).cause, "review");
}

function nameOf({ parameter }: ParameterFault): string {
	return parameter.name.name;
}

/** `X` in the place of `Annotated[X, …]`, where the parameter says so itself. */
function plainType({ signature, parameter }: ParameterFault): Mend | null {
	const type = annotatedType(parameter.annotation);
	return type === null ? null : setAnnotation(signature, parameter, sourceOf(signature, type));
}

function replacing(
	{ signature }: ParameterFault,
	{ start, end }: { readonly start: number; readonly end: number },
	newText: string,
): Mend {
	return { edits: [{ path: signature.function.module.path, range: { start, end }, newText }] };
}

function textOf({ call: { module, node } }: Marker): string {
	return module.text.slice(node.start, node.end);
}
