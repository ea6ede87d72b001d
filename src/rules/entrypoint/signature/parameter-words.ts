import type { ParameterFault } from "../../../project/fastapi/signature/parameter-faults.ts";

/** What is wrong with a parameter, in one sentence, and why FastAPI refuses it. */
export function wordsOf(fault: ParameterFault): { readonly problem: string; readonly cause: string; readonly step: string } {
	const name = fault.parameter.name.name;
	const marker = (fault.annotated ?? fault.fallback)?.name ?? "";
	switch (fault.type) {
		case "default-in-annotated":
			return {
				problem: `The default of ${name} stands inside Annotated`,
				cause: `With Annotated the default belongs behind the equals sign; ${marker}(…) inside it may not have one.`,
				step: `Take the default out of ${marker}(…) and write it as the default of the parameter.`,
			};
		case "two-dependencies":
			return {
				problem: `${name} has a dependency in its annotation and another as its default`,
				cause: "FastAPI cannot tell which of the two to call.",
				step: "Keep one of them.",
			};
		case "marker-beside-dependency":
			return {
				problem: `${name} is marked as ${fault.annotated?.name ?? "a parameter"} and is a dependency as well`,
				cause: "A parameter is read from the request or made by a dependency, not both.",
				step: "Keep one of the two.",
			};
		case "two-markers":
			return {
				problem: `${name} is described in its annotation and again in its default`,
				cause: "FastAPI takes one description for a parameter; with Annotated the default is a plain value.",
				step: "Move all of the description into Annotated and give the plain default.",
			};
		case "path-default":
		case "path-marker-default":
			return {
				problem: `${name} is part of the path and has a default`,
				cause: "A path without that part would be another path: a path parameter is always there.",
				step: "Take the default away.",
			};
		case "wrong-marker-for-path":
			return {
				problem: `${name} is part of the path and is marked as ${marker}`,
				cause: "What stands in braces in the path is read from the path; only Path describes it.",
				step: `Mark ${name} with Path, or take it out of the path.`,
			};
		case "path-not-scalar":
			return {
				problem: `${name} is part of the path, and its type cannot be read from one`,
				cause: "A path holds one plain value: a number, a text, a date, an enum, not a list, a dict or a model.",
				step: `Give ${name} a plain type, or read it from the body under another name.`,
			};
		case "query-not-scalar":
			return {
				problem: `${name} is marked as Query, and its type cannot be read from a query string`,
				cause: "A query string holds plain values and lists of them.",
				step: `Mark ${name} with Body, or give it a plain type.`,
			};
		case "marker-on-special-type":
			return {
				problem: `${name} is filled in by FastAPI itself and is marked as ${marker}`,
				cause: "Request, Response, BackgroundTasks and their like are handed over as they are.",
				step: `Take ${marker}(…) away.`,
			};
		case "dependency-on-special-type":
			return {
				problem: `${name} is filled in by FastAPI itself and has a dependency`,
				cause: "This FastAPI hands Request, Response and their like over as they are, and refuses Depends beside them.",
				step: "Take Depends(…) away, or give the parameter the dependency's own type.",
			};
		case "dependency-on-union":
			return {
				problem: `${name} is a union, which its empty Depends() cannot call`,
				cause: "Depends() without an argument calls the annotation, and a union is no class that could be called.",
				step: "Annotate it with the class alone, or hand Depends what makes the object.",
			};
		case "field-as-marker":
			return {
				problem: `${name} is described with pydantic's Field`,
				cause:
					"Field describes the fields of a model. In a function FastAPI asks where the value comes from: Query, Path, Header, Cookie or Body.",
				step: `Describe ${name} with Query, or with Body.`,
			};
		case "annotated-not-read":
			return {
				problem: `${name} has its dependency in Annotated, which this FastAPI does not read`,
				cause:
					"FastAPI reads Annotated from 0.95 on. Before, the parameter is taken for one of the request, and its type has no schema.",
				step: "Write the dependency as the default, or install a newer FastAPI.",
			};
		case "unresolved":
			return {
				problem: `The annotation of ${name} names ${fault.named ?? "something"}, which is not there ${fault.error === null ? "when the server runs" : "when the route is registered"}`,
				cause:
					fault.error === null
						? "The annotation is a text or has one in it, and the name is bound nowhere, for type checkers only, or where pydantic does not look it up. The route is registered, and /openapi.json and /docs are answered with 500; FastAPI reads nothing else of the annotation either, so that requests to it fail."
						: "pydantic needs the type itself when the route is registered, and the name is bound later, or for type checkers only.",
				step: `Import ${fault.named ?? "the name"} where the server runs, not under TYPE_CHECKING.`,
			};
		case "refused-pattern":
			return {
				problem: `The pattern of ${name} has ${fault.named ?? "a part"}, which pydantic's regular expressions lack`,
				cause: "pydantic 2 compiles patterns with Rust's regular expressions when the route is registered, and these refuse it.",
				step: "Write the pattern without it, or check the value with Python's re in a function of its own.",
			};
		case "no-json-schema":
			return {
				problem: `${name} is a function, which no request can bring`,
				cause:
					"FastAPI takes it for something to read from the request. The route is registered, and /openapi.json and /docs are answered with 500, because the documentation cannot describe a function.",
				step: `Let a dependency give ${name}, or call the function in the body.`,
			};
		case "no-schema":
			return {
				problem: `${name} cannot be read from a request: ${fault.named ?? "its type"} is no type that pydantic knows`,
				cause:
					"A parameter without Depends is read from the request, and pydantic has to check it. FastAPI refuses the route where it cannot.",
				step: `Give ${name} a dependency that makes it, or a type that can be read from a request.`,
			};
	}
}
