import type { FixProposal } from "../../audit/fix.ts";
import { defineRule } from "../../audit/rule.ts";
import { type AddedMiddleware, listMiddleware, listMiddlewareFunctions } from "../../project/fastapi/middleware/middleware.ts";
import { type WrongEntry, wrongMiddlewareEntries } from "../../project/fastapi/middleware/middleware-entries.ts";
import type { MiddlewareFault } from "../../project/fastapi/middleware/middleware-fault.ts";
import { dispatchFault, middlewareFault, wrapperFault } from "../../project/fastapi/middleware/middleware-faults.ts";
import { isOfLifespan } from "../../project/fastapi/routes/request-path.ts";
import type { ClassValue, FunctionValue, Value } from "../../project/imports/values.ts";
import type { Module, Project } from "../../project/project.ts";
import type { TextRange } from "../../text/range.ts";
import { middlewareEntryRemedy } from "./middleware/middleware-entry-remedies.ts";
import { middlewareRemedy } from "./middleware/middleware-remedies.ts";

interface Evidence {
	readonly middleware: string;
	readonly fault: MiddlewareFault;
	/** Null for a function under `@app.middleware`, and for what stands wrongly in a list. */
	readonly added: AddedMiddleware | null;
	readonly entry: WrongEntry | null;
}

const example = (keyword: string) => ({
	"requirements.txt": "fastapi\nuvicorn\n",
	"main.py": `from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, ${keyword}=["https://example.com"])
`,
});

export default defineRule<Evidence>({
	name: "invalid-middleware",
	category: "ENTRYPOINT",
	summary: "A middleware cannot be built, or cannot answer",
	story:
		"add_middleware only notes the class and its arguments. Starlette builds the middleware when the first request comes: uvicorn says that start-up is complete, and then every request is answered with 500.",
	references: ["https://starlette.dev/middleware/#using-middleware", "https://fastapi.tiangolo.com/tutorial/middleware/"],
	example: { before: example("allow_origin"), after: example("allow_origins") },

	*detect(project) {
		for (const added of listMiddleware(project)) {
			const fault = middlewareFault(project, added);
			if (fault === null) continue;
			const middleware = nameOf(added.value);
			const subject = `${added.module.name}:${middleware}:${fault.keyword ?? ""}`;
			yield { subject, ...placeOf(added.module, added.node, fault), evidence: { middleware, fault, added, entry: null } };
		}
		for (const owner of listMiddlewareFunctions(project)) {
			if (owner.node.type === "Lambda") continue;
			const fault = dispatchFault(project, owner, owner.node, 2, owner.node.name.name);
			if (fault === null) continue;
			const middleware = owner.node.name.name;
			const place = placeOf(owner.module, owner.node, fault);
			yield {
				subject: `${owner.module.name}:${middleware}`,
				...place,
				evidence: { middleware, fault, added: null, entry: null },
			};
		}
		const wrapper = wrapperFault(project.trace.served.value);
		if (wrapper?.owner != null && wrapper.owner.node.type === "FunctionDef") {
			const { module, node } = wrapper.owner;
			const middleware = nameOf(project.trace.served.value);
			const evidence = { middleware, fault: wrapper, added: null, entry: null };
			yield { subject: `${module.name}:${middleware}`, ...placeOf(module, node, wrapper), evidence };
		}
		for (const entry of wrongMiddlewareEntries(project)) {
			const { module, node, error } = entry;
			const middleware = module.text.slice(node.start, node.end);
			const fault = { kind: "entry", error, owner: null, keyword: null, binding: null } as const;
			const place = { path: module.path, range: { start: node.start, end: node.end } };
			yield { subject: `${module.name}:${middleware}`, ...place, evidence: { middleware, fault, added: null, entry } };
		}
	},

	describe({ evidence }, project) {
		const { middleware, fault, added, entry } = evidence;
		const { problem, rootCause } = wordsOf(middleware, fault);
		return {
			severity: isForSome(added, fault) ? "HIGH" : "CRITICAL",
			stage: "request",
			problem,
			rootCause: `${rootCause} ${answered(added, fault)}`,
			expectedError: fault.error,
			order: added?.order ?? entry?.order ?? lastOrder(project),
			manualSteps: remedyOf(project, evidence) === undefined ? [stepOf(middleware, fault)] : [],
		};
	},

	fix({ evidence }, project) {
		return remedyOf(project, evidence);
	},
});

function remedyOf(project: Project, { added, fault, entry }: Evidence): FixProposal | undefined {
	return entry === null ? middlewareRemedy(project, added, fault) : middlewareEntryRemedy(entry);
}

/** Are there requests that are answered all the same? */
function isForSome(added: AddedMiddleware | null, fault: MiddlewareFault): boolean {
	return added?.isServed === false || fault.isPartial === true;
}

function answered(added: AddedMiddleware | null, fault: MiddlewareFault): string {
	if (isOfLifespan(fault)) return "The lifespan of the application is never run, and what it sets is not there.";
	if (fault.isPartial === true) return "Requests that get that far are answered with 500.";
	return `Every request${added?.isServed === false ? " to that application" : ""} is then answered with 500.`;
}

/** The place of the own code that is at fault, or the call that adds the middleware. */
function placeOf(module: Module, node: TextRange, { owner }: MiddlewareFault): { path: string; range: TextRange } {
	if (owner === null || owner.node.type === "Lambda") return { path: module.path, range: { start: node.start, end: node.end } };
	const { start, end } = owner.node.name;
	return { path: owner.module.path, range: { start, end } };
}

function lastOrder(project: Project): number {
	return project.trace.calls.at(-1)?.order ?? 0;
}

function nameOf(value: Value): string {
	if (value.kind === "external") return value.name.slice(value.name.lastIndexOf(".") + 1);
	if (value.kind === "class" || value.kind === "function") return definedName(value);
	if (value.kind === "instance")
		return value.of.kind === "class" ? definedName(value.of) : value.of.name.slice(value.of.name.lastIndexOf(".") + 1);
	return "what is added";
}

function definedName({ node }: ClassValue | FunctionValue): string {
	return node.type === "Lambda" ? "a lambda" : node.name.name;
}

function wordsOf(name: string, { kind, keyword }: MiddlewareFault): { problem: string; rootCause: string } {
	const builds = "Starlette calls it with the application and these arguments when the first request comes, and the call fails.";
	switch (kind) {
		case "keyword":
			return { problem: `${name} takes no argument ${keyword}`, rootCause: builds };
		case "arguments":
			return { problem: `${name} cannot be built as a middleware`, rootCause: builds };
		case "no-app-parameter":
			return {
				problem: `${name} does not take the application`,
				rootCause: "Starlette builds a middleware by calling its class with the application that it wraps.",
			};
		case "instance":
			return {
				problem: `An object of ${name} is added where the class is meant`,
				rootCause: "Starlette builds the middleware itself: it calls what was added with the application that it wraps.",
			};
		case "entry":
			return {
				problem: `FastAPI(middleware=…) is given ${name}, which is no list of Middleware(…)`,
				rootCause: "Starlette takes each entry apart into the class and its arguments, which only a Middleware object gives.",
			};
		case "plain-function":
			return {
				problem: `The function ${name} is added as if it were a middleware class`,
				rootCause: 'add_middleware takes a class; a function of request and call_next goes under @app.middleware("http").',
			};
		case "super-not-called":
			return {
				problem: `${name} never calls the __init__ of BaseHTTPMiddleware`,
				rootCause: "Its own __init__ takes the place of the one that keeps the application and the dispatch function.",
			};
		case "super-without-app":
			return {
				problem: `${name} does not pass the application on to BaseHTTPMiddleware`,
				rootCause: "BaseHTTPMiddleware needs the application that it wraps.",
			};
		case "request-style-call":
			return {
				problem: `__call__ of ${name} does not take scope, receive and send`,
				rootCause:
					"A middleware that derives from nothing is an ASGI application; request and call_next are BaseHTTPMiddleware's dispatch.",
			};
		case "not-callable":
			return {
				problem: `${name} has no __call__`,
				rootCause: "Starlette calls the middleware for each request; only BaseHTTPMiddleware knows about dispatch.",
			};
		case "none-argument":
			return { problem: `${name} gets None for ${keyword}`, rootCause: `It looks into ${keyword} as soon as it is built.` };
		case "host-pattern":
			return {
				problem: `${name} refuses one of its host patterns`,
				rootCause: "A star may stand alone, or as the first part of a name: *.example.com.",
			};
		case "origin-pattern":
			return {
				problem: `${name} gets no regular expression for ${keyword}`,
				rootCause: "It compiles the expression when it is built; in one, a star repeats what stands before it.",
			};
		case "unset-limiter":
			return {
				problem: `${name} finds no limiter in app.state`,
				rootCause: "It reads app.state.limiter with each request, and no line of the project sets it.",
			};
		case "dispatch":
			return {
				problem: `${name} is not called as it expects to be`,
				rootCause: "Starlette calls it with the request and with call_next, which passes the request on.",
			};
		case "returns-nothing":
			return { problem: `${name} returns no response`, rootCause: "What it returns is sent to the client, and it returns None." };
		case "not-awaited":
			return {
				problem: `${name} does not await call_next`,
				rootCause: "Calling call_next gives a coroutine, and that is no response before it is awaited.",
			};
		case "raised-answer":
			return {
				problem: `${name} raises HTTPException, which nothing around a middleware turns into an answer`,
				rootCause:
					"FastAPI's exception handlers stand inside of all middleware; what a middleware raises itself only meets the one that answers 500.",
			};
		case "wrong-response":
			return {
				problem: `${name} returns something that is no response`,
				rootCause:
					"Only routes have what they return turned into a response; what a middleware returns is called to send itself.",
			};
		case "plain-call":
			return {
				problem: `__call__ of ${name} is no coroutine function`,
				rootCause: "What wraps it awaits what it gives, and it gives None.",
			};
		case "unset-application":
			return {
				problem: `${name} keeps the application as ${keyword} and calls it by another name`,
				rootCause: "The attribute that it calls is set nowhere.",
			};
		case "not-passed-on":
			return {
				problem: `${name} does not pass the request on`,
				rootCause: "The application that it wraps has to be awaited with scope, receive and send.",
			};
	}
}

function stepOf(name: string, { kind }: MiddlewareFault): string {
	if (kind === "dispatch") return `Let it take exactly request and call_next.`;
	if (kind === "not-awaited") return "Write `await` in front of call_next(request).";
	if (kind === "unset-application") return "Call the application by the name under which __init__ keeps it.";
	if (kind === "plain-call" || kind === "not-passed-on")
		return "Write `async def __call__(self, scope, receive, send)` and await the wrapped application with all three.";
	if (kind === "returns-nothing") return "Return the response that `await call_next(request)` gives.";
	if (kind === "wrong-response") return "Return a Response, a JSONResponse for instance.";
	if (kind === "raised-answer") return "Return a JSONResponse with the status instead of raising.";
	if (kind === "unset-limiter") return "Set app.state.limiter to the Limiter where the application is made.";
	if (kind === "entry") return "Write it as a list of Middleware(TheClass, option=…), from starlette.middleware.";
	return `Give ${name} the arguments that its __init__ takes.`;
}
