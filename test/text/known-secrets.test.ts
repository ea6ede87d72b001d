import { expect, it } from "vitest";
import { hideSecrets, secretsIn } from "../../src/text/known-secrets.ts";

it("knows the values of secret settings and the passwords of URLs, as they are and decoded, the longest first", () => {
	const secrets = secretsIn([
		["API_TOKEN", "hunter2"],
		["CACHE_URL", "redis://:sw%40rdfish@cache/0"],
		["PWD", "/home/ada/shop"],
		["TOKEN_URL", "https://example.com/token"],
		["PIN_TOKEN", "1234"],
	]);
	expect(secrets).toEqual(["sw%40rdfish", "sw@rdfish", "hunter2"]);
	expect(hideSecrets("hunter2 and sw@rdfish", secrets)).toBe("•••• and ••••");
});
