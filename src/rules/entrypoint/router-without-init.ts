import { defineRule } from "../../audit/rule.ts";
import type { Call } from "../../project/imports/trace.ts";
import type { ClassValue } from "../../project/imports/values.ts";
import type { Project } from "../../project/project.ts";
import type * as ast from "../../python/ast.ts";
import { insertBefore } from "../../python/rewrite/statements.ts";
import { walk } from "../../python/walk.ts";

interface Evidence {
	readonly owner: ClassValue;
	readonly init: ast.FunctionDef;
	/** `APIRouter` or `FastAPI`. */
	readonly base: string;
	/** The first use of an object of the class that fails. */
	readonly use: Call;
	readonly error: string | null;
}

const example = (line: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import APIRouter, FastAPI


class TaggedRouter(APIRouter):
    def __init__(self, tag: str) -> None:
${line}        self.tag = tag


router = TaggedRouter("items")


@router.get("/items")
def items() -> list[str]:
    return []


app = FastAPI()
app.include_router(router)
`,
});

export default defineRule<Evidence>({
	name: "router-without-init",
	category: "ENTRYPOINT",
	summary: "A class derived from APIRouter or FastAPI leaves its base's __init__ undone",
	story:
		"The class has an __init__ of its own that does not call the one of APIRouter or FastAPI, so that the object has none of a router's attributes. The first route that is registered with it stops the import of the module.",
	references: ["https://docs.python.org/3/library/functions.html#super"],
	example: { before: example(""), after: example("        super().__init__()\n") },

	*detect(project) {
		const seen = new Set<ClassValue>();
		for (const use of project.trace.calls) {
			const { callee } = use;
			if (callee.kind !== "bound-method" || callee.receiver.kind !== "instance" || !use.reached || use.guarded) continue;
			const owner = callee.receiver.of;
			if (owner.kind !== "class" || seen.has(owner) || callee.function !== null) continue;
			const found = uninitialised(owner);
			const attribute = found === null ? undefined : firstRead[found.base]?.(callee.name);
			if (found === null || attribute === undefined) continue;
			seen.add(owner);
			const error =
				attribute === null ? null : `AttributeError: '${owner.node.name.name}' object has no attribute '${attribute}'`;
			yield {
				subject: `${owner.module.name}:${owner.node.name.name}`,
				path: owner.module.path,
				range: { start: found.init.name.start, end: found.init.name.end },
				evidence: { owner, use, error, ...found },
			};
		}
	},

	describe({ evidence: { owner, base, use, error } }) {
		const name = owner.node.name.name;
		return {
			severity: "CRITICAL",
			stage: use.stage,
			problem: `${name} never calls the __init__ of ${base}`,
			rootCause: `Its own __init__ takes the place of the one of ${base}, which makes the list of routes and all else that registering a route needs.`,
			...(error === null ? {} : { expectedError: error }),
			order: use.order,
		};
	},

	fix({ evidence: { owner, init, base } }: { readonly evidence: Evidence }, _project: Project) {
		const [first] = init.body;
		if (first === undefined || first.start < init.name.end) return undefined;
		const rest = init.parameters.find(({ kind }) => kind === "var-keyword");
		const passed = rest === undefined ? "" : `**${rest.name.name}`;
		return {
			title: `Call the __init__ of ${base}`,
			explanation: "The object then has all that its base needs, with the base's own defaults.",
			applicability: "safe",
			edits: [insertBefore(owner.module, first, `super().__init__(${passed})`)],
		};
	},
});

/** The attribute that each method misses first; null where the message depends on the version. */
const firstRead: Readonly<Record<string, (method: string) => string | null | undefined>> = {
	APIRouter: (method) => {
		if (/^(get|put|post|delete|options|head|patch|trace|api_route|add_api_route)$/.test(method)) return "route_class";
		return /^(websocket|include_router|mount|add_route)$/.test(method) ? null : undefined;
	},
	FastAPI: (method) =>
		/^(get|put|post|delete|options|head|patch|trace|api_route|include_router|mount|websocket|on_event)$/.test(method)
			? "router"
			: undefined,
};

/** The own `__init__` of a class that derives from APIRouter or FastAPI alone and mentions no other `__init__`. */
function uninitialised(owner: ClassValue): { readonly init: ast.FunctionDef; readonly base: string } | null {
	const [base, ...others] = owner.bases;
	const own = owner.namespace.names.get("__init__");
	if (base?.kind !== "external" || others.length > 0 || owner.decorators.length > 0 || own?.maybe !== false) return null;
	const name = /^fastapi\.(?:routing|applications)\.(APIRouter|FastAPI)$/.exec(base.canonical)?.[1];
	if (name === undefined || own.value.kind !== "function" || own.value.node.type === "Lambda") return null;
	const { node } = own.value;
	let mentions = false;
	walk(node.body, (each) => {
		if (each.type === "Attribute" && /^__(init|dict|setstate)__$/.test(each.attribute.name)) mentions = true;
		return !mentions;
	});
	return mentions ? null : { init: node, base: name };
}
