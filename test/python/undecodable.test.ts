import { expect, it } from "vitest";
import { findUndecodable } from "../../src/python/undecodable.ts";

// The messages are those of Python 3.8 to 3.13 for files with these bytes.
it.each([
	["a string", 'x = 1\nname = "caf\xe9 au lait"\n', "byte 0xe9 in position 3: invalid continuation byte", 17],
	["a docstring", '"""doc\nM\xfcller\n"""\n', "byte 0xfc in position 5: invalid start byte", 8],
	["a name", "caf\xe9 = 2\n", "byte 0xe9 in position 3: unexpected end of data", 3],
])("says what Python says of a Latin-1 byte in %s", (_, text, ending, start) => {
	expect(findUndecodable(text)).toMatchObject({ start, message: `(unicode error) 'utf-8' codec can't decode ${ending}` });
});

it("does not look at comments, nor mind UTF-8", () => {
	expect(findUndecodable("x = 1  # caf\xe9\ny = '#'\n")).toBeNull();
	expect(findUndecodable(Buffer.from("x = 'é → 𝄞'\n").toString("latin1"))).toBeNull();
});
