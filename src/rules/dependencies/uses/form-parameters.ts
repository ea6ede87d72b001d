import { ExpressionValues } from "../../../project/fastapi/expression-value.ts";
import { type Operation, routeModelOf } from "../../../project/fastapi/routes/routes.ts";
import { type CallSignature, callSignatureOf } from "../../../project/fastapi/signature/call-signature.ts";
import { dependencyOf, isDependency, type Marker, markerOf } from "../../../project/fastapi/signature/marker.ts";
import { derivesFrom } from "../../../project/fastapi/signature/special-types.ts";
import type { Call } from "../../../project/imports/trace.ts";
import type { Value } from "../../../project/imports/values.ts";
import { readTypeForm, type TypeForm } from "../../../project/models/type-form.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";

const uploadFile = /^(?:fastapi|starlette)\.datastructures\.UploadFile$/;
const passwordForm = /^fastapi\.security\.oauth2\.OAuth2PasswordRequestForm(?:Strict)?$/;
/** A dependency of a dependency of … deeper than any backend has. */
const deepest = 12;

/**
 * Routes whose parameters come from a form: `Form()`, `File()`, `UploadFile`, `OAuth2PasswordRequestForm`, also through
 * dependencies. Declaring such a route needs python-multipart (`ensure_multipart_is_installed` of fastapi/dependencies/utils.py).
 */
export function listFormParameters(project: Project): OptionalUse[] {
	const reader = new FormReader(project);
	const { operations, includes } = routeModelOf(project);
	const uses = operations.flatMap((operation) => {
		const { call, router, isAnalysed, isSignatureKnown, endpoint } = operation;
		if (call.guarded || !call.reached || !isAnalysed) return [];
		const found =
			reader.findListed(router.call.keywords.get("dependencies")) ??
			reader.findListed(call.keywords.get("dependencies")) ??
			(isSignatureKnown ? reader.find(endpoint, true) : null);
		return found === null ? [] : [placeNeed(found, operation.call, endpoint, routeInWords(operation))];
	});
	const included = includes.flatMap(({ call, child }) => {
		const isUsed = operations.some(({ router }) => router === child);
		const found = call.guarded || !call.reached || !isUsed ? null : reader.findListed(call.keywords.get("dependencies"));
		return found === null ? [] : [placeNeed(found, call, null, "the routes that are included")];
	});
	return [...uses, ...included];
}

/** What asks for form data. */
interface FormNeed {
	readonly what: string;
	readonly path: string;
	readonly node: ast.Parameter;
}

function placeNeed({ what, path, node }: FormNeed, call: Call, endpoint: Value | null, route: string): OptionalUse {
	const own = endpoint?.kind === "function" ? endpoint : null;
	const isOwn = own !== null && own.module.path === path && own.node.start <= node.start && node.end <= own.node.end;
	// Where a dependency takes the parameter, the route is the place at which Python stops.
	const place = isOwn && path === call.module.path ? node : call.node;
	return {
		providers: ["python-multipart"],
		extras: [],
		floor: null,
		importName: "python_multipart",
		what: `${what} of ${route}`,
		module: call.module,
		range: { start: place.start, end: place.end },
		stage: call.stage,
		order: call.order,
		error: 'RuntimeError: Form data requires "python-multipart" to be installed. ',
	};
}

function routeInWords({ endpoint, path }: Operation): string {
	const name = endpoint.kind === "function" && endpoint.node.type === "FunctionDef" ? endpoint.node.name.name : null;
	return name === null ? `the route ${path ?? "whose path is not known"}` : `the route ${name}`;
}

class FormReader {
	private readonly values: ExpressionValues;
	private readonly done = new Map<Value, FormNeed | null>();

	constructor(private readonly project: Project) {
		this.values = new ExpressionValues(project);
	}

	/** `dependencies=[Depends(...)]`. */
	findListed(listed: Value | undefined): FormNeed | null {
		if (listed?.kind !== "sequence") return null;
		for (const item of listed.items) {
			const marker = markerOf(item);
			const dependency = marker !== null && isDependency(marker) ? dependencyOf(marker) : null;
			const found = dependency === null ? null : this.find(dependency.value, false);
			if (found !== null) return found;
		}
		return null;
	}

	/** Does calling this need form data? Followed through its own dependencies. */
	find(callable: Value, isEndpoint: boolean, depth = 0): FormNeed | null {
		const known = this.done.get(callable);
		if (known !== undefined || depth > deepest) return known ?? null;
		this.done.set(callable, null);
		const signature = callSignatureOf(this.project, callable, isEndpoint) ?? inheritedSignature(this.project, callable);
		let found: FormNeed | null = null;
		for (const parameter of signature?.parameters ?? []) found ??= this.findInParameter(signature, parameter, depth);
		this.done.set(callable, found);
		return found;
	}

	private findInParameter(signature: CallSignature | null, parameter: ast.Parameter, depth: number): FormNeed | null {
		if (signature === null || parameter.kind === "var-positional" || parameter.kind === "var-keyword") return null;
		const { scope } = signature;
		const written = parameter.annotation === null ? null : readTypeForm(parameter.annotation, scope);
		const form = typeBehind(written);
		const metadata = written?.kind === "annotated" ? metadataOf(written) : [];
		const given = parameter.default === null ? null : this.values.valueOf(parameter.default, scope);
		const markers = [...(given === null ? [] : [given]), ...metadata.map((each) => this.values.valueOf(each.node, each.scope))]
			.map(markerOf)
			.filter((marker) => marker !== null && marker.name !== "FieldInfo")
			.filter((marker): marker is Marker => marker !== null);
		const need = { what: `the form parameter ${parameter.name.name}`, path: signature.function.module.path, node: parameter };
		const dependency = markers.find(isDependency);
		if (dependency !== undefined) {
			const callable = dependencyOf(dependency)?.value ?? callableOf(form);
			if (callable === null) return null;
			if (isPasswordForm(callable, this.project)) return { ...need, what: `the password form ${parameter.name.name}` };
			return this.find(callable, false, depth + 1);
		}
		if (markers.length > 0) return markers.some(({ name }) => name === "Form" || name === "File") ? need : null;
		return given?.kind !== "unknown" && isUpload(form) ? need : null;
	}
}

/** A class without a constructor of its own that derives from FastAPI's password form is called as that is. */
function isPasswordForm(callable: Value, { environment }: Project): boolean {
	if (callable.kind === "external") return passwordForm.test(callable.canonical) || passwordForm.test(callable.name);
	if (callable.kind !== "class" || callable.namespace.names.has("__init__")) return false;
	return derivesFrom(callable, environment, passwordForm) === true;
}

/** The constructor that a class of the project writes itself, where its bases are a library's. */
function inheritedSignature(project: Project, callable: Value): CallSignature | null {
	if (callable.kind !== "class" || derivesFrom(callable, project.environment, passwordForm) !== true) return null;
	const init = callable.namespace.names.get("__init__");
	if (init?.value.kind !== "function" || init.maybe) return null;
	const signature = callSignatureOf(project, init.value);
	return signature === null ? null : { ...signature, parameters: signature.parameters.slice(1) };
}

function typeBehind(form: TypeForm | null): TypeForm | null {
	return form?.kind === "annotated" ? typeBehind(form.type) : form;
}

function metadataOf(form: TypeForm & { kind: "annotated" }): readonly (typeof form.metadata)[number][] {
	return form.type.kind === "annotated" ? [...metadataOf(form.type), ...form.metadata] : form.metadata;
}

function callableOf(form: TypeForm | null): Value | null {
	return form?.kind === "class" || form?.kind === "external" ? form.value : null;
}

/** `UploadFile`, optional or in a list. */
function isUpload(form: TypeForm | null): boolean {
	if (form === null) return false;
	if (form.kind === "union") return form.members.some(isUpload);
	if (form.kind === "annotated") return isUpload(form.type);
	if (form.kind !== "external") return false;
	if (uploadFile.test(form.value.canonical) || /^fastapi\.UploadFile$/.test(form.value.name)) return true;
	return /^(?:list|set|tuple|typing\.Sequence)$/.test(form.name) && (form.args ?? []).some(isUpload);
}
