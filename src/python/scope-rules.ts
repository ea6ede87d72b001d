import type * as ast from "./ast.ts";
import { findComprehensionFaults } from "./comprehension-rules.ts";
import { boundNames } from "./scopes.ts";
import { refused } from "./syntax-fault.ts";
import { isGenerator, walk } from "./walk.ts";

/** What surrounds a statement, as far as the compiler asks. */
interface Context {
	/** Names that the functions around it bind, which `nonlocal` can mean; null in none. */
	readonly outerNames: ReadonlySet<string> | null;
	readonly function: ast.FunctionDef | ast.Lambda | null;
	readonly isAsync: boolean;
	readonly inLoop: boolean;
	readonly inClass: boolean;
}

/** Statements where CPython's compiler has no place for them (`return` outside a function), and definitions it refuses. */
export function findScopeFaults(tree: ast.Module, minor: number): readonly ast.SyntaxFault[] {
	const checker = new ScopeRules(minor);
	checker.block(tree.body, { outerNames: null, function: null, isAsync: false, inLoop: false, inClass: false });
	checker.futures(tree);
	return checker.faults;
}

const futureFeatures = new Set(
	"nested_scopes generators division absolute_import with_statement print_function unicode_literals barry_as_FLUFL generator_stop annotations".split(
		" ",
	),
);

class ScopeRules {
	readonly faults: ast.SyntaxFault[] = [];

	constructor(private readonly minor: number) {}

	block(statements: readonly ast.Statement[], context: Context): void {
		for (const statement of statements) this.statement(statement, context);
	}

	/** PEP 236: before them only the docstring, comments and other future statements. */
	futures(tree: ast.Module): void {
		let isHead = true;
		for (const [i, statement] of tree.body.entries()) {
			if (statement.type === "ImportFrom" && statement.level === 0 && statement.module === "__future__") {
				if (!isHead) this.refuse(statement, "from __future__ imports must occur at the beginning of the file");
				for (const alias of statement.names) {
					if (!futureFeatures.has(alias.name.name)) this.refuse(alias, `future feature ${alias.name.name} is not defined`);
				}
				continue;
			}
			const isDocstring =
				i === 0 &&
				statement.type === "ExpressionStatement" &&
				statement.value.type === "Constant" &&
				statement.value.literal === "string";
			if (!isDocstring) isHead = false;
		}
	}

	private statement(node: ast.Statement, context: Context): void {
		switch (node.type) {
			case "FunctionDef":
				this.function(node, context);
				return;
			case "ClassDef":
				this.expressions([...node.decorators, ...node.bases, ...node.keywords.map((keyword) => keyword.value)], context);
				this.block(node.body, {
					outerNames: namesAround(context),
					function: null,
					isAsync: false,
					inLoop: false,
					inClass: true,
				});
				return;
			case "Return":
				if (context.function === null) this.refuse(node, "'return' outside function");
				else if (
					node.value !== null &&
					context.isAsync &&
					context.function.type === "FunctionDef" &&
					isGenerator(context.function)
				)
					this.refuse(node, "'return' with value in async generator");
				break;
			case "Break":
				if (!context.inLoop) this.refuse(node, "'break' outside loop");
				return;
			case "Continue":
				if (!context.inLoop) this.refuse(node, "'continue' not properly in loop");
				return;
			case "Nonlocal":
				this.nonlocals(node, context);
				return;
			case "ImportFrom":
				if (node.star && (context.function !== null || context.inClass))
					this.refuse(node, "import * only allowed at module level");
				return;
			case "For":
				if (node.isAsync && !context.isAsync) this.refuse(node, "'async for' outside async function");
				this.expressions([node.target, node.iterable], context);
				this.block(node.body, { ...context, inLoop: true });
				this.block(node.orelse, context);
				return;
			case "While":
				this.expressions([node.test], context);
				this.block(node.body, { ...context, inLoop: true });
				this.block(node.orelse, context);
				return;
			case "With":
				if (node.isAsync && !context.isAsync) this.refuse(node, "'async with' outside async function");
				break;
			default:
		}
		this.parts(node, context);
	}

	/** The expressions of a statement, and the blocks in it. */
	private parts(node: ast.Statement, context: Context): void {
		for (const value of Object.values(node)) this.part(value, context);
	}

	private part(value: unknown, context: Context): void {
		if (Array.isArray(value)) for (const item of value) this.part(item, context);
		else if (typeof value === "object" && value !== null && !(value instanceof Set)) {
			const node = value as Partial<ast.TypedNode>;
			if (node.type !== undefined && isStatement(node.type)) this.statement(node as ast.Statement, context);
			else if (node.type !== undefined) this.expressions([node as ast.Expression], context);
			else for (const inner of Object.values(value)) this.part(inner, context);
		}
	}

	private function(node: ast.FunctionDef, context: Context): void {
		this.parameters(node.parameters);
		const outside = [...node.decorators, ...node.parameters.map((parameter) => parameter.default)];
		this.expressions(
			outside.filter((part) => part !== null),
			context,
		);
		this.globals(node);
		this.block(node.body, {
			outerNames: namesAround(context),
			function: node,
			isAsync: node.isAsync,
			inLoop: false,
			inClass: false,
		});
	}

	private nonlocals(node: ast.Nonlocal, { function: owner, inClass, outerNames }: Context): void {
		if (owner === null && !inClass) this.refuse(node, "nonlocal declaration not allowed at module level");
		if (owner?.type !== "FunctionDef") return;
		for (const each of node.names) {
			const isParameter = owner.parameters.some((parameter) => parameter.name.name === each.name);
			if (isParameter) this.refuse(each, `name '${each.name}' is parameter and nonlocal`);
			// In a class, a name of two underscores is another one.
			else if (!each.name.startsWith("__") && outerNames?.has(each.name) !== true)
				this.refuse(each, `no binding for nonlocal '${each.name}' found`);
		}
	}

	private parameters(parameters: readonly ast.Parameter[]): void {
		const seen = new Set<string>();
		let hasDefault = false;
		for (const parameter of parameters) {
			const { name } = parameter.name;
			if (seen.has(name)) this.refuse(parameter, `duplicate argument '${name}' in function definition`);
			seen.add(name);
			if (parameter.kind !== "positional" && parameter.kind !== "positional-only") continue;
			if (parameter.default !== null) hasDefault = true;
			else if (hasDefault) {
				const message =
					this.minor >= 12
						? "parameter without a default follows parameter with a default"
						: "non-default argument follows default argument";
				this.refuse(parameter, message);
				return;
			}
		}
	}

	/** A name must be declared global before the function uses it. */
	private globals(node: ast.FunctionDef): void {
		const first = new Map<string, { readonly at: number; readonly isAssigned: boolean }>();
		const parameters = new Set(node.parameters.map((parameter) => parameter.name.name));
		const assigned = new Set<ast.Expression>();
		for (const statement of node.body) {
			walk(statement, (each) => {
				if (each.type === "FunctionDef" || each.type === "ClassDef" || each.type === "Lambda") return false;
				if (each.type === "Assign") for (const target of each.targets) assigned.add(target);
				if (each.type === "AugAssign") assigned.add(each.target);
				if (each.type === "Name" && !first.has(each.id)) first.set(each.id, { at: each.start, isAssigned: assigned.has(each) });
				if (each.type === "Global") {
					for (const { name, start, end } of each.names) {
						const use = first.get(name);
						if (parameters.has(name)) this.refuse({ start, end }, `name '${name}' is parameter and global`);
						else if (use && use.at < each.start) {
							this.refuse(
								each,
								`name '${name}' is ${use.isAssigned ? "assigned to before" : "used prior to"} global declaration`,
							);
						}
					}
				}
				return true;
			});
		}
	}

	private expressions(nodes: readonly (ast.Expression | null)[], context: Context): void {
		for (const node of nodes) if (node) this.expression(node, context);
	}

	private expression(root: ast.Expression, context: Context): void {
		walk(root, (node) => {
			switch (node.type) {
				case "Lambda":
					this.parameters(node.parameters);
					this.expression(node.body, { ...context, function: node, isAsync: false, inLoop: false, inClass: false });
					return false;
				case "Yield":
					if (context.function === null) this.refuse(node, "'yield' outside function");
					else if (node.from && context.isAsync) this.refuse(node, "'yield from' inside async function");
					return true;
				case "Await":
					if (context.function === null) this.refuse(node, "'await' outside function");
					else if (!context.isAsync) this.refuse(node, "'await' outside async function");
					return true;
				case "Comprehension":
					this.comprehension(node, context);
					// In generators and nested comprehensions `await` has rules of its own, which changed from version to version.
					return node.kind !== "generator" && !node.clauses.some((clause) => clause.isAsync);
				case "Call":
					this.arguments(node);
					return true;
				default:
					return true;
			}
		});
	}

	private arguments(node: ast.Call): void {
		const seen = new Set<string>();
		for (const { name, start, end } of node.keywords) {
			if (name === null) continue;
			if (seen.has(name.name)) this.refuse({ start, end }, `keyword argument repeated: ${name.name}`);
			seen.add(name.name);
		}
		const firstKeyword = node.keywords.find((keyword) => keyword.name !== null)?.start ?? node.end;
		const firstUnpacking = node.keywords.find((keyword) => keyword.name === null)?.start ?? node.end;
		for (const argument of node.args) {
			const isUnpacking = argument.type === "Starred";
			if (argument.start > firstUnpacking) {
				const what = isUnpacking ? "iterable argument unpacking" : "positional argument";
				this.refuse(argument, `${what} follows keyword argument unpacking`);
			} else if (!isUnpacking && argument.start > firstKeyword) {
				this.refuse(argument, "positional argument follows keyword argument");
			} else continue;
			return;
		}
	}

	private comprehension(node: ast.Comprehension, context: Context): void {
		const { isAsync, inClass } = context;
		const place = { isAsync, inClass, inFunction: context.function !== null };
		this.faults.push(...findComprehensionFaults(node, place, this.minor));
	}

	private refuse(node: { readonly start: number; readonly end: number }, message: string): void {
		this.faults.push(refused(node, message));
	}
}

/** What `nonlocal` can mean in a function or a class that is defined here. */
function namesAround({ function: owner, outerNames }: Context): ReadonlySet<string> | null {
	if (owner === null) return outerNames;
	return new Set([...(outerNames ?? []), ...(owner.type === "FunctionDef" ? localNames(owner) : [])]);
}

/** What a function binds for the functions inside it; names it declares nonlocal itself are bound further out. */
function localNames(node: ast.FunctionDef): readonly string[] {
	const names = [...boundNames(node.body), ...node.parameters.map((parameter) => parameter.name.name)];
	walk(node.body, (each) => {
		if (each.type === "NamedExpr") names.push(each.target.name);
		else if (each.type === "AnnAssign" && each.target.type === "Name") names.push(each.target.id);
		else if (each.type === "Delete") names.push(...each.targets.flatMap((target) => (target.type === "Name" ? target.id : [])));
		else if (each.type === "Try") names.push(...each.handlers.flatMap((handler) => handler.name?.name ?? []));
		return each.type !== "FunctionDef" && each.type !== "ClassDef" && each.type !== "Lambda";
	});
	return [...names, ...node.typeParameters.map((parameter) => parameter.name)];
}

const statementTypes = new Set(
	"FunctionDef ClassDef Return Delete Assign AugAssign AnnAssign TypeAlias For While If With Match Raise Try Assert Import ImportFrom Global Nonlocal ExpressionStatement Pass Break Continue".split(
		" ",
	),
);

function isStatement(type: string): boolean {
	return statementTypes.has(type);
}
