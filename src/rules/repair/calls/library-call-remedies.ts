import type { FixProposal } from "../../../audit/fix.ts";
import { servedRoutes } from "../../../project/fastapi/routes/served-routes.ts";
import type { Module, Project } from "../../../project/project.ts";
import type * as ast from "../../../python/ast.ts";
import { addArgument } from "../../../python/rewrite/arguments.ts";
import { replaceText } from "../../../python/rewrite/source.ts";
import { walk } from "../../../python/walk.ts";

/** Methods that take a function to call later. */
const takesFunction =
	/^(run_sync|add_exception_handler|add_event_handler|add_api_route|add_route|add_websocket_route|add_api_websocket_route|add_task|add_job|add_done_callback|run_in_executor|run_in_threadpool|to_thread|Depends|Security|partial)$/;

/** Arguments that are classes or functions to call later, whatever takes them. */
const isCalledLater = /^(route_class|lifespan|target|dispatch|default_response_class|response_class|key_func|default_factory)$/;

/** `add_exception_handler(NotFound, on_not_found())`: the function itself is what is to be kept. */
export function passTheFunction(module: Module, call: ast.Call): FixProposal | undefined {
	if (call.args.length > 0 || call.keywords.length > 0) return undefined;
	let isHandedOver = false;
	walk(module.tree, (node) => {
		if (node.type === "Call") {
			const { callee } = node;
			const name = callee.type === "Attribute" ? callee.attribute.name : callee.type === "Name" ? callee.id : "";
			isHandedOver ||=
				takesFunction.test(name) && (node.args.includes(call) || node.keywords.some(({ value }) => value === call));
			isHandedOver ||= node.keywords.some((each) => each.value === call && isCalledLater.test(each.name?.name ?? ""));
		}
		return !isHandedOver && node.start <= call.start && call.end <= node.end;
	});
	if (!isHandedOver) return undefined;
	return {
		title: "Pass the function without calling it",
		explanation: "It is kept, and called with its arguments when the time comes.",
		applicability: "safe",
		edits: [replaceText(module, call.argumentsRange.start, call.argumentsRange.end, "")],
	};
}

/** `include_router(orders.router())`: a router is an application of its own, and calling it is answering a request. */
export function passTheRouter(module: Module, call: ast.Call, error: string): FixProposal | undefined {
	if (!/^TypeError: (Router\.)?__call__\(\) missing 3 /.test(error) || call.args.length > 0 || call.keywords.length > 0)
		return undefined;
	return {
		title: "Pass the router without calling it",
		explanation: "The router is there already, and is handed over as it is; calling it would be answering a request.",
		applicability: "safe",
		edits: [replaceText(module, call.argumentsRange.start, call.argumentsRange.end, "")],
	};
}

/** `app.mount(StaticFiles(…), name="static")`: below the path that its name says. */
export function mountBelow(module: Module, call: ast.Call, error: string): FixProposal | undefined {
	const [only, ...others] = call.args;
	const named = call.keywords.find(({ name }) => name?.name === "name")?.value;
	if (!/^TypeError: \w+\.mount\(\) missing 1 required positional argument: 'app'$/.test(error)) return undefined;
	if (only?.type !== "Call" || others.length > 0 || named?.type !== "Constant" || typeof named.value !== "string")
		return undefined;
	return {
		title: `Mount it at /${named.value}`,
		explanation: "mount takes the path first, then the application that answers below it.",
		applicability: "review",
		edits: [replaceText(module, only.start, only.start, `"/${named.value}", `)],
	};
}

/** `router = APIRouter`, and then `@router.get("/")`: the class is there, and no object of it. */
export function makeTheObject(module: Module, call: ast.Call): FixProposal | undefined {
	const { callee } = call;
	if (callee.type !== "Attribute" || callee.value.type !== "Name") return undefined;
	const name = callee.value.id;
	const binding = module.tree.body.findLast(
		(each) =>
			each.type === "Assign" &&
			each.end <= call.start &&
			each.targets.some((target) => target.type === "Name" && target.id === name),
	);
	if (binding?.type !== "Assign" || (binding.value.type !== "Name" && binding.value.type !== "Attribute")) return undefined;
	return {
		title: `Make ${name} an object of its class`,
		explanation: `Without the parentheses ${name} is the class itself, and its methods take their first argument for the object.`,
		applicability: "safe",
		edits: [replaceText(module, binding.value.end, binding.value.end, "()")],
	};
}

/** What a security scheme of FastAPI, or slowapi's limiter, cannot do without: the path that hands out tokens, or the name under which a key is sent. */
export function completeScheme(project: Project, module: Module, call: ast.Call, error: string): FixProposal | undefined {
	if (error === "TypeError: Limiter.__init__() missing 1 required positional argument: 'key_func'") {
		return {
			title: "Tell clients apart by their address",
			explanation: "slowapi's own get_remote_address is what it is usually given.",
			applicability: "review",
			edits: [addArgument(module, call, "key_func=get_remote_address")],
			needs: [{ path: module.path, module: "slowapi.util", name: "get_remote_address" }],
		};
	}
	const [, scheme = "", name] =
		/^TypeError: (?:(OAuth2PasswordBearer|APIKey(?:Header|Query|Cookie))\.)?__init__\(\) missing 1 required (?:positional|keyword-only) argument: '(tokenUrl|name)'$/.exec(
			error,
		) ?? [];
	if (name === undefined) return undefined;
	if (name === "tokenUrl") {
		const path = tokenPath(project);
		return {
			title: `Name the path that hands out the tokens: ${path ?? "token"}`,
			explanation:
				path === null
					? "No route takes OAuth2PasswordRequestForm, so this is a guess; only the documentation page uses it."
					: "That is the route that takes the user's name and password; the documentation page signs in there.",
			applicability: "review",
			edits: [addArgument(module, call, `tokenUrl="${path ?? "token"}"`)],
		};
	}
	const usual = scheme.endsWith("Query") ? "api_key" : scheme.endsWith("Cookie") ? "session" : "X-API-Key";
	return {
		title: `Read the key from ${usual}`,
		explanation: "The scheme has to know where clients put their key; this is the usual name.",
		applicability: "review",
		edits: [addArgument(module, call, `name="${usual}"`)],
	};
}

/** The path of the only route whose function takes OAuth2PasswordRequestForm, as tokenUrl wants it: relative to the root. */
function tokenPath(project: Project): string | null {
	const found = new Set<string>();
	for (const routes of servedRoutes(project).values())
		for (const { path, module, endpoint } of routes) {
			const definition = module.tree.body.find((each) => each.type === "FunctionDef" && each.name.name === endpoint);
			const head = definition?.type === "FunctionDef" ? module.text.slice(definition.name.end, definition.body[0]?.start) : "";
			if (/OAuth2PasswordRequestForm/.test(head) && !path.includes("…")) found.add(path.replace(/^\//, ""));
		}
	const [only, ...others] = found;
	return only !== undefined && others.length === 0 ? only : null;
}
