import type { Slot } from "../module-table.ts";

/** A name in a scope whose statements are being read: bound, perhaps bound, or taken away by `del`. */
export interface ScopeName {
	readonly state: "bound" | "maybe" | "unbound";
	readonly slot: Slot;
	readonly stars: number;
}

/** Names bound so far on one path through a block; a fork sees its parent's and keeps its own changes. */
export class Scope {
	readonly changes = new Map<string, ScopeName>();

	constructor(readonly parent: Scope | null = null) {}

	get(name: string): ScopeName | undefined {
		return this.changes.get(name) ?? this.parent?.get(name);
	}

	set(name: string, value: ScopeName): void {
		this.changes.set(name, value);
	}

	fork(): Scope {
		return new Scope(this);
	}

	/** The same fork, as it may look when the block was left half way: whatever it bound is only perhaps bound. */
	interrupted(): Scope {
		const scope = new Scope(this.parent);
		for (const [name, value] of this.changes) {
			const before = this.parent?.get(name);
			const isKnown = before !== undefined && before.state !== "unbound" && value.state !== "unbound";
			const slots = isKnown ? either([before, value]) : value;
			scope.set(name, { ...slots, state: before?.state === "bound" && isKnown ? "bound" : "maybe" });
		}
		return scope;
	}

	/** Takes over what several alternative paths bound, any of which may have been taken; `alternatives` are forks of this scope. */
	merge(alternatives: readonly Scope[]): void {
		this.combine(alternatives, (values) => {
			const [first] = values;
			const isSame = first !== undefined && values.every((value) => JSON.stringify(value.slot) === JSON.stringify(first.slot));
			return isSame
				? first
				: { state: "bound", slot: { kind: "unknown" }, stars: Math.max(...values.map((value) => value.stars)) };
		});
	}

	/** The same for a `try` and its handlers: the first alternative is what the module would rather have. */
	mergeAttempts(alternatives: readonly Scope[]): void {
		this.combine(alternatives, either);
	}

	private combine(alternatives: readonly Scope[], unite: (values: readonly ScopeName[]) => ScopeName): void {
		const [only] = alternatives;
		if (alternatives.length === 1 && only !== undefined) {
			for (const [name, value] of only.changes) this.set(name, value);
			return;
		}
		const names = new Set(alternatives.flatMap((scope) => [...scope.changes.keys()]));
		for (const name of names) {
			const values = alternatives.map((scope) => scope.get(name));
			const bound = values.filter((value) => value !== undefined).filter((value) => value.state !== "unbound");
			const [first] = bound;
			if (first === undefined) this.set(name, { state: "unbound", slot: { kind: "unknown" }, stars: 0 });
			else if (bound.length === values.length && bound.every((value) => value.state === "bound")) this.set(name, unite(bound));
			else this.set(name, { ...unite(bound), state: "maybe" });
		}
	}
}

function either(values: readonly ScopeName[]): ScopeName {
	const slots = new Map<string, Slot>();
	for (const { slot } of values)
		for (const one of slot.kind === "either" ? slot.slots : [slot]) slots.set(JSON.stringify(one), one);
	const all = [...slots.values()];
	const stars = Math.max(...values.map((value) => value.stars));
	return { state: "bound", slot: all.length === 1 && all[0] !== undefined ? all[0] : { kind: "either", slots: all }, stars };
}
