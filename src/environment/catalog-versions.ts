import type { CatalogOptions, DeclaredRequirement } from "./catalog.ts";
import type { CatalogIndex } from "./catalog-index.ts";
import { type CatalogChoice, choose, isVouched } from "./choose-release.ts";
import { markerHolds } from "./marker.ts";
import { followAnyRelease } from "./possible-distributions.ts";
import { firstRefused, refusedByPins } from "./refused-releases.ts";
import { requirementsOf } from "./release-requirements.ts";

export interface CatalogChoices {
	readonly choices: ReadonlyMap<string, CatalogChoice>;
	/** Everything that would be installed is known. */
	readonly complete: boolean;
	/** Distributions that would be installed and are not in it. */
	readonly unknown: ReadonlySet<string>;
	/**
	 * Everything that may come with what is not known in the release that an installer would take, as far as any known release of it
	 * tells: PEP 503 names. Null where something is not known by any release, or nothing says what is installed.
	 */
	readonly possible: ReadonlySet<string> | null;
}

type Choose = (name: string, specifiers: ReadonlySet<string>) => CatalogChoice | null;

/** Rounds of choosing and collecting what the choice requires; real requirements settle in three or four. */
const mostRounds = 8;

/** Releases that are gone back from; real lists need one or two. */
const mostSteps = 12;

/** Works out, without a network, what installing the requirements would bring. */
export function chooseVersions(index: CatalogIndex, options: ResolveOptions): CatalogChoices {
	const chosen = new Map<string, CatalogChoice | null>();
	/** The same is asked in every round. */
	const chooseOnce: Choose = (name, specifiers) => {
		const key = [name, ...[...specifiers].sort()].join("\n");
		let choice = chosen.get(key);
		if (choice === undefined) {
			choice = choose(index, options, name, [...specifiers]);
			chosen.set(key, choice);
		}
		return choice;
	};
	let settled = settle(options, chooseOnce, new Map());
	const barred = new Map<string, string[]>();
	for (let step = 0; step < mostSteps; step++) {
		const refused = firstRefused(index, options, settled.choices, barred);
		if (refused === null) break;
		barred.set(refused.name, [...(barred.get(refused.name) ?? []), `<${refused.version}`]);
		settled = settle(options, chooseOnce, barred);
	}
	const { choices, unknown } = settled;
	for (const [name] of barred) {
		const choice = choices.get(name);
		// What an installer really takes lies between the one that is known to go with the rest and the first that does not.
		if (choice !== undefined) choices.set(name, { ...choice, exact: false, neighbour: choice.neighbour ?? choice.version });
	}
	for (const name of refusedByPins(options, choices)) {
		choices.delete(name);
		unknown.add(name);
	}
	const unvouched = [...choices].filter(([, choice]) => !isVouched(choice)).map(([name]) => name);
	// A project that declares nothing keeps its list somewhere else.
	const isListed = options.requirements !== null || options.locked.size > 0;
	return {
		choices,
		complete: isListed && unknown.size === 0 && unvouched.length === 0,
		unknown,
		possible: isListed ? followAnyRelease(index, options, [...unknown, ...unvouched]) : null,
	};
}

export type ResolveOptions = CatalogOptions & { readonly platform: string };

/** Chooses and collects what the choice requires until nothing changes; `barred` holds further specifiers of some distributions. */
function settle(
	options: ResolveOptions,
	choose: Choose,
	barred: ReadonlyMap<string, readonly string[]>,
): { readonly choices: Map<string, CatalogChoice>; readonly unknown: Set<string> } {
	let choices = new Map<string, CatalogChoice>();
	let unknown = new Set<string>();
	let previous = "";
	for (let round = 0; round < mostRounds; round++) {
		const wanted = collect(options, choices, choose);
		choices = new Map();
		unknown = new Set();
		for (const [name, specifiers] of wanted) {
			const choice = choose(name, new Set([...specifiers, ...(barred.get(name) ?? [])]));
			if (choice === null) unknown.add(name);
			else choices.set(name, choice);
		}
		const now = [...choices].map(([name, choice]) => `${name}==${choice.version}`).join(" ");
		if (now === previous) break;
		previous = now;
	}
	return { choices, unknown };
}

/** Every distribution that is declared or required by a chosen one, with all specifiers laid on it. */
function collect(
	options: CatalogOptions & { readonly platform: string },
	choices: ReadonlyMap<string, CatalogChoice>,
	choose: Choose,
): Map<string, Set<string>> {
	const wanted = new Map<string, Set<string>>();
	const done = new Set<string>();
	const queue: DeclaredRequirement[] = [...(options.requirements ?? [])];
	for (const next of queue) {
		if (next.marker !== null && !markerHolds(next.marker, { python: options.python, platform: options.platform, extras: [] }))
			continue;
		const name = next.normalized;
		const specifiers = wanted.get(name) ?? new Set<string>();
		if (next.specifier !== "") specifiers.add(next.specifier);
		wanted.set(name, specifiers);
		const facts = (choices.get(name) ?? choose(name, specifiers))?.facts;
		const key = `${name}[${next.extras.join(",")}]`;
		if (facts === undefined || done.has(key)) continue;
		done.add(key);
		for (const required of requirementsOf(facts)) {
			const facts = { python: options.python, platform: options.platform, extras: next.extras };
			if (required.marker === null || markerHolds(required.marker, facts)) queue.push({ ...required, marker: null });
		}
	}
	return wanted;
}
