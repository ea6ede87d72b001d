import { describe, expect, test } from "vitest";
import { parseModule } from "../../src/python/parse.ts";
import { storedAttributes } from "../../src/python/stored-attributes.ts";

const storedBy = (text: string) => {
	const { names, isOpen } = storedAttributes(parseModule(text));
	return { names: [...names].sort(), isOpen };
};

describe("the attributes that code sets", () => {
	test.each([
		["x.a = x.b = 1", ["a", "b"]],
		["x.a, (y.b, *z.c) = f()", ["a", "b", "c"]],
		["x.a: int = 1\nx.b: int", ["a"]],
		["x.a += 1", ["a"]],
		["for x.a in xs:\n    with f() as x.b:\n        pass", ["a", "b"]],
		["def f(self):\n    self.a = 1", ["a"]],
		["setattr(x, 'a', 1)\nobject.__setattr__(x, 'b', 2)\nsuper().__setattr__('c', 3)", ["a", "b", "c"]],
		["print(x.a == 1, 'x.a = 1')  # x.a = 1", []],
	])("%s", (text, names) => {
		expect(storedBy(text)).toEqual({ names, isOpen: false });
	});

	test.each(["setattr(x, name, 1)", "setattr(*given)", "x.__dict__.update(given)"])("%s can set any", (text) => {
		expect(storedBy(text).isOpen).toBe(true);
	});
});
