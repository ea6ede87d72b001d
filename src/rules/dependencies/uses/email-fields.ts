import type { ClassValue, Namespace, Value } from "../../../project/imports/values.ts";
import { versionSatisfies } from "../../../project/manifests/version.ts";
import type { Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { walk } from "../../../python/walk.ts";
import { findExternal, isExternal } from "./names.ts";
import { type OptionalUse, orderAt, reachedRuns } from "./optional-use.ts";
import { listRoutes } from "./routes.ts";

const emailType = /^pydantic\.(?:networks\.)?(?:EmailStr|NameEmail)$/;
const modelBase = /^(?:pydantic\.(?:main\.)?BaseModel|pydantic_settings\.(?:main\.)?BaseSettings|sqlmodel\.(?:main\.)?SQLModel)$/;

/** Fields of pydantic and SQLModel classes, and route parameters, that are typed `EmailStr` (`import_email_validator` of pydantic/networks.py). */
export function listEmailFields(project: Project): OptionalUse[] {
	const pydantic = project.environment.distributions.get("pydantic")?.version;
	const extra = pydantic !== undefined && versionSatisfies(pydantic, "<2") === true ? "pydantic[email]" : "'pydantic[email]'";
	return reachedRuns(project).flatMap((run) => {
		const { module, namespace } = run;
		const use = (what: string, annotation: ast.Expression, isBuilt: boolean): OptionalUse => ({
			providers: ["email-validator"],
			extras: [],
			floor: null,
			importName: "email_validator",
			what,
			module,
			range: { start: annotation.start, end: annotation.end },
			stage: isBuilt ? "import" : "request",
			order: isBuilt ? orderAt(project, run, annotation.start) : null,
			error: `ImportError: email-validator is not installed, run \`pip install ${extra}\``,
		});
		const fields = module.tree.body.flatMap((statement) => {
			if (statement.type !== "ClassDef") return [];
			const value = namespace.names.get(statement.name.name)?.value;
			if (value?.kind !== "class" || value.node !== statement || !isModel(value)) return [];
			const annotations = statement.body.flatMap((each) => (each.type === "AnnAssign" ? [each.annotation] : []));
			const field = annotations.find((annotation) => findExternal(annotation, namespace, emailType));
			if (field === undefined) return [];
			const isBuilt = annotations.every((annotation) => !hasForwardReference(annotation, statement, namespace));
			return [use(`EmailStr in the model ${statement.name.name}`, field, isBuilt)];
		});
		const parameters = listRoutes(module, namespace).flatMap((route) =>
			route.parameters.flatMap(({ annotation, name }) => {
				if (annotation === null || !findExternal(annotation, namespace, emailType)) return [];
				return [use(`EmailStr of the parameter ${name.name} of the route ${route.name.name}`, annotation, true)];
			}),
		);
		return [...fields, ...parameters];
	});
}

/** Does an annotation quote a name that is bound only later, or never? Pydantic then builds the class when it is first used. */
function hasForwardReference(annotation: ast.Expression, model: ast.ClassDef, namespace: Namespace): boolean {
	let found = false;
	walk(annotation, (node) => {
		if (!("type" in node)) return undefined;
		const isQuoted = node.type === "Constant" && typeof node.value === "string";
		const names = isQuoted
			? [...String(node.value).matchAll(/(?<![.\w])[A-Za-z_]\w*/g)].map(([name]) => name)
			: node.type === "Name"
				? [node.id]
				: [];
		found ||= names.some((name) => {
			const binding = namespace.names.get(name);
			if (binding === undefined) return isQuoted && !/^[a-z]/.test(name);
			return binding.node !== null && binding.node.start > model.start;
		});
		return undefined;
	});
	return found;
}

function isModel(value: ClassValue, depth = 0): boolean {
	if (depth > 20) return false;
	return value.bases.some((base) => isExternal(base, modelBase) || (isClass(base) && isModel(base, depth + 1)));
}

function isClass(value: Value): value is ClassValue {
	return value.kind === "class";
}
