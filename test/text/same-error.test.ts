import { expect, it } from "vitest";
import { isSameError } from "../../src/text/same-error.ts";

it("compares without paths, suggestions and the exception's own module", () => {
	const printed = "ImportError: cannot import name 'Feld' from 'sqlmodel' (<site-packages>/sqlmodel/__init__.py)";
	expect(isSameError("ImportError: cannot import name 'Feld' from 'sqlmodel'", printed)).toBe(true);
	expect(isSameError("pydantic.errors.PydanticUserError: no", "PydanticUserError: no. Did you mean: 'yes'?")).toBe(true);
	expect(isSameError("NameError: name 'a' is not defined", "NameError: name 'b' is not defined")).toBe(false);
});

it("lets an ellipsis stand for what differs from run to run, and a hidden secret for itself", () => {
	const expected = "TypeError: <app.services.Catalog object at 0x…> is not a callable object";
	expect(isSameError(expected, "TypeError: <app.services.Catalog object at 0x7f3a> is not a callable object")).toBe(true);
	expect(isSameError(expected, "TypeError: <app.services.Basket object at 0x7f3a> is not a callable object")).toBe(false);
	expect(isSameError("ValueError: 'postgresql://u:••••@h' at …", "ValueError: 'postgresql://u:p%40@h' at position 9")).toBe(true);
	expect(isSameError("ArgumentError: got …", "ArgumentError: got nothing")).toBe(true);
	expect(isSameError("ab…ba", "aba")).toBe(false);
});
