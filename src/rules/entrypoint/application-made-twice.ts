import { defineRule } from "../../audit/rule.ts";
import { servedApplication } from "../../project/fastapi/application.ts";
import { type Router, routeModelOf } from "../../project/fastapi/routes/routes.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { removeStatements } from "../../python/rewrite/statements.ts";
import { holdsName } from "../../python/walk.ts";

interface Evidence {
	readonly module: Module;
	readonly name: string;
	/** The statement that makes the application anew. */
	readonly second: ast.Assign;
	/** How many routes, routers and mounts the first one was given. */
	readonly lost: number;
	readonly order: number;
	/** Is the second one made without any argument? */
	readonly isBare: boolean;
}

const example = (again: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI\n\napp = FastAPI(title="Shop")\n\n\n@app.get("/items")\ndef items() -> list[str]:\n    return []\n\n\n${again}@app.get("/")\ndef root() -> dict[str, str]:\n    return {}\n`,
});

export default defineRule<Evidence>({
	name: "application-made-twice",
	category: "ENTRYPOINT",
	summary: "The application is made a second time under its name, and the routes of the first are lost",
	story:
		"Two pieces of code were put together, and both begin with app = FastAPI(). The server starts with what the name stands for at the end: what was registered before answers with 404.",
	references: ["https://fastapi.tiangolo.com/tutorial/first-steps/"],
	example: { before: example("app = FastAPI()\n\n\n"), after: example("") },

	*detect(project) {
		const served = servedApplication(project);
		if (served === null || served.guarded) return;
		const { module } = served;
		const second = assignmentOf(module, served.node);
		const name = second === null ? null : nameOf(second);
		if (second === null || name === null) return;
		for (const first of routeModelOf(project).routers) {
			const { call } = first;
			const statement = call.module === module ? assignmentOf(module, call.node) : null;
			if (!first.isApplication || call === served || statement === null || nameOf(statement) !== name) continue;
			const lost = givenTo(project, first);
			// Before it is replaced, it may be kept under another name, or be mounted.
			if (lost === 0 || statement.start > second.start || isKept(module, statement, second, name)) continue;
			const isBare = served.node.args.length + served.node.keywords.length === 0;
			yield {
				subject: `${module.name}:${name}`,
				path: module.path,
				range: { start: second.start, end: second.end },
				evidence: { module, name, second, lost, order: served.order, isBare },
			};
		}
	},

	describe({ evidence: { name, lost, order } }) {
		return {
			severity: "HIGH",
			stage: "request",
			problem: `${name} is made a second time, and what the first one was given is lost`,
			rootCause: `${lost === 1 ? "One route or router was" : `${lost} routes and routers were`} registered with the first application, and the server is handed the second.`,
			order,
			manualSteps: ["Make the application once, in front of everything that is registered with it."],
		};
	},

	fix({ evidence: { module, name, second, isBare } }) {
		if (!isBare) return undefined;
		return {
			title: `Make ${name} once`,
			explanation: "The first application keeps what was registered with it, and takes what follows, too.",
			applicability: "review",
			edits: removeStatements(module, [second]),
		};
	},
});

function assignmentOf(module: Module, made: ast.Call): ast.Assign | null {
	const found = module.tree.body.find((each) => each.type === "Assign" && each.value.start === made.start);
	return found?.type === "Assign" ? found : null;
}

function nameOf({ targets }: ast.Assign): string | null {
	const [only, ...others] = targets;
	return only?.type === "Name" && others.length === 0 ? only.id : null;
}

function givenTo(project: Project, router: Router): number {
	const { operations, includes, mounts } = routeModelOf(project);
	return (
		operations.filter((each) => each.router === router).length +
		includes.filter(({ parent }) => parent === router).length +
		mounts.filter(({ parent }) => parent === router).length
	);
}

/** Does a statement between the two hand the application on, other than by registering something with it? */
function isKept({ tree }: Module, first: ast.Assign, second: ast.Assign, name: string): boolean {
	return tree.body.some((each) => {
		if (each.start <= first.start || each.start >= second.start) return false;
		if (each.type === "FunctionDef" || each.type === "ClassDef") return false;
		if (each.type === "ExpressionStatement" && each.value.type === "Call") {
			const { callee, args, keywords } = each.value;
			const isMethod = callee.type === "Attribute" && callee.value.type === "Name" && callee.value.id === name;
			return !isMethod || holdsName([...args, ...keywords.map(({ value }) => value)], name);
		}
		return holdsName([each], name);
	});
}
