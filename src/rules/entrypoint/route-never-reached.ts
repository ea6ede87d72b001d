import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type LostRoute, lostRoutes } from "../../project/fastapi/routes/route-order.ts";
import { type Operation, routeModelOf } from "../../project/fastapi/routes/routes.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { lineStartAt, nextLineAt } from "../../python/rewrite/source.ts";
import { insertAfter, removeStatements } from "../../python/rewrite/statements.ts";

const head = `from fastapi import FastAPI

app = FastAPI()


`;
const one = `@app.get("/users/{user_id}")
def read_user(user_id: int) -> int:
    return user_id


`;
const me = `@app.get("/users/me")
def read_me() -> int:
    return 0


`;
const tail = `@app.get("/health")
def health() -> str:
    return "ok"
`;

export default defineRule<LostRoute>({
	name: "route-never-reached",
	category: "ENTRYPOINT",
	summary: "A route is never asked, because one before it answers or because it came too late",
	story:
		"Routes are tried in the order in which they are registered. /users/{user_id} before /users/me takes me for an id, so that requests to /users/me are answered by the wrong function or with 422. And before FastAPI 0.137 a router was copied when it was included: what is added to it later is not served.",
	references: ["https://fastapi.tiangolo.com/tutorial/path-params/#order-matters"],
	example: {
		before: { "requirements.txt": "fastapi\nuvicorn\n", "main.py": head + one + me + tail },
		after: { "requirements.txt": "fastapi\nuvicorn\n", "main.py": head + me + one + tail },
	},

	*detect(project) {
		for (const lost of lostRoutes(project)) {
			const { call } = lost.operation;
			yield {
				subject: `${call.module.name}:${nameOf(lost.operation)}:${lost.operation.path}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: lost,
			};
		}
	},

	describe({ evidence: { type, operation, by } }, project) {
		const shown = `${operation.methods?.join(", ") ?? ""} ${operation.router.prefix ?? ""}${operation.path ?? ""}`;
		return {
			severity: "HIGH",
			stage: "request",
			problem: type === "shadowed" ? `${shown} is never reached` : `${shown} is added to a router that was included before`,
			rootCause:
				by === null
					? "This version of FastAPI copies the routes when a router is included; those added later are answered with 404."
					: `${nameOf(by)} is registered before it, and its path ${by.path} matches the same requests.`,
			order: operation.call.order,
			manualSteps:
				mendOf(operation, by, project) === undefined
					? [by === null ? "Include the router behind its last route." : `Register ${nameOf(operation)} before ${nameOf(by)}.`]
					: [],
		};
	},

	fix({ evidence: { operation, by } }, project) {
		return mendOf(operation, by, project);
	},
});

function nameOf({ endpoint }: Operation): string {
	return endpoint.kind === "function" && endpoint.node.type === "FunctionDef" ? endpoint.node.name.name : "a route";
}

function mendOf(operation: Operation, by: Operation | null, project: Project): FixProposal | undefined {
	return by === null ? includeLast(operation, project) : moveBefore(operation, by);
}

/** Moves include_router behind the last route of the router, where all of it stands at the top of one module. */
function includeLast({ router, call }: Operation, project: Project): FixProposal | undefined {
	const { includes, operations } = routeModelOf(project);
	const [only, ...others] = includes.filter(({ child }) => child === router);
	const { module } = call;
	if (only === undefined || others.length > 0 || only.call.module !== module) return undefined;
	const { node } = only.call;
	const include = module.tree.body.find((each) => each.type === "ExpressionStatement" && each.value === node);
	const routes = operations.filter((each) => each.router === router).map((each) => registrationOf(module.tree.body, each));
	const last = routes.reduce((a, b) => (a === undefined || b === undefined ? undefined : b.start > a.start ? b : a));
	if (include === undefined || last === undefined || last.start < include.start) return undefined;
	return {
		title: "Include the router behind its last route",
		explanation: "This FastAPI copies the routes when the router is included; behind the last one it copies all of them.",
		applicability: "safe",
		edits: [
			...removeStatements(module, [include]),
			insertAfter(module, last, `\n\n${module.text.slice(include.start, include.end)}`),
		],
	};
}

/** Moves the function in front of the one that answers in its place, where both stand at the top of the same module. */
function moveBefore(operation: Operation, by: Operation | null): FixProposal | undefined {
	const { module } = operation.call;
	if (by === null || by.call.module !== module) return undefined;
	const moved = definitionOf(module.tree.body, operation);
	const target = definitionOf(module.tree.body, by);
	if (moved === null || target === null || target.start > moved.start) return undefined;
	const { text, path } = module;
	const start = lineStartAt(text, startOf(moved));
	const end = endWithBlankLines(text, moved.end);
	const place = lineStartAt(text, startOf(target));
	// A comment above the function belongs to it, and moving it apart would mislead.
	const isBehindComment = (at: number) => text.slice(lineStartAt(text, Math.max(0, at - 1)), at).includes("#");
	if (isBehindComment(start) || isBehindComment(place)) return undefined;
	const block = `${text.slice(start, end).trimEnd()}\n\n\n`;
	return {
		title: `Register ${nameOf(operation)} before ${nameOf(by)}`,
		explanation: "The fixed path is then tried first, and all others still reach the one with the parameter.",
		applicability: "review",
		edits: [
			{ path, range: { start: place, end: place }, newText: block },
			{ path, range: { start, end }, newText: "" },
		],
	};
}

/** The statement of the block that registers a route: the function under the decorator, or the call. */
function registrationOf(body: readonly ast.Statement[], { call: { node } }: Operation): ast.Statement | undefined {
	return body.find((each) => (each.type === "FunctionDef" ? startOf(each) : each.start) <= node.start && node.end <= each.end);
}

function definitionOf(body: readonly ast.Statement[], { endpoint }: Operation): ast.FunctionDef | null {
	if (endpoint.kind !== "function" || endpoint.node.type !== "FunctionDef") return null;
	return body.find((statement): statement is ast.FunctionDef => statement === endpoint.node) ?? null;
}

function startOf(node: ast.FunctionDef): number {
	return Math.min(node.start, ...node.decorators.map((decorator) => decorator.start));
}

function endWithBlankLines(text: string, end: number): number {
	let at = nextLineAt(text, end);
	while (/^[ \t]*\r?\n/.test(text.slice(at))) at = nextLineAt(text, at);
	return at;
}
