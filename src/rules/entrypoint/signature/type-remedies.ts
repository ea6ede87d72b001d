import type { FixProposal } from "../../../audit/fix.ts";
import { fastApiFeatures } from "../../../project/fastapi/features.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import { isSpecialType } from "../../../project/fastapi/signature/special-types.ts";
import { pydanticSchemaOf } from "../../../project/models/pydantic-schema.ts";
import { readTypeForm, valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import { typedDictRemedy } from "../../repair/classes/typed-dict-remedy.ts";
import { dependsAsType } from "./depends-as-type.ts";
import { ownClassOfFastApi } from "./fastapi-class.ts";
import { calledMarker } from "./marker-as-type.ts";
import { memberRemedy, objectRemedy, swapAnnotated } from "./object-remedies.ts";
import { proposal, setAnnotation, sourceOf } from "./parameter-edits.ts";
import { schemaOfTable } from "./schema-of-table.ts";
import { dependencyMends } from "./type-dependencies.ts";
import { typeSpelling } from "./type-spelling.ts";

/** The ways to mend a parameter whose type pydantic does not know, the likeliest first. */
export function typeRemedies(fault: ParameterFault, project: Project): readonly FixProposal[] {
	const { parameter, signature } = fault;
	if (parameter.annotation === null) return [];
	const name = parameter.name.name;
	const spelled = typeSpelling(parameter.annotation, signature.scope, signature.function.module.path, project);
	if (spelled !== null) {
		const mend = setAnnotation(signature, parameter, spelled.code);
		const words = `${spelled.why} FastAPI needs a type here.`;
		const found = proposal(
			mend && { ...mend, needs: spelled.needs },
			`Write ${spelled.code} for the type of ${name}`,
			words,
			"safe",
		);
		return found === undefined ? [] : [found];
	}
	const own =
		calledMarker(fault, project) ??
		calledDepends(fault) ??
		dependsAsType(fault) ??
		memberRemedy(fault) ??
		swapAnnotated(fault, project) ??
		objectRemedy(fault, project) ??
		ownClassOfFastApi(fault) ??
		typedDictMend(fault, project) ??
		unwrappedMetadata(fault, project);
	if (own !== undefined) return [own];
	const purpose = isForChange(fault) ? "change" : "creation";
	const schema = fault.fallback === null ? schemaOfTable(parameter.annotation, signature.scope, purpose, project) : undefined;
	return [...specialMends(fault, project), ...dependencyMends(fault, project), ...(schema === undefined ? [] : [schema])];
}

/** `filters: Filters = Depends` of an own class: the call was forgotten, by which FastAPI makes an object of the class. */
function calledDepends({ parameter, signature }: ParameterFault): FixProposal | undefined {
	const { annotation, default: given } = parameter;
	if (annotation === null || given === null || readTypeForm(annotation, signature.scope).kind !== "class") return undefined;
	const value = given.type === "Name" || given.type === "Attribute" ? valueOfName(given, signature.scope) : null;
	if (value?.kind !== "external" || !/^fastapi\.(?:param_functions\.)?Depends$/.test(value.canonical)) return undefined;
	return {
		title: `Call ${sourceOf(signature, given)}`,
		explanation: `Without a call the function itself is the default; Depends() lets FastAPI make the ${sourceOf(signature, annotation)}.`,
		applicability: "safe",
		edits: [{ path: signature.function.module.path, range: { start: given.end, end: given.end }, newText: "()" }],
	};
}

/** Does the function answer PUT or PATCH, or say by its name that it changes something? */
function isForChange({ signature: { function: owner } }: ParameterFault): boolean {
	if (owner.kind !== "function" || owner.node.type === "Lambda") return false;
	const { decorators, name } = owner.node;
	const written = decorators.map(({ start, end }) => owner.module.text.slice(start, end));
	return written.some((text) => /\.(put|patch)\b/.test(text)) || /^(update|edit|change|patch)/.test(name.name);
}

function typedDictMend({ parameter, signature }: ParameterFault, project: Project): FixProposal | undefined {
	const answer = parameter.annotation === null ? null : pydanticSchemaOf(parameter.annotation, signature.scope, project);
	return answer?.schema === "no" && answer.error !== undefined ? typedDictRemedy(answer.culprit) : undefined;
}

/** `Annotated[User, get_user]` → `Annotated[User, Depends(get_user)]`, where the annotation is written. */
function unwrappedMetadata({ parameter, signature }: ParameterFault, project: Project): FixProposal | undefined {
	if (fastApiFeatures(project.environment).annotated !== true || parameter.annotation === null) return undefined;
	const form = readTypeForm(parameter.annotation, signature.scope);
	const [only, ...others] = form.kind === "annotated" ? form.metadata.filter(({ value }) => value.kind === "function") : [];
	if (only === undefined || others.length > 0 || only.node.type === "Call") return undefined;
	const { path, text } = only.scope.module;
	const { start, end } = only.node;
	const shown = text.slice(start, end);
	return {
		title: `Wrap ${shown} in Depends`,
		explanation: "FastAPI calls what Depends holds, and passes over a bare function in Annotated.",
		applicability: "safe",
		edits: [{ path, range: { start, end }, newText: `Depends(${shown})` }],
		needs: [{ path, module: "fastapi", name: "Depends" }],
	};
}

/** `request: Request | None` is not read: only the plain class is. */
function specialMends({ parameter, signature }: ParameterFault, project: Project): readonly FixProposal[] {
	const { annotation } = parameter;
	if (annotation === null) return [];
	const form = readTypeForm(annotation, signature.scope);
	if (form.kind !== "union") return [];
	const special = form.members.find((member) => isSpecialType(member, project.environment) === true);
	if (special?.kind !== "external" || form.members.length !== 2 || !form.members.some((member) => member.kind === "none"))
		return [];
	const code = special.value.name.slice(special.value.name.lastIndexOf(".") + 1);
	const written = sourceOf(signature, annotation);
	if (!new RegExp(`\\b${code}\\b`).test(written)) return [];
	const mend = setAnnotation(signature, parameter, code);
	const found = proposal(
		mend,
		`Write plain ${code} for the type of ${parameter.name.name}`,
		`FastAPI hands over a ${code} only where the annotation is the class itself.`,
		"safe",
	);
	return found === undefined ? [] : [found];
}
