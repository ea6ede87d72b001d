import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import type { ParameterFault } from "../../project/fastapi/signature/parameter-faults.ts";
import { quotedInBrackets } from "../../project/fastapi/signature/quoted-in-brackets.ts";
import { isComplexType } from "../../project/fastapi/signature/scalar-types.ts";
import { type Refused, signatureFaultsOf } from "../../project/fastapi/signature/signature-faults.ts";
import { unionDependency } from "../../project/fastapi/signature/union-dependency.ts";
import { lookUpName } from "../../project/models/name-scope.ts";
import { readTypeForm } from "../../project/models/type-form.ts";
import type { Project } from "../../project/project.ts";
import { annotatedItems, annotatedType } from "../../python/annotated.ts";
import type * as ast from "../../python/ast.ts";
import { moveAliasDefault } from "./signature/alias-default.ts";
import { dropPattern } from "./signature/drop-pattern.ts";
import { bringName } from "./signature/home-of-name.ts";
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
} from "./signature/parameter-edits.ts";
import { wordsOf } from "./signature/parameter-words.ts";
import { takeOutOfPath } from "./signature/path-part.ts";

type Evidence = Refused<ParameterFault>;

const example = (annotation: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from typing import Annotated

from fastapi import FastAPI, Path, Query

app = FastAPI()


@app.get("/cities/{city}")
def forecast(city: Annotated[str, Path()], unit: ${annotation}) -> dict[str, str]:
    return {"city": city, "unit": unit}
`,
});

export default defineRule<Evidence>({
	name: "invalid-parameter",
	category: "ENTRYPOINT",
	summary: "FastAPI refuses how a parameter of a route is declared",
	story:
		"A route's function declares a parameter in a way that contradicts itself or its path. FastAPI looks at the signature when the route is registered, so the import of the module fails and the server does not come up.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/query-params-str-validations/#advantages-of-annotated",
		"https://fastapi.tiangolo.com/tutorial/path-params-numeric-validations/",
	],
	example: {
		before: example('Annotated[str, Query(default="metric")]'),
		after: example('Annotated[str, Query()] = "metric"'),
	},

	*detect(project) {
		for (const refused of signatureFaultsOf(project).parameters) {
			const { parameter, signature, type } = refused.fault;
			if (type === "no-schema") continue;
			const { node, module } = signature.function;
			const owner = node.type === "FunctionDef" ? node.name.name : "lambda";
			yield {
				subject: `${module.name}:${owner}:${parameter.name.name}:${type}`,
				path: module.path,
				range: { start: parameter.start, end: parameter.end },
				evidence: refused,
			};
		}
	},

	describe({ evidence: { fault, operation } }, project) {
		const { problem, cause, step } = wordsOf(fault);
		return {
			severity: isHarmlessAtStart(fault) ? "HIGH" : "CRITICAL",
			stage: isHarmlessAtStart(fault) ? "request" : operation.call.stage,
			problem,
			rootCause: cause,
			...(fault.error === null ? {} : { expectedError: fault.error }),
			order: operation.call.order,
			manualSteps: mendsOf({ fault, operation }, project).length === 0 ? [step] : [],
		};
	},

	fix({ evidence }, project) {
		return mendsOf(evidence, project)[0];
	},
});

/** What only the documentation stumbles over: from pydantic 2.10 on a name that only type checkers know is asked for when the schema is. */
function isHarmlessAtStart({ type, error }: ParameterFault): boolean {
	return type === "no-json-schema" || (type === "unresolved" && error === null);
}

function mendsOf({ fault, operation }: Evidence, project: Project): readonly FixProposal[] {
	if (fault.type === "path-not-scalar") return takeOutOfPath(fault, operation);
	const found = mendOf(fault, project);
	return found === undefined ? [] : [found];
}

function mendOf(fault: ParameterFault, project: Project): FixProposal | undefined {
	const { signature, parameter, annotated, fallback, type } = fault;
	const { cause } = wordsOf(fault);
	const name = parameter.name.name;
	const base = baseOf(parameter);
	switch (type) {
		case "default-in-annotated": {
			if (!isWrittenIn(parameter, annotated)) return moveAliasDefault(fault, project);
			const code = ownDefaultCode(signature, annotated);
			if (code === null) return undefined;
			const inner = removeOwnDefault(annotated);
			const outer = parameter.default === null ? setDefault(signature, parameter, code) : { edits: [] };
			if (outer === null) return undefined;
			return proposal({ edits: [...inner, ...outer.edits] }, `Write ${code} as the default of ${name}`, cause, "safe");
		}
		case "two-dependencies": {
			const same = annotated !== null && fallback !== null && sourceOf(signature, fallback.call.node) === textOf(annotated.call);
			const kept = setDefault(signature, parameter, null);
			if (kept !== null)
				return proposal(kept, `Keep the dependency in the annotation of ${name}`, cause, same ? "safe" : "review");
			const plain = base === null ? null : setAnnotation(signature, parameter, sourceOf(signature, base));
			return proposal(plain, `Keep the dependency that is the default of ${name}`, cause, same ? "safe" : "review");
		}
		case "marker-beside-dependency":
		case "annotated-not-read":
			return dependencyAsDefault(fault, base);
		case "two-markers": {
			if (fallback === null) return undefined;
			const mend = setDefault(signature, parameter, ownDefaultCode(signature, fallback));
			return proposal(mend, `Keep the description of ${name} that stands in its annotation`, cause, "review");
		}
		case "path-default":
			return proposal(setDefault(signature, parameter, null), `Take away the default of ${name}`, cause, "safe");
		case "path-marker-default": {
			const marker =
				[annotated, fallback].find((each) => each?.name === "Path" && ownDefaultCode(signature, each) !== null) ?? null;
			// An alias that others use too is for path parameters as well: Path takes a default nowhere.
			if (marker === null) return undefined;
			return proposal({ edits: removeOwnDefault(marker) }, `Take away the default of ${name}`, cause, "safe");
		}
		case "wrong-marker-for-path": {
			const marker = annotated ?? fallback;
			if (!isWrittenIn(parameter, marker) || !canImport(signature, "Path")) return undefined;
			const renamed = renameMarker(signature, marker, "Path");
			const mend: Mend = { ...renamed, edits: [...renamed.edits, ...defaultEdits(fault)] };
			return proposal(mend, `Mark ${name} with Path`, cause, "safe");
		}
		case "query-not-scalar": {
			const marker = annotated ?? fallback;
			if (!isWrittenIn(parameter, marker) || !canImport(signature, "Body")) return undefined;
			return proposal(renameMarker(signature, marker, "Body"), `Read ${name} from the body`, cause, "review");
		}
		case "marker-on-special-type":
		case "dependency-on-special-type": {
			if (isWrittenIn(parameter, fallback))
				return proposal(setDefault(signature, parameter, null), `Let FastAPI fill in ${name}`, cause, "safe");
			const plain = base === null ? null : setAnnotation(signature, parameter, sourceOf(signature, base));
			return proposal(plain, `Let FastAPI fill in ${name}`, cause, "safe");
		}
		case "dependency-on-union": {
			const found = unionDependency(parameter.annotation, signature.scope);
			if (found === null) return undefined;
			const { start, end } = found.union;
			const code = sourceOf(signature, found.type);
			const edits = [{ path: signature.function.module.path, range: { start, end }, newText: code }];
			return proposal({ edits }, `Write ${code} as the type of ${name}`, cause, "safe");
		}
		case "field-as-marker": {
			if (!isWrittenIn(parameter, fallback) || parameter.annotation === null) return undefined;
			const complex = isComplexType(readTypeForm(parameter.annotation, signature.scope));
			const marker = complex === true ? "Body" : "Query";
			if (complex === null || !canImport(signature, marker)) return undefined;
			return proposal(renameMarker(signature, fallback, marker), `Describe ${name} with ${marker}`, cause, "safe");
		}
		case "refused-pattern":
			return dropPattern(fault);
		case "no-json-schema": {
			const given = parameter.default;
			if (given?.type !== "Name" || !canImport(signature, "Depends")) return undefined;
			const code = `Depends(lambda: ${sourceOf(signature, given)})`;
			const mend = setDefault(signature, parameter, code);
			const needs = [{ path: signature.function.module.path, module: "fastapi", name: "Depends" }];
			return proposal(mend && { ...mend, needs }, `Let a dependency give ${name}`, cause, "review");
		}
		case "unresolved": {
			const { named } = fault;
			const { module, node } = signature.function;
			const quoted = parameter.annotation === null ? null : quotedInBrackets(parameter.annotation, signature.scope);
			if (quoted !== null && lookUpName({ ...signature.scope, before: node.start }, String(quoted.value)) !== "unbound") {
				const { start, end } = quoted;
				const edits = [{ path: module.path, range: { start, end }, newText: String(quoted.value) }];
				return proposal({ edits }, `Name the class ${quoted.value} itself`, cause, "safe");
			}
			const mend = named === null ? null : bringName(named, module, node.start, project);
			const isMove = (mend?.edits.length ?? 0) > 0;
			return proposal(mend, isMove ? `Define ${named} first` : `Import ${named} when the server runs`, cause, "review");
		}
		default:
			return undefined;
	}
}

/** A path parameter has no default, inside its marker or outside. */
function defaultEdits({ signature, annotated, fallback }: ParameterFault): Mend["edits"] {
	const marker = annotated ?? fallback;
	return marker === null || ownDefaultCode(signature, marker) === null ? [] : removeOwnDefault(marker);
}

/** `db: Annotated[Session, Depends(get_db)]` → `db: Session = Depends(get_db)`. */
function dependencyAsDefault(fault: ParameterFault, base: ast.Expression | null): FixProposal | undefined {
	const { signature, parameter, fallback } = fault;
	const { cause } = wordsOf(fault);
	const name = parameter.name.name;
	if (base === null || parameter.annotation === null) return undefined;
	const plain = setAnnotation(signature, parameter, sourceOf(signature, base));
	if (plain === null) return undefined;
	if (fallback !== null) return proposal(plain, `Let the dependency make ${name}`, cause, "review");
	const written = metadataOf(parameter).at(-1);
	const mend = written === undefined ? null : setDefault(signature, parameter, sourceOf(signature, written));
	if (mend === null) return undefined;
	return proposal({ edits: [...plain.edits, ...mend.edits] }, `Write the dependency of ${name} as its default`, cause, "safe");
}

/** `X` of `Annotated[X, …]`, where the parameter says so itself. */
function baseOf({ annotation }: ast.Parameter): ast.Expression | null {
	return annotatedType(annotation);
}

function metadataOf({ annotation }: ast.Parameter): readonly ast.Expression[] {
	return annotatedItems(annotation).slice(1);
}

function textOf({ module, node }: { readonly module: { readonly text: string }; readonly node: ast.Call }): string {
	return module.text.slice(node.start, node.end);
}
