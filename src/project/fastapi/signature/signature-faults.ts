import type * as ast from "../../../python/ast.ts";
import type { FunctionValue, Value } from "../../imports/values.ts";
import { type NameScope, scopeOfModule } from "../../models/name-scope.ts";
import type { Module, Project } from "../../project.ts";
import { ExpressionValues } from "../expression-value.ts";
import { fastApiFeatures } from "../features.ts";
import { type Include, type Operation, type Router, routeModelOf } from "../routes/routes.ts";
import { analyseParameter } from "./analyse-parameter.ts";
import { callSignatureOf } from "./call-signature.ts";
import { type DependencyFault, uncallableDependency, unwrappedDependencies } from "./dependency-faults.ts";
import { dependencyOf, isDependency, markerOf } from "./marker.ts";
import type { ParameterFault } from "./parameter-faults.ts";
import type { Analysis } from "./read-parameter.ts";
import { type ResponseFault, responseFaults } from "./response-faults.ts";
import { type Receiver, type UnusableDependency, unusableDependency } from "./unusable-dependency.ts";

/** What FastAPI refuses in the signatures of the routes, each with the route that it refuses first. */
export interface SignatureFaults {
	readonly parameters: readonly Refused<ParameterFault>[];
	readonly dependencies: readonly Refused<DependencyFault>[];
	readonly responses: readonly Refused<ResponseFault>[];
	/** Dependencies that are accepted, and fail when they are called. */
	readonly unusable: readonly Refused<UnusableDependency>[];
	/** The functions of endpoints and dependencies. */
	readonly callables: ReadonlySet<FunctionValue>;
}

export interface Refused<Fault> {
	readonly fault: Fault;
	readonly operation: Operation;
	/** True where FastAPI looks at it only when a request comes: then every request fails. */
	readonly isLate?: true;
}

const known = new WeakMap<Project, SignatureFaults>();

/** Analyses every route that start-up certainly registers, with all that it depends on. */
export function signatureFaultsOf(project: Project): SignatureFaults {
	let faults = known.get(project);
	if (faults === undefined) {
		faults = new SignatureReader(project).read();
		known.set(project, faults);
	}
	return faults;
}

/** Names in the braces of a path. */
function parametersOf(path: string): ReadonlySet<string> {
	return new Set([...path.matchAll(/\{([^}:]*)/g)].map((match) => match[1] ?? ""));
}

class SignatureReader {
	private readonly analysis: Analysis;
	private readonly parameters = new Map<object, Refused<ParameterFault>>();
	private readonly dependencies = new Map<object, Refused<DependencyFault>>();
	private readonly responses = new Map<object, Refused<ResponseFault>>();
	private readonly unusable = new Map<object, Refused<UnusableDependency>>();
	private readonly refusedClasses = new Set<string>();
	private readonly callables = new Set<FunctionValue>();
	/** Callables that were read, by the path parameters they were read with. */
	private readonly done = new Map<string, Set<Value>>();

	constructor(private readonly project: Project) {
		this.analysis = { project, values: new ExpressionValues(project), features: fastApiFeatures(project.environment) };
	}

	read(): SignatureFaults {
		const { operations, includes } = routeModelOf(this.project);
		// What several routes depend on is reported with one that start-up really makes, if there is one.
		for (const operation of [...operations].sort((a, b) => Number(b.call.reached) - Number(a.call.reached))) {
			if (operation.call.guarded || !operation.isAnalysed) continue;
			this.readOperation(operation);
		}
		for (const include of includes) this.readInclude(include);
		return {
			parameters: this.met(this.parameters, ({ fault }) => fault.signature.function.module),
			dependencies: this.met(this.dependencies, ({ fault }) => fault.module),
			responses: this.met(this.responses, ({ operation: { endpoint, call } }) =>
				endpoint.kind === "function" ? endpoint.module : call.module,
			),
			unusable: this.met(this.unusable, ({ fault }) => fault.module),
			callables: this.callables,
		};
	}

	/** Start-up may well run a module with a dependency whose only routes stand where it never comes: then nothing is refused there. */
	private met<Found extends Refused<unknown>>(
		found: ReadonlyMap<object, Found>,
		moduleOf: (refused: Found) => Module,
	): readonly Found[] {
		const isReached = (module: Module) => this.project.trace.runs.get(module.name)?.reached === true;
		return [...found.values()].filter((refused) => refused.operation.call.reached || !isReached(moduleOf(refused)));
	}

	private readOperation(operation: Operation): void {
		const { call, router, endpoint } = operation;
		const pathParameters = parametersOf((router.prefix ?? "") + (operation.path ?? ""));
		for (const owner of [router.call, call]) {
			this.readListed(operation, owner.keywords.get("dependencies"), pathParameters);
			for (const fault of unwrappedDependencies(owner))
				if (!this.dependencies.has(fault.node)) this.dependencies.set(fault.node, { fault, operation });
		}
		if (operation.isSignatureKnown) {
			this.readCallable(operation, endpoint, pathParameters, true);
			// A prefix that comes with include_router makes the route anew, or is added when it is first asked for.
			for (const prefix of this.includedPrefixes(router)) {
				const added = parametersOf(prefix);
				if (added.size > 0) this.readCallable(operation, endpoint, new Set([...pathParameters, ...added]), true);
			}
		}
		for (const fault of responseFaults(this.analysis, operation))
			if (!this.responses.has(fault.node) && this.isFirst(fault)) this.responses.set(fault.node, { fault, operation });
	}

	/** A class that pydantic itself refuses is mended where it is defined, and so is named once, however many routes it stands in. */
	private isFirst({ named, error }: { readonly named: string | null; readonly error: string | null }): boolean {
		if (error?.startsWith("pydantic.errors.PydanticUserError") !== true) return true;
		const key = `${named} ${error}`;
		const isFirst = !this.refusedClasses.has(key);
		this.refusedClasses.add(key);
		return isFirst;
	}

	/** What stands in front of a router's own prefix, by each way in which it is included. */
	private includedPrefixes(router: Router, depth = 0): readonly string[] {
		if (depth > 8) return [];
		return routeModelOf(this.project).includes.flatMap(({ parent, child, prefix, call }) => {
			if (child !== router || call.guarded || !call.reached) return [];
			const own = (parent.prefix ?? "") + (prefix ?? "");
			const outer = this.includedPrefixes(parent, depth + 1);
			return outer.length === 0 ? [own] : outer.map((each) => each + own);
		});
	}

	/** What a router and its inclusion ask for is asked for each route that is included: at that moment, or by newer FastAPI on the first request. */
	private readInclude({ parent, child, call }: Include): void {
		const route = child === null || call.guarded ? null : this.routeOf(child, new Set());
		const { keepsRouters } = this.analysis.features;
		if (route === null || keepsRouters === null) return;
		const before = new Set(this.dependencies.keys());
		const operation = { ...route, call };
		for (const owner of [parent.call, call]) {
			this.readListed(operation, owner.keywords.get("dependencies"), pathParametersOf(route));
			for (const fault of unwrappedDependencies(owner))
				if (!this.dependencies.has(fault.node)) this.dependencies.set(fault.node, { fault, operation });
		}
		for (const [node, refused] of this.dependencies)
			if (keepsRouters && !before.has(node)) this.dependencies.set(node, { ...refused, isLate: true });
	}

	/** A route that a router certainly has, or one of those that it includes. */
	private routeOf(router: Router, seen: Set<Router>): Operation | null {
		if (seen.has(router)) return null;
		seen.add(router);
		const { operations, includes } = routeModelOf(this.project);
		const own = operations.find((each) => each.router === router && each.isAnalysed && !each.call.guarded);
		if (own !== undefined) return own;
		for (const { parent, child, call } of includes) {
			const found = parent === router && child !== null && !call.guarded ? this.routeOf(child, seen) : null;
			if (found !== null) return found;
		}
		return null;
	}

	/** `dependencies=[Depends(...)]`. */
	private readListed(operation: Operation, listed: Value | undefined, pathParameters: ReadonlySet<string>): void {
		if (listed?.kind !== "sequence") return;
		for (const item of listed.items) {
			const marker = markerOf(item);
			if (marker === null || !isDependency(marker)) continue;
			const scope = scopeOfModule(this.project, marker.call.module);
			if (scope !== null) this.readDependency(operation, item, scope, pathParameters, null);
		}
	}

	private readDependency(
		operation: Operation,
		value: Value,
		scope: NameScope,
		pathParameters: ReadonlySet<string>,
		receiver: Receiver | null,
	): void {
		const marker = markerOf(value);
		if (marker === null) return;
		// An alias (`Annotated[…, Depends(…)]`) of another module is read where it is written.
		const { module: home } = marker.call;
		const written = home === scope.module ? scope : scopeOfModule(this.project, home);
		const fault = written === null ? null : uncallableDependency(marker, written, receiver === null);
		if (fault !== null) {
			if (!this.dependencies.has(fault.node)) this.dependencies.set(fault.node, { fault, operation });
			return;
		}
		const dependency = dependencyOf(marker);
		if (dependency === null) return;
		const { module, node } = marker.call;
		this.readUnusable(operation, dependency.value, dependency.node ?? node, module, receiver);
		this.readCallable(operation, dependency.value, pathParameters, false);
	}

	private readUnusable(
		operation: Operation,
		value: Value,
		node: ast.Expression,
		module: Module,
		receiver: Receiver | null,
	): void {
		const fault = this.unusable.has(node) ? null : unusableDependency(this.project, value, node, module, receiver);
		if (fault !== null) this.unusable.set(node, { fault, operation });
	}

	private readCallable(operation: Operation, callable: Value, pathParameters: ReadonlySet<string>, isEndpoint: boolean): void {
		const key = [...pathParameters].sort().join();
		const done = this.done.get(key) ?? new Set();
		this.done.set(key, done);
		if (done.has(callable)) return;
		done.add(callable);
		const signature = callSignatureOf(this.project, callable, isEndpoint);
		if (signature === null) return;
		if (signature.function.kind === "function") this.callables.add(signature.function);
		for (const parameter of signature.parameters) {
			const { fault, dependency, form } = analyseParameter(
				this.analysis,
				signature,
				parameter,
				pathParameters,
				isEndpoint ? operation : null,
			);
			if (fault !== null && !this.parameters.has(parameter) && this.isFirst(fault))
				this.parameters.set(parameter, { fault, operation });
			if (dependency === null) continue;
			if (dependencyOf(dependency) !== null) {
				this.readDependency(operation, dependency.call.result, signature.scope, pathParameters, { signature, parameter });
			} else if (form.kind === "class") {
				const { node, module } = dependency.call;
				this.readUnusable(operation, form.value, node, module, { signature, parameter });
				this.readCallable(operation, form.value, pathParameters, false);
			}
		}
	}
}

function pathParametersOf({ router, path }: Operation): ReadonlySet<string> {
	const whole = (router.prefix ?? "") + (path ?? "");
	return new Set([...whole.matchAll(/\{([^}:]*)/g)].map((match) => match[1] ?? ""));
}
