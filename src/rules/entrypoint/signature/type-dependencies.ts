import type { FixProposal } from "../../../audit/fix.ts";
import { fastApiFeatures } from "../../../project/fastapi/features.ts";
import { callSignatureOf } from "../../../project/fastapi/signature/call-signature.ts";
import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";
import type { ClassValue, FunctionValue } from "../../../project/imports/values.ts";
import { lookUpName } from "../../../project/models/name-scope.ts";
import { pydanticSchemaOf } from "../../../project/models/pydantic-schema.ts";
import { readTypeForm, type TypeForm, valueOfName } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { bringsNoFailure } from "../../repair/trial/trial.ts";
import { asPydanticModel } from "./as-pydantic-model.ts";
import { dependencyGiving } from "./known-dependencies.ts";
import { objectOf, obviousMaker } from "./known-objects.ts";
import { canGetDefault, canImport, isFromFastApi, proposal, setAnnotation, setDefault, sourceOf } from "./parameter-edits.ts";

/** Dependencies that could give the parameter, the likeliest first. */
export function dependencyMends(
	{ parameter, signature, fallback, annotated }: ParameterFault,
	project: Project,
): readonly FixProposal[] {
	const { annotation } = parameter;
	if (annotation === null || fallback !== null || annotated !== null) return [];
	const kept = keptDefault({ parameter, signature }, project);
	if (kept !== undefined) return [kept];
	const read = readTypeForm(annotation, signature.scope);
	const whole = read.kind === "annotated" ? read.type : read;
	const form = whole.kind === "union" ? (whole.members.find((member) => member.kind !== "none") ?? whole) : whole;
	const giver = dependencyGiving(project, form, parameter.name.name);
	if (giver !== null && giver.node.type === "FunctionDef" && !isDefinedLater(giver, signature)) {
		const { module, node } = giver;
		const isVisible = visibleFunction(signature, node.name.name, giver);
		if (isVisible !== null) {
			const need = isVisible ? [] : [{ path: signature.function.module.path, module: module.name, name: node.name.name }];
			const code = `Depends(${node.name.name})`;
			const found = asDependency(
				signature,
				parameter,
				code,
				need,
				project,
				`${node.name.name} gives what ${parameter.name.name} is declared to be, and nothing else does for a parameter of that name.`,
				"safe",
			);
			// An import in a module below the dependency would close a circle.
			if (found !== undefined && (isVisible || bringsNoFailure(project, found))) return [found];
			if (found === undefined) return [];
		}
	}
	const maker = obviousMaker(form);
	if (maker !== null) {
		const need = { path: signature.function.module.path, module: maker.module, name: maker.name };
		const why = "No dependency of the project gives one, and FastAPI cannot read one from a request.";
		const made = asDependency(signature, parameter, `Depends(lambda: ${maker.code})`, [need], project, why, "review");
		return made === undefined ? [] : [made];
	}
	if (isRequestForm(form)) {
		const why = "FastAPI makes it of the fields of the form: it is a class of parameters.";
		const made = asDependency(signature, parameter, "Depends()", [], project, why, "safe");
		return made === undefined ? [] : [made];
	}
	if (form.kind !== "class") return [];
	const model = asPydanticModel(form.value, project);
	if (model !== undefined) return [model];
	const shared = sharedObject(form.value, { parameter, signature }, project);
	if (shared !== undefined) return [shared];
	if (!isMadeByItself(form.value, project)) return [];
	const why = `FastAPI makes the object itself by calling ${form.value.node.name.name}.`;
	const found = asDependency(signature, parameter, "Depends()", [], project, why, "review");
	return found === undefined ? [] : [found];
}

/** The function itself, or one further down in its file, cannot be named in its signature. */
function isDefinedLater({ module, node }: FunctionValue, signature: ParameterFault["signature"]): boolean {
	return module === signature.function.module && node.start >= signature.function.node.start;
}

function isRequestForm(form: TypeForm): boolean {
	return form.kind === "external" && /^fastapi\.security\.oauth2\.OAuth2PasswordRequestForm(Strict)?$/.test(form.value.canonical);
}

/** `Depends(lambda: catalog)` where a module holds the only object of the class. */
function sharedObject(
	value: ClassValue,
	{ parameter, signature }: Pick<ParameterFault, "parameter" | "signature">,
	project: Project,
): FixProposal | undefined {
	const known = objectOf(value, project);
	if (known === null) return undefined;
	const { path } = signature.function.module;
	const isBound = lookUpName(signature.scope, known.name) !== "unbound";
	if (isBound && known.module.path !== path) return undefined;
	const need = isBound ? [] : [{ path, module: known.module.name, name: known.name }];
	const why = `${known.name} of ${known.module.name} is the only ${value.node.name.name} that the project makes.`;
	return asDependency(signature, parameter, `Depends(lambda: ${known.name})`, need, project, why, "review");
}

/** Can FastAPI call the class, all parameters of its `__init__` being dependencies or readable from a request? */
function isMadeByItself(value: Parameters<typeof callSignatureOf>[1], project: Project): boolean {
	const signature = callSignatureOf(project, value);
	if (signature === null) return value.kind === "class" && value.bases.length === 0 && !value.namespace.names.has("__init__");
	return signature.parameters.every((parameter) => {
		if (parameter.annotation === null) return false;
		if (parameter.default?.type === "Call") return true;
		const form = readTypeForm(parameter.annotation, signature.scope);
		return form.kind === "annotated" || pydanticSchemaOf(parameter.annotation, signature.scope, project).schema === "yes";
	});
}

/** True: the name stands for the function here; false: an import can bring it; null: something else has the name. */
function visibleFunction({ scope }: ParameterFault["signature"], name: string, wanted: object): boolean | null {
	const found = lookUpName(scope, name);
	if (found === "unbound") return false;
	return found.value === wanted ? true : null;
}

function asDependency(
	signature: ParameterFault["signature"],
	parameter: ParameterFault["parameter"],
	code: string,
	needs: readonly { readonly path: string; readonly module: string; readonly name: string }[],
	project: Project,
	why: string,
	applicability: FixProposal["applicability"],
): FixProposal | undefined {
	const { annotation } = parameter;
	const { path } = signature.function.module;
	if (annotation === null || !canImport(signature, "Depends")) return undefined;
	const all = isFromFastApi(signature, "Depends") ? [...needs] : [...needs, { path, module: "fastapi", name: "Depends" }];
	const title = `Let FastAPI get ${parameter.name.name} from ${code}`;
	if (parameter.default !== null || canGetDefault(signature, parameter)) {
		const mend = setDefault(signature, parameter, code);
		return proposal(mend && { ...mend, needs: all }, title, why, applicability);
	}
	const { environment } = project;
	if (fastApiFeatures(environment).annotated !== true || environment.python.minor < 9) return undefined;
	const mend = setAnnotation(signature, parameter, `Annotated[${sourceOf(signature, annotation)}, ${code}]`);
	return proposal(mend && { ...mend, needs: [...all, { path, module: "typing", name: "Annotated" }] }, title, why, applicability);
}

/** `lock: Lock = lock` → `lock: Lock = Depends(lambda: lock)`: what was the default is given all the same. */
function keptDefault(
	{ parameter, signature }: Pick<ParameterFault, "parameter" | "signature">,
	project: Project,
): FixProposal | undefined {
	const given = parameter.default;
	if (given?.type === "Call") return calledDefault({ parameter, signature }, given, project);
	if (given === null || (given.type !== "Name" && given.type !== "Attribute")) return undefined;
	const shown = sourceOf(signature, given);
	if (valueOfName(given, signature.scope)?.kind === "function") {
		const why = `As a default the function itself is handed over; with Depends, FastAPI calls ${shown} for each request.`;
		return asDependency(signature, parameter, `Depends(${shown})`, [], project, why, "safe");
	}
	return asDependency(
		signature,
		parameter,
		`Depends(lambda: ${shown})`,
		[],
		project,
		`${shown} is the default that was given, and no request can bring another.`,
		"review",
	);
}

/** `db: Session = get_db()` → `db: Session = Depends(get_db)`. */
function calledDefault(
	{ parameter, signature }: Pick<ParameterFault, "parameter" | "signature">,
	given: ast.Call,
	project: Project,
): FixProposal | undefined {
	const callee = valueOfName(given.callee, signature.scope);
	const [only] = given.args;
	// `next(get_db())` takes the first of what the generator gives.
	if (given.callee.type === "Name" && given.callee.id === "next" && given.args.length === 1 && only?.type === "Call")
		return calledDefault({ parameter, signature }, only, project);
	if (callee?.kind !== "function" || given.args.length > 0 || given.keywords.length > 0) return undefined;
	const name = sourceOf(signature, given.callee);
	const why = `Called here, ${name} gives one object for all requests, and FastAPI reads the parameter from the request; Depends lets it call ${name} for each.`;
	return asDependency(signature, parameter, `Depends(${name})`, [], project, why, "safe");
}
