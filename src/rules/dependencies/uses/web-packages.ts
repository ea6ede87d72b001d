import { versionSatisfies } from "../../../environment/pep440.ts";
import { routeModelOf } from "../../../project/fastapi/routes/routes.ts";
import type { Project } from "../../../project/project.ts";
import type { OptionalUse } from "../../repair/packages/optional-use.ts";
import { isExternal } from "./names.ts";

/** Starlette's parts that need a package of their own: templates need jinja2, signed sessions itsdangerous, the test client httpx. */
export function listStarletteParts(project: Project): OptionalUse[] {
	return [...listTemplates(project), ...listSessions(project), ...listTestClients(project), ...listJsonResponses(project)];
}

/** `ORJSONResponse` and `UJSONResponse` assert that their package is there when the first answer is written (fastapi/responses.py). */
function listJsonResponses(project: Project): OptionalUse[] {
	return project.trace.calls.flatMap(({ keywords, module, node, reached }) => {
		const given = keywords.get("default_response_class") ?? keywords.get("response_class");
		const pattern = /^fastapi\.responses\.(OR|U)JSONResponse$/;
		if (!reached || given?.kind !== "external" || !isExternal(given, pattern)) return [];
		const isOrjson = `${given.name} ${given.canonical}`.includes("ORJSONResponse");
		const name = isOrjson ? "orjson" : "ujson";
		return [
			{
				providers: [name],
				extras: [],
				floor: null,
				importName: name,
				what: isOrjson ? "ORJSONResponse" : "UJSONResponse",
				module,
				range: { start: node.callee.start, end: node.callee.end },
				stage: "request" as const,
				order: null,
				error: `AssertionError: ${name} must be installed to use ${isOrjson ? "ORJSONResponse" : "UJSONResponse"}`,
			},
		];
	});
}

/** The test client imports httpx at its top; newer Starlettes prefer httpx2, which its extra `full` then names. */
function listTestClients(project: Project): OptionalUse[] {
	const starlette = project.environment.distributions.get("starlette");
	const prefersHttpx2 = starlette?.requires.some((required) => /^httpx2\b/.test(required)) ?? false;
	const preferred = prefersHttpx2 ? "httpx2" : "httpx";
	return certainImports(project, /^(?:fastapi|starlette)\.testclient$/).map((use) => ({
		providers: prefersHttpx2 ? ["httpx2", "httpx"] : ["httpx"],
		extras: [],
		floor: null,
		importName: preferred,
		...use,
		error: `RuntimeError: The starlette.testclient module requires the ${preferred} package to be installed.`,
	}));
}

/** `httpx.AsyncClient(http2=True)` imports h2 when the client is made (httpx/_client.py). */
export function listHttp2Clients(project: Project): OptionalUse[] {
	return project.trace.calls
		.filter(({ callee, keywords, reached, guarded }) => {
			const http2 = keywords.get("http2");
			const asksForIt = http2?.kind === "constant" && http2.value === true;
			return asksForIt && reached && !guarded && isExternal(callee, /^httpx\.(?:_client\.)?(?:Async)?Client$/);
		})
		.map(({ module, node, stage, order }) => ({
			providers: ["h2"],
			extras: [],
			floor: null,
			importName: "h2",
			what: "an httpx client with http2=True",
			module,
			range: { start: node.callee.start, end: node.callee.end },
			stage,
			order,
			error:
				"ImportError: Using http2=True, but the 'h2' package is not installed. Make sure to install httpx using `pip install httpx[http2]`.",
		}));
}

/** uvicorn answers the handshake of a WebSocket with 404 where it has no library for them (uvicorn/protocols/http/h11_impl.py). */
export function listWebSockets(project: Project): OptionalUse[] {
	// Another server has its own.
	if (!project.environment.distributions.has("uvicorn")) return [];
	const [operation] = routeModelOf(project).operations.filter(
		({ call, methods }) => call.reached && methods?.includes("WEBSOCKET") === true,
	);
	if (operation === undefined) return [];
	const { module, node } = operation.call;
	return [
		{
			providers: ["websockets", "wsproto"],
			library: "uvicorn",
			extras: [],
			floor: null,
			importName: "websockets",
			what: `the WebSocket route ${operation.path ?? ""}`.trimEnd(),
			module,
			range: { start: node.callee.start, end: node.callee.end },
			stage: "request",
			order: null,
			error:
				"WARNING: No supported WebSocket library detected. Please use \"pip install 'uvicorn[standard]'\", or install 'websockets' or 'wsproto' manually.",
		},
	];
}

/** From Starlette 1.0 on the import fails without jinja2, before that the call of `Jinja2Templates` (starlette/templating.py). */
function listTemplates(project: Project): OptionalUse[] {
	const starlette = project.environment.distributions.get("starlette")?.version;
	const failsAtImport = starlette === undefined ? null : versionSatisfies(starlette, ">=1.0.0rc1");
	const base = { providers: ["jinja2"], extras: [], floor: null, importName: "jinja2" };
	if (failsAtImport === true) {
		return certainImports(project, /^(?:fastapi|starlette)\.templating$/).map((use) => ({
			...base,
			...use,
			error: "ImportError: jinja2 must be installed to use Jinja2Templates",
		}));
	}
	return project.trace.calls
		.filter(
			({ callee, reached, guarded }) =>
				reached && !guarded && isExternal(callee, /^(?:fastapi|starlette)\.templating\.Jinja2Templates$/),
		)
		.map(({ module, node, stage, order }) => ({
			...base,
			what: "Jinja2Templates",
			module,
			range: { start: node.callee.start, end: node.callee.end },
			stage,
			order,
			error:
				failsAtImport === false
					? "AssertionError: jinja2 must be installed to use Jinja2Templates"
					: "ImportError: jinja2 must be installed to use Jinja2Templates",
		}));
}

/** `starlette.middleware.sessions` imports itsdangerous at its top. */
function listSessions(project: Project): OptionalUse[] {
	return certainImports(project, /^starlette\.middleware\.sessions$/).map((use) => ({
		providers: ["itsdangerous"],
		extras: [],
		floor: null,
		importName: "itsdangerous",
		...use,
		error: "ModuleNotFoundError: No module named 'itsdangerous'",
	}));
}

function certainImports(project: Project, pattern: RegExp): Pick<OptionalUse, "what" | "module" | "range" | "stage" | "order">[] {
	return project.trace.externalImports
		.filter(({ module, reached, guarded, deferred }) => reached && !guarded && !deferred && pattern.test(module))
		.map(({ module: name, importer, range, stage, order }) => ({ what: name, module: importer, range, stage, order }));
}
