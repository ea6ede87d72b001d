import type { FixProposal } from "../../../audit/fix.ts";
import { isApplication } from "../../../project/fastapi/application.ts";
import { findInClass } from "../../../project/imports/simulator/classes/class-members.ts";
import { nothingReturned } from "../../../project/imports/simulator/value-types.ts";
import type { ClassValue, FunctionValue, InstanceValue, Value } from "../../../project/imports/values.ts";
import type { Module, Project, Target } from "../../../project/project.ts";
import { listStarts } from "../../../project/starts/list-starts.ts";
import { buildsApplication, findApplications } from "../../../project/target.ts";
import type * as ast from "../../../python/ast.ts";
import { boundName } from "../../../python/rewrite/names.ts";
import { indentAt, lineStartAt, replaceText } from "../../../python/rewrite/source.ts";
import { insertAfter } from "../../../python/rewrite/statements.ts";
import { boundNames } from "../../../python/scopes.ts";
import { dottedName, holdsName, walk } from "../../../python/walk.ts";
import type { TextEdit, TextRange } from "../../../text/range.ts";
import { keepTheOwner } from "../../repair/calls/assigned-nothing.ts";
import { returnsOf } from "../../repair/calls/forgotten-return.ts";
import { withoutAsync } from "../../repair/calls/make-plain.ts";

interface Place {
	readonly path: string;
	readonly range: TextRange;
}

/** The smallest change after which the target names an application; undefined where none is certain. */
export function findApplicationRemedy(project: Project, place: Place): FixProposal | undefined {
	const { served } = project.trace;
	const { target } = project;
	if (target === null) return undefined;
	const { value, factory, binding } = served;
	if (isApplication(value)) return withoutFactoryOption(project, target);
	if (factory?.node.type === "FunctionDef")
		return renameRoute(project, factory, factory.node) ?? ofFactory(factory, factory.node, value) ?? otherName(project, target);
	const module = project.modulesByPath.get(place.path);
	const node = binding?.node;
	if (module === undefined || node == null) return undefined;
	if (value.kind === "function" && value.node.type === "FunctionDef") return ofFunction(project, value, value.node);
	const kept = value.kind === "constant" ? keepTheOwner(project, target.attribute) : undefined;
	if (kept !== undefined) return kept;
	const made = module.tree.body.find((each) => each === node);
	if (value === nothingReturned && made?.type === "Assign" && made.value.type === "Call") {
		const factory = calledFactory(project, module, made.value);
		const given = factory === null ? undefined : returnTheApplication(factory.module, factory.node);
		if (given !== undefined) return given;
		const [returned] = returnsOf(project, [made.value]);
		if (returned !== undefined) return returned;
	}
	const statement = module.tree.body.find((each) => each.start <= node.start && node.end <= each.end);
	if (statement === undefined) return otherName(project, target);
	const name = target.attribute.split(".")[0] ?? target.attribute;
	return (
		(statement.type === "Import" && importUnderItsOwnName(module, statement, name)) ||
		(statement.type === "ImportFrom" && importTheApplication(module, statement, name, value)) ||
		(statement.type === "Assign" && ofAssignment(project, module, statement, name, value)) ||
		otherName(project, target)
	);
}

/** `uvicorn --factory main:app`, where app is the application and no function that makes one. */
function withoutFactoryOption(project: Project, { evidence }: Target): FixProposal | undefined {
	const command = listStarts(project.files).find((each) => each.command.target.evidence === evidence)?.command;
	const option = /[ \t,]{0,4}(["']?)--factory\1(?=[\s,\]"']|$)/.exec(command?.text ?? "");
	if (command === undefined || option === null) return undefined;
	const start = command.start + option.index;
	return {
		title: "Start the application without --factory",
		explanation: "What is started is the application itself, and nothing that makes one.",
		applicability: "safe",
		edits: [{ path: command.path, range: { start, end: start + option[0].length }, newText: "" }],
	};
}

/** The function of the project that a call by a plain name calls. */
function calledFactory(
	project: Project,
	{ name }: Module,
	{ callee }: ast.Call,
): { module: Module; node: ast.FunctionDef } | null {
	if (callee.type !== "Name") return null;
	const value = project.trace.runs.get(name)?.namespace.names.get(callee.id)?.value;
	return value?.kind === "function" && value.node.type === "FunctionDef" ? { module: value.module, node: value.node } : null;
}

/** A factory that forgets to return the one application it builds, or that is a coroutine function for no reason. */
function ofFactory({ module }: FunctionValue, node: ast.FunctionDef, made: Value): FixProposal | undefined {
	if (made.kind === "constant" && made.value === null) return returnTheApplication(module, node);
	if (made.kind === "coroutine") return makeSync(module, node);
	return undefined;
}

/** `@app.get("/") def app()`: the route takes the application's name, and gets one of its own. */
function renameRoute(project: Project, { module, decorators }: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const { name, start, end } = node.name;
	const isRoute = decorators.some(
		(each) => each.kind === "instance" && each.call?.callee.kind === "bound-method" && isApplication(each.call.callee.receiver),
	);
	const names = boundNames(module.tree.body);
	const free = [`${name}_endpoint`, `${name}_route`].find((each) => !names.has(each));
	const bindsApplication = project.trace.calls.some(
		(call) =>
			isApplication(call.result) &&
			module.tree.body.some(
				(each) =>
					each.type === "Assign" &&
					each.value.start === call.node.start &&
					each.targets.some((target) => target.type === "Name" && target.id === name),
			),
	);
	if (!isRoute || !bindsApplication || free === undefined || !module.tree.body.includes(node)) return undefined;
	return {
		title: `Name the route ${free}`,
		explanation: `The function takes the name ${name}, under which the server looks for the application.`,
		applicability: "review",
		edits: [replaceText(module, start, end, free)],
	};
}

/** The last line of a factory that builds one application and does not return it. */
export function returnTheApplication(module: Module, node: ast.FunctionDef): FixProposal | undefined {
	const built = applicationVariables(node);
	const [name, ...others] = built;
	const last = node.body.at(-1);
	if (name === undefined || others.length > 0 || last === undefined || last.start < node.name.end) return undefined;
	const words = {
		title: `Return ${name} from ${node.name.name}`,
		explanation: `${node.name.name} builds the application as ${name} and ends without returning it.`,
		applicability: "safe" as const,
	};
	if (last.type === "Return") {
		if (last.value !== null && !isNone(last.value)) return undefined;
		return { ...words, edits: [replaceText(module, last.start, last.end, `return ${name}`)] };
	}
	// `app` alone on the last line was meant as the return.
	if (last.type === "ExpressionStatement" && last.value.type === "Name" && last.value.id === name)
		return { ...words, edits: [replaceText(module, last.start, last.start, "return ")] };
	return { ...words, edits: [insertAfter(module, last, `return ${name}`)] };
}

function isNone(node: ast.Expression): boolean {
	return node.type === "Constant" && node.literal === "none";
}

/** Names that the function's own statements bind to a new application. */
function applicationVariables(node: ast.FunctionDef): readonly string[] {
	const names = new Set<string>();
	for (const statement of node.body) {
		const target =
			statement.type === "Assign" ? statement.targets[0] : statement.type === "AnnAssign" ? statement.target : undefined;
		const value = statement.type === "Assign" || statement.type === "AnnAssign" ? statement.value : null;
		if (target?.type !== "Name" || value?.type !== "Call") continue;
		if (/(^|\.)(FastAPI|Starlette)$/.test(dottedName(value.callee) ?? "")) names.add(target.id);
	}
	return [...names];
}

function makeSync(module: Module, node: ast.FunctionDef): FixProposal | undefined {
	const edit = withoutAsync(module, node);
	if (edit === null) return undefined;
	return {
		title: `Make ${node.name.name} a plain def`,
		explanation: `It awaits nothing; called, a plain def gives the application itself and not a coroutine.`,
		applicability: "safe",
		edits: [edit],
	};
}

/** A factory that needs arguments: those that it can make itself, or never reads, become optional. */
function ofFunction(project: Project, { module }: FunctionValue, node: ast.FunctionDef): FixProposal | undefined {
	const required = node.parameters.filter((each) => each.default === null && !each.kind.startsWith("var-"));
	const first = node.body[0];
	if (node.isAsync || first === undefined || isDocstring(first) || !buildsApplication(node)) return undefined;
	const at = lineStartAt(module.text, first.start);
	const indent = indentAt(module.text, first.start);
	const isModern = project.environment.python.minor >= 10;
	const edits: TextEdit[] = [];
	for (const parameter of required) {
		const { name } = parameter.name;
		const made = settingsFactory(project, module, parameter);
		const isRead = holdsName(node.body, name);
		if (isRead && made === null) return undefined;
		const optional =
			parameter.annotation !== null && isModern ? " | None = None" : parameter.annotation === null ? "=None" : " = None";
		edits.push(replaceText(module, parameter.end, parameter.end, optional));
		if (isRead) edits.push(replaceText(module, at, at, `${indent}if ${name} is None:\n${indent}${indent}${name} = ${made}\n`));
	}
	// Two insertions at one place would have no order.
	if (edits.length === 0 || edits.filter((edit) => edit.range.start === at).length > 1) return undefined;
	return {
		title: `Let ${node.name.name} be called without arguments`,
		explanation: "A server calls a factory without arguments; whoever passes one still can.",
		applicability: "review",
		edits,
	};
}

function isDocstring(statement: ast.Statement | undefined): boolean {
	return statement?.type === "ExpressionStatement" && statement.value.type === "Constant";
}

/** `Settings()` for a parameter annotated with an own class that can be made without arguments, as its name stands in this module. */
function settingsFactory(project: Project, module: Module, parameter: ast.Parameter): string | null {
	const { annotation } = parameter;
	if (annotation?.type !== "Name" || module.tree.futures.has("annotations")) return null;
	const bound = project.trace.runs.get(module.name)?.namespace.names.get(annotation.id);
	if (bound?.value.kind !== "class" || bound.maybe || project.environment.python.minor < 10) return null;
	const init = bound.value.namespace.names.get("__init__")?.value;
	const isSettings = bound.value.bases.some((base) => base.kind === "external" && base.name.endsWith(".BaseSettings"));
	const takesNothing =
		init?.kind === "function" &&
		init.node.type === "FunctionDef" &&
		init.node.parameters.slice(1).every((each) => each.default !== null);
	return isSettings || takesNothing ? `${annotation.id}()` : null;
}

/** `import app.crud` binds app: `from app import crud` binds what the file means to use. */
function importUnderItsOwnName(module: Module, statement: ast.Import, name: string): FixProposal | undefined {
	const alias = statement.names.find((each) => boundName(statement, each) === name);
	if (alias === undefined || alias.asName !== null || statement.names.length > 1 || !alias.name.name.includes("."))
		return undefined;
	const dot = alias.name.name.lastIndexOf(".");
	const short = alias.name.name.slice(dot + 1);
	const taken = boundNames(module.tree.body).has(short);
	const bindsIt = (each: ast.Statement) =>
		each.type === "Assign" && each.targets.some((target) => target.type === "Name" && target.id === name);
	if (taken || short === name || !module.tree.body.some(bindsIt)) return undefined;
	const edits = [replaceText(module, statement.start, statement.end, `from ${alias.name.name.slice(0, dot)} import ${short}`)];
	walk(module.tree, (node) => {
		if (node.type === "Attribute" && dottedName(node) === alias.name.name) {
			edits.push(replaceText(module, node.start, node.end, short));
			return false;
		}
		return true;
	});
	return {
		title: `Import ${short} without binding ${name}`,
		explanation: `\`import ${alias.name.name}\` binds the name ${name} to the package, and the application is lost.`,
		applicability: "safe",
		edits,
	};
}

/** `from src import app` where app is a module: the application inside it is meant. */
function importTheApplication(module: Module, statement: ast.ImportFrom, name: string, value: Value): FixProposal | undefined {
	const alias = statement.names.find((each) => boundName(statement, each) === name);
	if (value.kind !== "module" || value.module === null || alias === undefined) return undefined;
	const inside = [...value.namespace.names].filter(([, binding]) => isApplication(binding.value)).map(([each]) => each);
	const [only, ...others] = inside;
	if (only === undefined || others.length > 0 || statement.names.length > 1 || statement.level > 0) return undefined;
	const renamed = only === name ? "" : ` as ${name}`;
	return {
		title: `Import the application from ${value.name}`,
		explanation: `${value.name} is the module; it binds the application as ${only}.`,
		applicability: "safe",
		edits: [replaceText(module, statement.start, statement.end, `from ${value.name} import ${only}${renamed}`)],
	};
}

function ofAssignment(
	project: Project,
	module: Module,
	statement: ast.Assign,
	name: string,
	value: Value,
): FixProposal | undefined {
	const written = statement.value;
	// `app = app.add_middleware(…)`: the method changes the application and gives None.
	if (written.type === "Call" && written.callee.type === "Attribute" && statement.targets.length === 1) {
		const receiver = written.callee.value;
		if (value.kind === "instance" && receiver.type === "Name" && receiver.id === name)
			return {
				title: `Call ${written.callee.attribute.name} without rebinding ${name}`,
				explanation: `${written.callee.attribute.name} changes the application in place and gives None.`,
				applicability: "safe",
				edits: [replaceText(module, statement.start, written.start, "")],
			};
	}
	const [only, ...others] = value.kind === "sequence" ? value.items : [];
	// A comma at the end makes a tuple of one.
	if (written.type === "Sequence" && only !== undefined && others.length === 0 && isApplication(only)) {
		const [item] = written.items;
		if (item !== undefined && !/^[[({]/.test(module.text.slice(written.start, item.start)))
			return {
				title: "Take the comma away",
				explanation: "With the comma the name is bound to a tuple that holds the application.",
				applicability: "safe",
				edits: [replaceText(module, item.end, written.end, "")],
			};
	}
	if (written.type !== "Call") return undefined;
	const factory = calledFunction(project, module, written.callee);
	if (factory?.node.type === "FunctionDef") return ofFactory(factory, factory.node, value);
	return value.kind === "instance" ? attributeThatHoldsIt(module, written, value) : undefined;
}

/** The own function that a name at module level stands for, imported or not. */
function calledFunction(project: Project, module: Module, callee: ast.Expression): FunctionValue | null {
	if (callee.type === "Attribute") {
		const owner = classOf(project, module, callee.value);
		const method = owner === null ? null : findInClass(owner, callee.attribute.name);
		if (method !== null) return method.value.kind === "function" && !method.maybe ? method.value : null;
	}
	const [first, ...rest] = dottedName(callee)?.split(".") ?? [];
	let found = first === undefined ? undefined : project.trace.runs.get(module.name)?.namespace.names.get(first);
	for (const part of rest) found = found?.value.kind === "module" ? found.value.namespace.names.get(part) : undefined;
	return found?.value.kind === "function" && !found.maybe ? found.value : null;
}

/** The own class of the object that `Server()`, or a name at module level, stands for. */
function classOf(project: Project, module: Module, owner: ast.Expression): ClassValue | null {
	const names = project.trace.runs.get(module.name)?.namespace.names;
	if (owner.type === "Call" && owner.callee.type === "Name") {
		const made = names?.get(owner.callee.id)?.value;
		return made?.kind === "class" ? made : null;
	}
	const value = owner.type === "Name" ? names?.get(owner.id)?.value : undefined;
	return value?.kind === "instance" && value.of.kind === "class" ? value.of : null;
}

/** `app = Server()` where the class has one method that builds the application: `Server().build()`. */
function methodThatBuildsIt({ end }: ast.Call, value: InstanceValue): { readonly name: string; readonly at: number } | null {
	if (value.of.kind !== "class") return null;
	const builders = [...value.of.namespace.names].filter(([name, { value: method }]) => {
		if (name.startsWith("_") || method.kind !== "function" || method.node.type !== "FunctionDef") return false;
		const { node } = method;
		const takesNothing = node.parameters.slice(1).every((each) => each.default !== null);
		return takesNothing && method.decorators.length === 0 && buildsApplication(node);
	});
	const [only, ...others] = builders;
	return only === undefined || others.length > 0 ? null : { name: only[0], at: end };
}

/** `app = Server()` where the object keeps the application as an attribute. */
function attributeThatHoldsIt(module: Module, written: ast.Call, value: InstanceValue): FixProposal | undefined {
	const [only, ...others] = [...value.attributes].filter(([, each]) => isApplication(each)).map(([each]) => each);
	const builder = only === undefined ? methodThatBuildsIt(written, value) : null;
	if (builder !== null)
		return {
			title: `Call ${builder.name} of the object`,
			explanation: `The object itself cannot be called; its method ${builder.name} builds the application.`,
			applicability: "review",
			edits: [replaceText(module, builder.at, builder.at, `.${builder.name}()`)],
		};
	if (only === undefined || others.length > 0) return undefined;
	return {
		title: `Bind the application that the object holds: .${only}`,
		explanation: `The object itself cannot be called; its attribute ${only} is the application.`,
		applicability: "review",
		edits: [replaceText(module, written.end, written.end, `.${only}`)],
	};
}

/** Where a file says the target and the module binds an application under another name. */
function otherName(project: Project, target: Target): FixProposal | undefined {
	const path = target.evidence.replace(/:\d+$/, "");
	const name = `${target.module}:${target.attribute}`;
	const run = project.trace.runs.get(target.module);
	const at = project.files.get(path)?.text.indexOf(name) ?? -1;
	const other =
		run && findApplications(run.module.tree).find((each) => isApplication(run.namespace.names.get(each.attribute)?.value));
	if (other === undefined || at < 0 || path.endsWith(".py")) return undefined;
	const meant = `${target.module}:${other.attribute}`;
	return {
		title: `Start ${meant}`,
		explanation: `${name} is no application; ${meant} is.`,
		applicability: "safe",
		edits: [{ path, range: { start: at, end: at + name.length }, newText: meant }],
	};
}
