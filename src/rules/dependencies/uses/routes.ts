import type { Namespace } from "../../../project/imports/values.ts";
import type { Module } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { isExternal, resolveName } from "./names.ts";

const routerClass = /^fastapi\.(?:applications\.)?FastAPI$|^fastapi\.(?:routing\.)?APIRouter$/;
const routeMethods = new Set(["get", "post", "put", "patch", "delete", "options", "head", "trace", "api_route", "websocket"]);

/** Functions at a module's top level that are declared as routes of a FastAPI application or router. */
export function listRoutes(module: Module, namespace: Namespace): ast.FunctionDef[] {
	return module.tree.body.filter(
		(statement): statement is ast.FunctionDef =>
			statement.type === "FunctionDef" && statement.decorators.some((decorator) => isRoute(decorator, namespace)),
	);
}

/** `@router.post(...)`, where `router` is known to be an application or a router. */
function isRoute(decorator: ast.Expression, namespace: Namespace): boolean {
	if (decorator.type !== "Call" || decorator.callee.type !== "Attribute") return false;
	if (!routeMethods.has(decorator.callee.attribute.name)) return false;
	const owner = resolveName(decorator.callee.value, namespace);
	return owner?.kind === "instance" && owner.of.kind === "external" && isExternal(owner.of, routerClass);
}
