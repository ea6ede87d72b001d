import { describe, expect, it } from "vitest";
import type * as ast from "../../../src/python/ast.ts";
import { addArgument, findKeyword, removeArguments } from "../../../src/python/rewrite/arguments.ts";
import { applied, sourceOf } from "./support.ts";

function onlyCall(text: string): { source: ReturnType<typeof sourceOf>; call: ast.Call } {
	const source = sourceOf(text);
	const statement = source.tree.body[0];
	if (statement?.type !== "ExpressionStatement" || statement.value.type !== "Call") throw new Error("the text is no call");
	return { source, call: statement.value };
}

function without(text: string, ...names: string[]): string {
	const { source, call } = onlyCall(text);
	const doomed = names.map((name) => findKeyword(call, name) ?? call.args.find((arg) => arg.type === "Name" && arg.id === name));
	return applied(
		text,
		removeArguments(
			source,
			call,
			doomed.filter((arg) => arg != null),
		),
	);
}

describe("removing arguments", () => {
	it("keeps one argument a line tidy, trailing comma and all", () => {
		const text = "f(\n    engine,\n    class_=S,\n    autocommit=False,\n    autoflush=False,\n)\n";
		expect(without(text, "autocommit", "autoflush")).toBe("f(\n    engine,\n    class_=S,\n)\n");
	});

	it("leaves no trailing comma where there was none", () => {
		expect(without("f(\n    a,\n    b=1\n)\n", "b")).toBe("f(\n    a\n)\n");
		expect(without("f(\n    a,  # kept\n    b=1\n)\n", "b")).toBe("f(\n    a  # kept\n)\n");
		expect(without("f(\n    a,\n    b=1)\n", "b")).toBe("f(\n    a)\n");
	});

	it("removes first, middle, last and only arguments of one line", () => {
		expect(without("f(a, b=1, c=2)", "a")).toBe("f(b=1, c=2)");
		expect(without("f(a, b=1, c=2)", "b")).toBe("f(a, c=2)");
		expect(without("f(a, b=1, c=2)", "c")).toBe("f(a, b=1)");
		expect(without("f(a, b=1, c=2)", "a", "c")).toBe("f(b=1)");
		expect(without("f(a, b=1)", "a", "b")).toBe("f()");
		expect(without("f(b=1,)", "b")).toBe("f()");
	});

	it("takes parentheses around an argument with it", () => {
		expect(without("f(a, (b), c)", "b")).toBe("f(a, c)");
		expect(without("f((a), b)", "a")).toBe("f(b)");
	});

	it("removes a value of several lines", () => {
		expect(without("f(\n    a,\n    connect_args={\n        'x': 1,\n    },\n    echo=True,\n)", "connect_args")).toBe(
			"f(\n    a,\n    echo=True,\n)",
		);
	});

	it("keeps CRLF line ends", () => {
		expect(without("f(\r\n    a,\r\n    b=1,\r\n)\r\n", "b")).toBe("f(\r\n    a,\r\n)\r\n");
	});
});

describe("adding an argument", () => {
	const withX = (text: string) => {
		const { source, call } = onlyCall(text);
		return applied(text, [addArgument(source, call, "x=1")]);
	};
	it("follows the form of the call", () => {
		expect(withX("f()")).toBe("f(x=1)");
		expect(withX("f(a)")).toBe("f(a, x=1)");
		expect(withX("f(\n    a,\n)")).toBe("f(\n    a,\n    x=1,\n)");
		expect(withX("f(\n    a\n)")).toBe("f(\n    a,\n    x=1\n)");
		expect(withX("f(\n    a,  # why\n)")).toBe("f(\n    a,  # why\n    x=1,\n)");
	});
});
