import { expect, it } from "vitest";
import { Effort, EffortSpent, spend, withinEffort, withinEffortOr } from "../../src/python/effort.ts";
import { parseModule } from "../../src/python/parse.ts";
import { walk } from "../../src/python/walk.ts";

it("stops work that takes more steps than it may, and nothing that comes after it", () => {
	expect(() => withinEffort(new Effort(10), () => spend(11))).toThrow(EffortSpent);
	spend(1_000);
});

it("lets work be gone on with until its steps are used up", () => {
	const effort = new Effort(10);
	withinEffort(effort, () => spend(6));
	expect(effort.left).toBe(4);
	expect(withinEffortOr(effort, "spent", () => spend(5))).toBe("spent");
	expect(withinEffortOr(effort, "spent", () => spend(1))).toBe("spent");
});

it("counts what work within other work takes at the cost of both", () => {
	const outer = new Effort(10);
	const inner = new Effort(100);
	withinEffort(outer, () => withinEffort(inner, () => spend(7)));
	expect([outer.left, inner.left]).toEqual([3, 93]);
	expect(withinEffortOr(outer, "spent", () => withinEffort(inner, () => spend(4)))).toBe("spent");
});

it("keeps what goes wrong otherwise", () => {
	const broken = () => {
		throw new Error("a bug");
	};
	expect(() => withinEffortOr(new Effort(10), "spent", broken)).toThrow("a bug");
});

it("counts what is parsed, and what is walked over", () => {
	const text = `x = [${"1, ".repeat(1_000)}]\n`;
	const tree = parseModule(text);
	const effort = new Effort(1e6);
	withinEffort(effort, () => walk(tree, () => true));
	expect(1e6 - effort.left).toBeGreaterThan(1_000);
	expect(withinEffortOr(new Effort(text.length), null, () => parseModule(text))).toBeNull();
});
