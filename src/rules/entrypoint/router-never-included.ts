import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { includeFaults, type LonelyRouter, lonelyRouters } from "../../project/fastapi/routes/include-faults.ts";
import type * as ast from "../../python/ast.ts";
import { insertAfter } from "../../python/rewrite/statements.ts";

const example = (include: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"users.py": `from fastapi import APIRouter\n\nrouter = APIRouter(prefix="/users")\n\n\n@router.get("/")\ndef list_users() -> list[str]:\n    return []\n`,
	"items.py": `from fastapi import APIRouter\n\nrouter = APIRouter(prefix="/items")\n\n\n@router.get("/")\ndef list_items() -> list[str]:\n    return []\n`,
	"main.py": `from fastapi import FastAPI\n\nimport items\nimport users\n\napp = FastAPI()\napp.include_router(users.router)\n${include}`,
});

export default defineRule<LonelyRouter>({
	name: "router-never-included",
	category: "ENTRYPOINT",
	summary: "A router has routes and no application includes it",
	story:
		"Routes are served once their router is included. A router that is imported and then forgotten does no harm at start-up; every request to its routes is answered with 404.",
	references: ["https://fastapi.tiangolo.com/tutorial/bigger-applications/#the-main-fastapi"],
	example: { before: example(""), after: example("app.include_router(items.router)\n") },

	*detect(project) {
		// Where a router is included into itself, the one that was left out is the one that was meant there.
		const mistaken = [...includeFaults(project)].filter(({ type }) => type === "itself" || type === "circle");
		for (const lonely of lonelyRouters(project)) {
			const place = lonely.forgottenIn?.call.module;
			if (place !== undefined && mistaken.some(({ include }) => include.call.module === place)) continue;
			const { call } = lonely.router;
			yield {
				subject: `${call.module.name}:${call.module.text.slice(call.node.start, call.node.end)}`,
				path: call.module.path,
				range: { start: call.node.start, end: call.node.end },
				evidence: lonely,
			};
		}
	},

	describe({ evidence: { router, routes, forgottenIn } }) {
		const count = routes === 1 ? "Its route is" : `Its ${routes} routes are`;
		return {
			severity: forgottenIn === null ? "MEDIUM" : "HIGH",
			stage: forgottenIn === null ? "none" : "request",
			problem: `The router of ${router.call.module.name} is never included`,
			rootCause:
				forgottenIn === null
					? `${count} not served: no include_router names it.`
					: `${forgottenIn.call.module.name} has ${forgottenIn.code} at hand and includes others. ${count} answered with 404.`,
			order: router.call.order,
			manualSteps:
				forgottenIn === null ? ["Include the router where the application is made, or remove it if it is not needed."] : [],
		};
	},

	fix({ evidence: { router, forgottenIn } }) {
		if (forgottenIn === null) return undefined;
		const { call, code } = forgottenIn;
		const statement = statementOf(call.module.tree.body, call.node);
		if (statement === null) return undefined;
		const line = likeTheOthers(call, router, code);
		return {
			title: `Include ${code}`,
			explanation: "It is included like the router before it.",
			applicability: "review",
			edits: [insertAfter(call.module, statement, line)],
		} satisfies FixProposal;
	},
});

/** The module-level statement that is the call; null where the call is part of anything else. */
function statementOf(body: readonly ast.Statement[], call: ast.Call): ast.Statement | null {
	const found = body.find((statement) => statement.start <= call.start && call.end <= statement.end);
	return found?.type === "ExpressionStatement" && found.value === call ? found : null;
}

/** The call before it, with the words of its router replaced: `prefix="/billing"` becomes `prefix="/catalog"`. */
function likeTheOthers(call: LonelyRouter["router"]["call"], router: LonelyRouter["router"], code: string): string {
	const { module, node } = call;
	const owner = module.text.slice(node.callee.start, node.callee.end);
	const included = call.args[0] ?? call.keywords.get("router");
	const theirs = included?.kind === "instance" ? (included.call?.module.name ?? null) : null;
	const [theirWord, ourWord] = theirs === null ? [null, null] : differingPart(theirs, router.call.module.name);
	const keywords = node.keywords.map((keyword) => module.text.slice(keyword.start, keyword.end));
	if (keywords.length === 0 || theirWord === null || ourWord === null) return `${owner}(${code})`;
	const own = router.prefix !== "" && router.prefix !== null;
	const written = keywords
		.filter((keyword) => !(own && /^prefix\s*=/.test(keyword)))
		.map((keyword) => inOurWords(keyword, theirWord, ourWord));
	return `${owner}(${[code, ...written].join(", ")})`;
}

/** The one part in which two dotted names differ. */
function differingPart(a: string, b: string): readonly [string, string] | readonly [null, null] {
	const left = a.split(".");
	const right = b.split(".");
	const different = left.flatMap((part, index) => (part === right[index] ? [] : [[part, right[index] ?? ""] as const]));
	const [only, ...others] = different;
	return left.length === right.length && only !== undefined && others.length === 0 ? only : [null, null];
}

function inOurWords(text: string, theirs: string, ours: string): string {
	const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
	return text.split(theirs).join(ours).split(capitalised(theirs)).join(capitalised(ours));
}
