import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { type ImportStatement, importsOf } from "../../../python/rewrite/remove-imports.ts";
import { ownModules } from "../modules/module-spelling.ts";
import { absoluteModule } from "./symbol-homes.ts";

/**
 * Is an import that nothing uses there for what importing does? A module of the project may define tables that
 * `metadata.create_all` has to know, add routes to an application or subscribe to events.
 */
export function isForRegistration(project: Project, importer: Module, statement: ImportStatement, alias: ast.Alias): boolean {
	const modules = ownModules(project);
	const target = targetOf(modules, importer, statement, alias);
	if (target === null) return false;
	if (target.isModule || target.module.isPackage) return true;
	if (!hasTables(target.module.tree)) return false;
	return /metadata|create_all|drop_all/.test(importer.text) || !isImportedByAnother(modules, importer, target.module);
}

interface Target {
	readonly module: Module;
	/** Is the module itself what the import binds? */
	readonly isModule: boolean;
}

function targetOf(
	modules: ReadonlyMap<string, Module>,
	importer: Module,
	statement: ImportStatement,
	alias: ast.Alias,
): Target | null {
	if (statement.type === "Import") {
		const module = modules.get(alias.name.name);
		return module ? { module, isModule: true } : null;
	}
	const name = absoluteModule(importer.name, importer.isPackage, statement);
	if (name === null) return null;
	const submodule = modules.get(name === "" ? alias.name.name : `${name}.${alias.name.name}`);
	if (submodule) return { module: submodule, isModule: true };
	const module = modules.get(name);
	return module ? { module, isModule: false } : null;
}

/** Does the module define a mapped class or a table, by the looks of it? */
function hasTables(tree: ast.Module): boolean {
	return tree.body.some((statement) => {
		if (statement.type === "Assign") return statement.value.type === "Call" && isNamed(statement.value.callee, "Table");
		if (statement.type !== "ClassDef") return false;
		if (statement.keywords.some((keyword) => keyword.name?.name === "table")) return true;
		return statement.body.some((inner) => bindsTableName(inner)) || statement.bases.some((base) => isNamed(base, "Base"));
	});
}

function bindsTableName(statement: ast.Statement): boolean {
	if (statement.type === "FunctionDef") return statement.name.name === "__tablename__";
	const targets = statement.type === "Assign" ? statement.targets : statement.type === "AnnAssign" ? [statement.target] : [];
	return targets.some((target) => target.type === "Name" && /^__table(name)?__$/.test(target.id));
}

function isNamed(expression: ast.Expression, name: string): boolean {
	if (expression.type === "Name") return expression.id === name;
	return expression.type === "Attribute" && expression.attribute.name === name;
}

function isImportedByAnother(modules: ReadonlyMap<string, Module>, importer: Module, target: Module): boolean {
	for (const [name, module] of modules) {
		if (module.path === importer.path || module.path === target.path) continue;
		const imports = importsOf(module.tree).some((statement) =>
			statement.type === "ImportFrom"
				? absoluteModule(name, module.isPackage, statement) === target.name
				: statement.names.some((alias) => alias.name.name === target.name),
		);
		if (imports) return true;
	}
	return false;
}
