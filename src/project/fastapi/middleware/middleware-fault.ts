import type { BindingProblem } from "../../imports/simulator/external-signature.ts";
import type { ClassValue, FunctionValue } from "../../imports/values.ts";

/** Why the middleware cannot be built, or cannot answer once it is. */
export interface MiddlewareFault {
	readonly kind:
		| "keyword"
		| "arguments"
		| "no-app-parameter"
		| "instance"
		| "plain-function"
		| "super-not-called"
		| "super-without-app"
		| "request-style-call"
		| "not-callable"
		| "none-argument"
		| "host-pattern"
		| "origin-pattern"
		| "entry"
		| "unset-limiter"
		| "dispatch"
		| "returns-nothing"
		| "wrong-response"
		| "not-awaited"
		| "raised-answer"
		| "plain-call"
		| "not-passed-on"
		| "unset-application";
	/** The line that Python prints when the first request comes. */
	readonly error: string;
	/** The own function or class that the fault lies in, where it lies in one. */
	readonly owner: FunctionValue | ClassValue | null;
	/** For a keyword that nothing takes, and for a value that is refused: its name; for `unset-application` the attribute that is set. */
	readonly keyword: string | null;
	readonly binding: BindingProblem | null;
	/** True where it answers some requests before it fails. */
	readonly isPartial?: true;
}

/** A fault of a kind, with what is known of it. */
export function fault(
	kind: MiddlewareFault["kind"],
	error: string,
	owner: MiddlewareFault["owner"] = null,
	keyword: string | null = null,
	binding: BindingProblem | null = null,
): MiddlewareFault {
	return { kind, error, owner, keyword, binding };
}

/** A call whose arguments do not fit. */
export function bindingFault(problem: BindingProblem, owner: MiddlewareFault["owner"] = null): MiddlewareFault {
	const kind = problem.keyword === undefined ? "arguments" : "keyword";
	return fault(kind, `TypeError: ${problem.message}`, owner, problem.keyword?.name ?? null, problem);
}
