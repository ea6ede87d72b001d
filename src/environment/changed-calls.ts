import type { Environment } from "./environment.ts";
import {
	type FewerPlaces,
	isSince,
	type LostAttribute,
	type NewDuty,
	type RefusedCall,
	type ReleaseLosses,
	releaseLosses,
} from "./release-losses.ts";

/** How the release at hand of a package differs from older ones where one of its names is called or read. */
export interface ChangedCallable {
	/** As people write it: `anthropic.Client`. */
	readonly dotted: string;
	/** PEP 503 name of the package. */
	readonly distribution: string;
	/** Those that are gone → the first release without. */
	readonly parameters: ReadonlyMap<string, string>;
	readonly positional: FewerPlaces | null;
	readonly required: ReadonlyMap<string, NewDuty>;
	readonly attributes: ReadonlyMap<string, LostAttribute>;
	readonly calls: readonly RefusedCall[];
	/** The type of what it gives now and did not before. */
	readonly gives: string | null;
}

type World = Pick<Environment, "distributions" | "canonical">;

const known = new WeakMap<World, Map<string, ReadonlyMap<string, ChangedCallable>>>();

/** What is on record of a callable or a class by its canonical name; undefined where that is nothing. */
export function changedCallable(environment: World, canonical: string): ChangedCallable | undefined {
	const top = canonical.split(".")[0] ?? canonical;
	const found = byTopLevel.get(top);
	if (found === undefined) return undefined;
	const ofEnvironment = known.get(environment) ?? new Map<string, ReadonlyMap<string, ChangedCallable>>();
	known.set(environment, ofEnvironment);
	const changed = ofEnvironment.get(top) ?? changesOf(environment, found);
	ofEnvironment.set(top, changed);
	return changed.get(canonical);
}

/** Canonical name → what has changed, for the packages with one top-level name. */
function changesOf(environment: World, packages: readonly Entry[]): ReadonlyMap<string, ChangedCallable> {
	const changes = new Map<string, ChangedCallable>();
	for (const [distribution, losses] of packages) {
		if (!environment.distributions.has(distribution)) continue;
		const { parameters, positional, required, attributes, gives, calls } = losses;
		const isNow = (each: { readonly from: string }): boolean => isSince(environment.distributions, distribution, each);
		const current = <T extends { readonly from: string }>(entries: Readonly<Record<string, T>> | undefined): [string, T][] =>
			Object.entries(entries ?? {}).filter(([, each]) => isNow(each));
		for (const dotted of callablesOf(losses)) {
			const places = positional[dotted];
			const given = gives[dotted];
			const canonical = environment.canonical(dotted);
			const changed: ChangedCallable = {
				dotted,
				distribution,
				parameters: new Map(current(parameters[dotted]).map(([name, { from }]) => [name, from])),
				positional: places !== undefined && isNow(places) ? places : null,
				required: new Map(current(required[dotted])),
				attributes: new Map(current(attributes[dotted])),
				calls: calls.filter((each) => each.callee === dotted && isNow(each)),
				gives: given !== undefined && isNow(given) ? given.type : null,
			};
			// One thing may go by several names: `redis.Redis`, `redis.StrictRedis`.
			const other = changes.get(canonical);
			changes.set(canonical, other === undefined ? changed : merged(other, changed));
		}
	}
	return changes;
}

function merged(first: ChangedCallable, second: ChangedCallable): ChangedCallable {
	return {
		...first,
		parameters: new Map([...second.parameters, ...first.parameters]),
		positional: first.positional ?? second.positional,
		required: new Map([...second.required, ...first.required]),
		attributes: new Map([...second.attributes, ...first.attributes]),
		calls: [...first.calls, ...second.calls],
		gives: first.gives ?? second.gives,
	};
}

type Entry = readonly [string, ReleaseLosses];

const byTopLevel: ReadonlyMap<string, readonly Entry[]> = indexed();

function indexed(): Map<string, Entry[]> {
	const index = new Map<string, Entry[]>();
	for (const entry of Object.entries(releaseLosses)) {
		const tops = new Set([...callablesOf(entry[1])].map((dotted) => dotted.split(".")[0] ?? dotted));
		for (const top of tops) index.set(top, [...(index.get(top) ?? []), entry]);
	}
	return index;
}

function callablesOf({ parameters, positional, required, attributes, gives, calls }: ReleaseLosses): ReadonlySet<string> {
	return new Set([
		...[parameters, positional, required, attributes, gives].flatMap((each) => Object.keys(each)),
		...calls.map(({ callee }) => callee),
	]);
}
