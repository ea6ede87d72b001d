/**
 * What bounds the work that one question about a project may take. Everything that looks at syntax trees counts its steps; work
 * done `withinEffort` is stopped by an `EffortSpent` once they are used up. Counted in steps, never in seconds: the same project
 * is answered in the same way on every machine.
 */
export class EffortSpent extends Error {
	constructor() {
		super("the work that this may take is done");
	}
}

/** Steps that some work may still take, however often it is gone on with. A step is a node that is walked over: about a ten-millionth of a second. */
export class Effort {
	constructor(public left: number) {}
}

/** Steps that parsing one character counts for. */
export const stepsPerCharacter = 10;

let left = Number.POSITIVE_INFINITY;

/** Counts steps. Throws an `EffortSpent` where no more of them may be taken. */
export function spend(steps: number): void {
	left -= steps;
	if (left < 0) throw new EffortSpent();
}

/** Does some work at the cost of an effort, and of that of the work around it. Throws an `EffortSpent` where either is used up. */
export function withinEffort<Result>(effort: Effort, work: () => Result): Result {
	const around = left;
	const granted = Math.min(effort.left, around);
	left = granted;
	try {
		return work();
	} finally {
		const used = granted - Math.max(0, left);
		effort.left -= used;
		left = around - used;
	}
}

/** Like `withinEffort`; `otherwise` is what it gives where the effort is used up. */
export function withinEffortOr<Result, Otherwise>(effort: Effort, otherwise: Otherwise, work: () => Result): Result | Otherwise {
	try {
		return withinEffort(effort, work);
	} catch (error) {
		if (error instanceof EffortSpent) return otherwise;
		throw error;
	}
}
