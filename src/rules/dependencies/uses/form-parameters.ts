import type { Namespace, Value } from "../../../project/imports/values.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { findExternal, isExternal, resolveName } from "./names.ts";
import { type OptionalUse, orderAt, reachedRuns } from "./optional-use.ts";
import { listRoutes } from "./routes.ts";

const formFunction = /^fastapi\.(?:param_functions\.|params\.)?(?:Form|File)$/;
const uploadFile = /^(?:fastapi|starlette)\.(?:datastructures\.)?UploadFile$/;
const passwordForm = /^fastapi\.security\.(?:oauth2\.)?OAuth2PasswordRequestForm(?:Strict)?$/;
const dependsFunction = /^fastapi\.(?:param_functions\.|params\.)?(?:Depends|Security)$/;

/**
 * Routes whose parameters come from a form: `Form()`, `File()`, `UploadFile`, `OAuth2PasswordRequestForm`, also through
 * dependencies. Declaring such a route needs python-multipart (`ensure_multipart_is_installed` of fastapi/dependencies/utils.py).
 */
export function listFormParameters(project: Project): OptionalUse[] {
	return reachedRuns(project).flatMap((run) => {
		const { module, namespace } = run;
		return listRoutes(module, namespace).flatMap((route) => {
			const parameter = findFormParameter(route, namespace, 0);
			if (parameter === null) return [];
			return [
				{
					providers: ["python-multipart"],
					extras: [],
					floor: null,
					importName: "python_multipart",
					what: `the form parameter ${parameter.name.name} of the route ${route.name.name}`,
					module,
					range: { start: parameter.start, end: parameter.end },
					stage: "import" as const,
					order: orderAt(project, run, parameter.start),
					error: 'RuntimeError: Form data requires "python-multipart" to be installed. ',
				},
			];
		});
	});
}

function findFormParameter(node: ast.FunctionDef | ast.Lambda, namespace: Namespace, depth: number): ast.Parameter | null {
	return node.parameters.find((parameter) => isForm(parameter, namespace, depth)) ?? null;
}

function isForm(parameter: ast.Parameter, namespace: Namespace, depth: number): boolean {
	const { annotation } = parameter;
	const calls = [parameter.default, ...annotatedMetadata(annotation)].filter((each) => each?.type === "Call");
	for (const call of calls) {
		const callee = resolveName(call.callee, namespace);
		if (isExternal(callee, formFunction)) return true;
		if (!isExternal(callee, dependsFunction)) continue;
		const dependency =
			call.args[0] ?? call.keywords.find(({ name }) => name?.name === "dependency")?.value ?? bareAnnotation(annotation);
		return dependency !== null && takesForm(resolveName(dependency, namespace), depth);
	}
	// Any other default would make it a query or body parameter of its own kind.
	return calls.length === 0 && annotation !== null && findExternal(annotation, namespace, uploadFile);
}

/** Does calling this dependency need form data? Followed through own functions, a few levels deep. */
function takesForm(dependency: Value | null, depth: number): boolean {
	if (isExternal(dependency, passwordForm)) return true;
	if (dependency?.kind !== "function" || depth > 5) return false;
	return findFormParameter(dependency.node, dependency.scope, depth + 1) !== null;
}

/** The expressions behind the type in `Annotated[type, ...]`. */
function annotatedMetadata(annotation: ast.Expression | null): readonly ast.Expression[] {
	if (annotation?.type !== "Subscript" || !/\bAnnotated$/.test(nameOf(annotation.value))) return [];
	return annotation.index.type === "Sequence" ? annotation.index.items.slice(1) : [];
}

/** The type itself, without `Annotated`. */
function bareAnnotation(annotation: ast.Expression | null): ast.Expression | null {
	if (annotation?.type !== "Subscript" || annotatedMetadata(annotation).length === 0) return annotation;
	return annotation.index.type === "Sequence" ? (annotation.index.items[0] ?? null) : null;
}

function nameOf(node: ast.Expression): string {
	return node.type === "Name" ? node.id : node.type === "Attribute" ? node.attribute.name : "";
}
