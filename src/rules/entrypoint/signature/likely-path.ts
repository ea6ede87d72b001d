import type { FixProposal } from "../../../audit/fix.ts";
import type * as ast from "../../../python/ast.ts";
import { type PythonSource, replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";

/** Methods of applications and routers that make a decorator of a path. */
const routeMethod = /^(get|put|post|delete|options|head|patch|trace|websocket)$/;

/** `@app.get` and `@app.get()` → `@app.get("/users")`, with a path after the name of the function; undefined for any other decorator. */
export function writePath(module: PythonSource, decorator: ast.Expression): FixProposal | undefined {
	const callee = decorator.type === "Call" ? decorator.callee : decorator;
	const endpoint = functionUnder(module, decorator);
	if (endpoint === null || callee.type !== "Attribute" || !routeMethod.test(callee.attribute.name)) return undefined;
	if (decorator.type === "Call" && (decorator.args.length > 0 || decorator.keywords.some(({ name }) => name?.name === "path")))
		return undefined;
	const path = `"${likelyPath(endpoint.name.name)}"`;
	const title = `Write the path ${path}`;
	const explanation = `The path of a route is its first argument. ${path} follows the name of ${endpoint.name.name}; write another where another is meant.`;
	const edit =
		decorator.type !== "Call"
			? replaceText(module, decorator.end, decorator.end, `(${path})`)
			: replaceText(
					module,
					decorator.argumentsRange.start + 1,
					decorator.argumentsRange.start + 1,
					decorator.keywords.length === 0 ? path : `${path}, `,
				);
	return { title, explanation, applicability: "review", edits: [edit] };
}

function functionUnder({ tree }: PythonSource, decorator: ast.Expression): ast.FunctionDef | null {
	let found: ast.FunctionDef | null = null;
	walk(tree, (each) => {
		if (each.type === "FunctionDef" && each.decorators.includes(decorator)) found = each;
		return found === null;
	});
	return found;
}

/** `/` for `root` and its like, `/users` for `get_users`, `/health-check` for `health_check`. */
function likelyPath(name: string): string {
	if (/^(?:(?:get|read|show|serve)_)?(?:root|index|home|main)(?:_page)?$/.test(name)) return "/";
	const subject = name.replace(/^(?:get|read|list|show|fetch|create|add|update|delete|remove|post|put)_+(?:all_+)?/, "");
	return `/${subject.replace(/^_+|(?<!_)_+$/g, "").replaceAll("_", "-")}`;
}
