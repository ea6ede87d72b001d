import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type PrefixFault, prefixFaults } from "../../project/fastapi/routes/path-faults.ts";
import { routeModelOf } from "../../project/fastapi/routes/routes.ts";
import type { Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../python/rewrite/arguments.ts";
import { replaceText } from "../../python/rewrite/source.ts";

const example = (prefix: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="${prefix}")


@router.get("/all")
def list_items() -> list[str]:
    return []


app = FastAPI()
app.include_router(router)
`,
});

export default defineRule<PrefixFault>({
	name: "invalid-route-prefix",
	category: "ENTRYPOINT",
	summary: "The prefix of a router does not begin with a slash, ends with one, or is empty like a path below it",
	story:
		"FastAPI puts a prefix and a path together as they are, so it insists on a slash in front of a prefix and on none behind it, and refuses a route of which both are empty. The import of the module fails.",
	references: [
		"https://fastapi.tiangolo.com/tutorial/bigger-applications/#include-an-apirouter-with-a-custom-prefix-tags-responses-and-dependencies",
	],
	example: { before: example("items"), after: example("/items") },

	*detect(project) {
		const seen = new Set<string>();
		for (const fault of prefixFaults(project)) {
			const { module } = fault.operation?.call ?? fault.call;
			const key = `${module.path}:${fault.node.start}`;
			if (seen.has(key)) continue;
			seen.add(key);
			yield {
				subject: `${module.name}:${fault.type}:${fault.prefix}`,
				path: module.path,
				range: { start: fault.node.start, end: fault.node.end },
				evidence: fault,
			};
		}
	},

	describe({ evidence: { type, prefix, call, error, node } }) {
		const isWritten = type === "empty" || type === "none" || node.type === "Constant";
		return {
			severity: "CRITICAL",
			stage: call.stage,
			problem: {
				"no-slash": `The prefix "${prefix}" does not begin with a slash`,
				"ends-with-slash": `The prefix "${prefix}" ends with a slash`,
				none: "None is given for the prefix of a router",
				empty: "A route has an empty path, and its router is included without a prefix",
			}[type],
			rootCause:
				type === "empty"
					? "The path of the route would be empty as a whole, and every path begins with a slash."
					: type === "none"
						? "FastAPI puts the prefix in front of each path, and None is no text that could stand there."
						: "FastAPI puts the prefix in front of paths that begin with a slash, and checks it for that.",
			expectedError: error,
			order: call.order,
			manualSteps: isWritten ? [] : ["Write the prefix with a slash in front and none behind, where its text comes from."],
		};
	},

	fix({ evidence }, project) {
		const { type, prefix, call, node } = evidence;
		const { module } = call;
		if (type === "empty") return emptyPathMends(evidence, project)[0];
		if (type === "none") return withoutPrefix(evidence);
		if (node.type !== "Constant")
			return mendAtOrigin(type, prefix, call.keywords.get("prefix")) ?? mendExpression(type, prefix, module, node);
		if (node.content === null) return undefined;
		const mended = mendedPrefix(type, prefix);
		return {
			title: mended === "" ? "Leave the prefix empty" : `Write the prefix ${mended}`,
			explanation: "The paths of the routes begin with a slash themselves; the addresses become what was meant.",
			applicability: "safe",
			edits: [replaceText(module, node.content.start, node.content.end, mended)],
		};
	},

	alternatives({ evidence }, project) {
		return evidence.type === "empty" ? emptyPathMends(evidence, project).slice(1) : [];
	},
});

/** A prefix like those of the routers beside it, or the path "/" for each route that has none: the likelier first. */
function emptyPathMends({ call, operation }: PrefixFault, project: Project): readonly FixProposal[] {
	if (operation === null) return [];
	const { router } = operation;
	const model = routeModelOf(project);
	const routes = model.operations.filter((each) => each.router === router && each.path === "");
	const nodes = routes.flatMap(({ pathNode, call: { module } }) => (pathNode === null ? [] : [{ module, node: pathNode }]));
	const mends: FixProposal[] = [];
	if (nodes.every(({ node }) => node.type === "Constant")) {
		mends.push({
			title: routes.length === 1 ? 'Give the route the path "/"' : 'Give the routes the path "/"',
			explanation: "It answers at the root of what includes the router, which is where an empty path would have been.",
			applicability: "safe",
			edits: nodes.map(({ module, node }) => replaceText(module, node.start, node.end, '"/"')),
		});
	}
	const lastPart = (name: string): string => name.slice(name.lastIndexOf(".") + 1);
	const beside = model.includes.filter((each) => each.call.module === call.module && each.call !== call && each.child !== null);
	const isUsual = beside.some(({ child, prefix }) => prefix === `/${lastPart(child?.call.module.name ?? "")}`);
	const own = lastPart(router.call.module.name);
	if (isUsual && router.call.module !== call.module) {
		mends.unshift({
			title: `Include the router with the prefix /${own}`,
			explanation: "The routers beside it have the names of their modules for prefixes.",
			applicability: "review",
			edits: [addArgument(call.module, call.node, `prefix="/${own}"`)],
		});
	}
	return mends;
}

/** `include_router(router, prefix=None)` → `include_router(router)`. */
function withoutPrefix({ call: { module, node } }: PrefixFault): FixProposal | undefined {
	const given = findKeyword(node, "prefix");
	if (given === null) return undefined;
	return {
		title: "Leave the prefix away",
		explanation: "Where none is given, the paths of the routes stay as they are.",
		applicability: "safe",
		edits: removeArguments(module, node, [given]),
	};
}

function mendedPrefix(type: PrefixFault["type"], prefix: string): string {
	const tail = prefix.replace(/(?<!\/)\/+$/, "");
	return type === "no-slash" ? `/${tail}` : tail;
}

/** A prefix that is put together in code gets its slash, or loses the one at its end, where it is handed over. */
function mendExpression(type: PrefixFault["type"], prefix: string, module: Module, node: ast.Expression): FixProposal {
	const code = module.text.slice(node.start, node.end);
	const isPlain = node.type === "Name" || node.type === "Attribute";
	const whole = isPlain || node.type === "Call" ? code : `(${code})`;
	const slashed = isPlain ? `f"/{${code}}"` : `"/" + ${whole}`;
	return {
		title: type === "no-slash" ? "Put a slash in front of the prefix" : "Take the slash at the end of the prefix away",
		explanation: `It is "${prefix}" here; FastAPI wants a slash in front and none at the end.`,
		applicability: "review",
		edits: [replaceText(module, node.start, node.end, type === "no-slash" ? slashed : `${whole}.rstrip("/")`)],
	};
}

/** Where the prefix comes in by a name, its text is mended where it is written. */
function mendAtOrigin(type: PrefixFault["type"], prefix: string, value: Value | undefined): FixProposal | undefined {
	const origin = value?.kind === "constant" ? value.origin : null;
	if (origin?.type !== "source") return undefined;
	const mended = mendedPrefix(type, prefix);
	return {
		title: `Write the prefix ${mended}`,
		explanation: "The paths of the routes begin with a slash themselves; the addresses become what was meant.",
		applicability: "review",
		edits: [{ path: origin.path, range: origin.range, newText: mended }],
	};
}
