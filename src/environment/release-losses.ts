import data from "../../data/removed-names.json" with { type: "json" };
import type { Distribution } from "./environment.ts";
import { versionSatisfies } from "./pep440.ts";

/** What became so with a release: the first one of which it was seen. */
interface Since {
	readonly from: string;
}

/** An attribute that a class lost. */
export interface LostAttribute extends Since {
	/** False where objects of the class may have it still: it answers for names that it does not define. */
	readonly ofObjects: boolean;
}

/** A callable that takes fewer arguments by their place than it did. */
export interface FewerPlaces extends Since {
	/** How many it needs, and how many it takes. */
	readonly least: number;
	readonly most: number;
	/** How many Python counts besides: 1 where the object is handed over. */
	readonly bound: number;
	/** As Python names the callable: `Anthropic.__init__()`. */
	readonly shown: string;
}

/** A parameter that was not there before, or had a default. */
export interface NewDuty extends Since {
	/** Counted from 0; null where it is given by its name only. */
	readonly place: number | null;
	readonly shown: string;
}

/** What is asked of one argument of a call, which may be given by its name or by its place. */
export interface ArgumentCondition {
	readonly argument: string;
	readonly place?: number | null;
	/** `item without`: a list with a dict that lacks a key; `like`: a text of a pattern; `of`: an object of a package. */
	readonly is: string;
	readonly value?: string | boolean;
}

/** A call that was really made, and that newer releases refuse. */
export interface RefusedCall extends Since {
	readonly callee: string;
	readonly when: readonly ArgumentCondition[];
	/** The line that it prints. */
	readonly error: string;
}

type Dotted<T> = Readonly<Record<string, T>>;

/** What releases of one distribution took away or refuse, seen by running them, see scripts/removed-names; names are dotted. */
export interface ReleaseLosses {
	/** Those that were looked into by their number, oldest first. */
	readonly releases: readonly string[];
	/** Those of them that ran on the Python of today, with whatever an installer chose beside them. */
	readonly runsAlone: readonly string[];
	readonly modules: Dotted<string>;
	readonly names: Dotted<string>;
	/** Modules that raise something when they are imported. */
	readonly imports: Dotted<Since & { readonly error: string }>;
	readonly attributes: Dotted<Dotted<LostAttribute>>;
	readonly parameters: Dotted<Dotted<Since>>;
	readonly positional: Dotted<FewerPlaces>;
	readonly required: Dotted<Dotted<NewDuty>>;
	/** What a callable gives since: `builtins.str`. */
	readonly gives: Dotted<Since & { readonly type: string }>;
	readonly calls: readonly RefusedCall[];
}

/** PEP 503 name → what its releases lost. */
export const releaseLosses = data.packages as Dotted<ReleaseLosses>;

/** The releases at hand. */
export type Releases = ReadonlyMap<string, Pick<Distribution, "version">>;

/** Is the release at hand one that was seen so, or a newer one? */
export function isSince(releases: Releases, distribution: string, { from }: Since): boolean {
	const version = releases.get(distribution)?.version;
	return version !== undefined && versionSatisfies(version, `>=${from}`) === true;
}
