import type * as ast from "../../../python/ast.ts";
import { type DictValue, unknown, type Value } from "../values.ts";
import { setEntry } from "./dict-keys.ts";
import { collected } from "./generators.ts";
import { type Frame, type Machine, maybe, newNamespace } from "./machine.ts";
import { itemsOf, truth } from "./operations.ts";
import { failOnIteration, failOnUnpacking } from "./refused-operations.ts";

const maxComprehended = 64;

/** A comprehension has a scope of its own, which does not see the names of a class body around it; its first iterable does. */
export function comprehension(machine: Machine, frame: Frame, node: ast.Comprehension): Value {
	const [first, ...rest] = node.clauses;
	if (first === undefined) return unknown;
	const iterable = machine.evaluate(frame, first.iterable);
	if (!first.isAsync) failOnIteration(machine, frame, iterable, first.iterable);
	const scope = newNamespace(frame.enclosing);
	const inner: Frame = { ...frame, kind: "function", scope, enclosing: scope, atYield: null };
	const known = itemsOf(node.kind === "generator" || first.isAsync ? iterable : (collected(machine, iterable) ?? iterable));
	if (known !== null && known.length <= maxComprehended && rest.length === 0 && node.kind !== "generator")
		return unrolled(machine, inner, node, first, known);
	const [second] = rest;
	const [item] = known ?? [];
	if (second !== undefined && item !== undefined && first.conditions.length === 0 && node.kind !== "generator") {
		// There is a first item, so that what the next clause goes through is evaluated at least once.
		bindTarget(scope, first.target, item);
		machine.evaluate(inner, second.iterable);
	}
	machine.doubts++;
	maybe(machine, () => {
		for (const clause of node.clauses) {
			if (clause !== first) machine.evaluate(inner, clause.iterable);
			bindTarget(scope, clause.target, unknown);
			for (const condition of clause.conditions) machine.evaluate(inner, condition);
		}
		if (node.key !== null) machine.evaluate(inner, node.key);
		machine.evaluate(inner, node.element);
	});
	return unknown;
}

const consumers = /^builtins\.(?:list|tuple|set|frozenset|dict|sorted|sum|max|min)$/;

/** Arguments as a call takes them: a generator that is alone in a call which goes through all of it runs then and there, as a list does. */
export function consumed(callee: Value, { args, callee: written }: ast.Call): readonly ast.Expression[] {
	const [only, ...others] = args;
	if (only?.type !== "Comprehension" || only.kind !== "generator" || others.length > 0) return args;
	const joins = written.type === "Attribute" && written.attribute.name === "join" && written.value.type === "Constant";
	return joins || (callee.kind === "external" && consumers.test(callee.canonical)) ? [{ ...only, kind: "list" }] : args;
}

/** What a comprehension with one clause gives over known items. */
function unrolled(
	machine: Machine,
	inner: Frame,
	node: ast.Comprehension,
	clause: ast.Comprehension["clauses"][number],
	known: readonly Value[],
): Value {
	const items: Value[] = [];
	const entries: DictValue = { kind: "dict", entries: new Map(), complete: true };
	let complete = true;
	const takeItem = (isCertain: boolean): void => {
		const key = node.key === null ? null : machine.evaluate(inner, node.key);
		const value = machine.evaluate(inner, node.element);
		if (!isCertain) return;
		if (key === null) items.push(value);
		else setEntry(entries, key, value);
	};
	for (const item of known) {
		if (clause.target.type === "Sequence") failOnUnpacking(machine, inner, clause.target, item, clause.target);
		bindTarget(inner.scope, clause.target, item);
		let taken: boolean | undefined = true;
		for (const condition of clause.conditions) {
			const holds =
				taken === undefined
					? maybe(machine, () => truth(machine.evaluate(inner, condition)))
					: truth(machine.evaluate(inner, condition));
			if (holds === false) taken = false;
			if (holds === false) break;
			if (holds === undefined) taken = undefined;
		}
		if (taken === false) continue;
		if (taken === true) takeItem(true);
		else {
			complete = false;
			maybe(machine, () => takeItem(false));
		}
	}
	if (node.kind === "dict") {
		entries.complete &&= complete;
		return entries;
	}
	return { kind: "sequence", type: node.kind === "set" ? "set" : "list", items, complete };
}

function bindTarget(scope: Frame["scope"], target: ast.Expression, value: Value): void {
	if (target.type === "Name") {
		scope.names.set(target.id, { value, node: target, maybe: false });
	} else if (target.type === "Sequence") {
		const items = value.kind === "sequence" && value.complete && value.items.length === target.items.length ? value.items : null;
		for (const [index, item] of target.items.entries()) bindTarget(scope, item, items?.[index] ?? unknown);
	} else if (target.type === "Starred") {
		bindTarget(scope, target.value, unknown);
	}
}
