import { versionSatisfies } from "../../environment/pep440.ts";
import type * as ast from "../../python/ast.ts";
import { boundNames } from "../../python/scopes.ts";
import { walk } from "../../python/walk.ts";
import { entryAt } from "../disk.ts";
import type { FunctionValue, InstanceValue } from "../imports/values.ts";
import { mentions } from "../mentions.ts";
import { scopeOfFunction } from "../models/name-scope.ts";
import { valueOfName } from "../models/type-form.ts";
import type { Module, Project } from "../project.ts";
import { signatureFaultsOf } from "./signature/signature-faults.ts";

/** A `TemplateResponse(…)` in a route that fails each time it is made. */
export interface TemplateFault {
	/** `old-form`: without the request in front, which Starlette 1.0 asks for; `new-form`: with it, which Starlette below 0.29 does not know; `missing`: the template is not there. */
	readonly type: "old-form" | "new-form" | "missing";
	readonly module: Module;
	/** The route or dependency that makes it. */
	readonly owner: ast.FunctionDef;
	readonly call: ast.Call;
	/** The line that Python prints; null where versions differ in it. */
	readonly error: string | null;
	/** For `missing`: what is asked for, and the folder that is looked into, relative to the server's. */
	readonly template: { readonly name: string; readonly folder: string; readonly node: ast.Constant } | null;
}

/** Pages of the routes that cannot be made (`Jinja2Templates.TemplateResponse` of starlette/templating.py). */
export function* templateFaults(project: Project): Generator<TemplateFault> {
	const version = project.environment.distributions.get("starlette")?.version;
	if (version === undefined) return;
	const isNew = versionSatisfies(version, ">=1.0.0") === true;
	const isOld = versionSatisfies(version, "<0.29.0") === true;
	for (const value of signatureFaultsOf(project).callables) {
		const { module, node: owner } = value;
		if (owner.type !== "FunctionDef" || !mentions(module, "TemplateResponse")) continue;
		for (const call of responsesIn(owner)) {
			const templates = templatesOf(project, value, owner, call);
			if (templates === null) continue;
			const common = { module, owner, call };
			const oldForm = isNew ? oldFormError(call) : null;
			if (oldForm !== null) yield { ...common, type: "old-form", error: oldForm, template: null };
			const newForm = isOld ? newFormError(call) : null;
			if (newForm !== null) yield { ...common, type: "new-form", error: newForm, template: null };
			const template = missingTemplate(project, templates, call);
			if (template !== null) yield { ...common, type: "missing", error: notFound(project, template), template };
		}
	}
}

function responsesIn(owner: ast.FunctionDef): readonly ast.Call[] {
	const found: ast.Call[] = [];
	walk(owner.body, (each) => {
		if (each.type === "Call" && each.callee.type === "Attribute" && each.callee.attribute.name === "TemplateResponse")
			found.push(each);
	});
	return found;
}

/** The Starlette templates that a response is made with; null for anything else, as a class of the project's own that only looks like them. */
function templatesOf(project: Project, value: FunctionValue, owner: ast.FunctionDef, call: ast.Call): InstanceValue | null {
	if (call.callee.type !== "Attribute") return null;
	const root = rootName(call.callee.value);
	const isLocal = root === null || boundNames(owner.body).has(root) || owner.parameters.some(({ name }) => name.name === root);
	if (isLocal) return null;
	const found = valueOfName(call.callee.value, scopeOfFunction(project, value));
	const isTemplates =
		found?.kind === "instance" && found.of.kind === "external" && found.of.canonical === "starlette.templating.Jinja2Templates";
	return isTemplates ? found : null;
}

function rootName(node: ast.Expression): string | null {
	if (node.type === "Attribute") return rootName(node.value);
	return node.type === "Name" ? node.id : null;
}

/** `TemplateResponse("page.html", {"request": request})`: the name is taken for the request, and the context for the name. */
function oldFormError(call: ast.Call): string | null {
	const given = new Set(call.keywords.map(({ name }) => name?.name));
	if (given.has(undefined) || given.has("request") || call.args.some(({ type }) => type === "Starred")) return null;
	const [first, second] = call.args;
	if (first === undefined)
		return given.has("name")
			? "TypeError: Jinja2Templates.TemplateResponse() missing 1 required positional argument: 'request'"
			: null;
	if (first.type !== "Constant" && first.type !== "JoinedString") return null;
	if (given.has("name")) return null;
	if (second === undefined) return "TypeError: Jinja2Templates.TemplateResponse() missing 1 required positional argument: 'name'";
	return second.type === "Dict" ? "TypeError: unhashable type: 'dict'" : null;
}

/** `TemplateResponse(request, "page.html")` where the name comes first. */
function newFormError(call: ast.Call): string | null {
	if (call.keywords.some(({ name }) => name?.name === "request"))
		return "TypeError: Jinja2Templates.TemplateResponse() got an unexpected keyword argument 'request'";
	const [first, second] = call.args;
	const isRequest = first?.type === "Name" && first.id === "request";
	return isRequest && second?.type === "Constant" ? 'ValueError: context must include a "request" key' : null;
}

function missingTemplate(project: Project, templates: InstanceValue, call: ast.Call): TemplateFault["template"] {
	const made = templates.call;
	const given = made === null || made.open ? undefined : (made.keywords.get("directory") ?? made.args[0]);
	const inner = given?.kind === "instance" ? given.attributes.get("__fspath__") : given;
	if (inner?.kind !== "constant" || typeof inner.value !== "string" || inner.value === "") return null;
	const folder = inner.value;
	const named = call.keywords.find(({ name }) => name?.name === "name")?.value;
	const node = named ?? call.args.find((each) => each.type === "Constant" && each.literal === "string");
	if (node?.type !== "Constant" || typeof node.value !== "string" || node.value === "") return null;
	const isThere = entryAt(project, folder) === "there";
	return isThere && entryAt(project, `${folder}/${node.value}`) === "missing" ? { name: node.value, folder, node } : null;
}

/** Jinja says where it looked from 3.1.5 on. */
function notFound(project: Project, { name, folder }: NonNullable<TemplateFault["template"]>): string | null {
	const version = project.environment.distributions.get("jinja2")?.version;
	if (version === undefined) return null;
	const shown = folder.replace(`${project.root}/`, "");
	return versionSatisfies(version, ">=3.1.5") === true
		? `jinja2.exceptions.TemplateNotFound: '${name}' not found in search path: '${shown}'`
		: `jinja2.exceptions.TemplateNotFound: ${name}`;
}
