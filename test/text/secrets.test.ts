import { expect, it } from "vitest";
import { mask, maskSecrets } from "../../src/text/secrets.ts";

it("leaves the parameters that an error line names as they are", () => {
	const line = "TypeError: URL.__new__() missing 3 required positional arguments: 'username', 'password', 'host', and 'query'";
	expect(maskSecrets(line)).toBe(line);
});

it("masks the default of a variable that is read", () => {
	expect(maskSecrets(`os.getenv("PASSWORD", "hunter2-hunter2")`)).toBe(`os.getenv("PASSWORD", "${mask}")`);
});

it("shows urls that were shown before as they were, however many follow one another", () => {
	const shown = maskSecrets("postgresql://u:p@h/d".repeat(60));
	expect(maskSecrets(shown)).toBe(shown);
	expect(shown).not.toContain(":p@");
});
