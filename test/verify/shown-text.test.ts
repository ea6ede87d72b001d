import { expect, it } from "vitest";
import { gateFor } from "../../src/verify/shown-text.ts";

it("masks what the environment holds in secret, wherever the server prints it", () => {
	const gate = gateFor([
		["DATABASE_URL", "postgresql://app:sw%40rdfish@db.example.com/shop"],
		["SECRET_KEY", "correct-horse-battery"],
		["DEBUG", "true"],
		["API_TOKEN", "abc"],
	]);
	expect(gate.text("key is correct-horse-battery, true")).toBe("key is ••••, true");
	expect(gate.text("password sw@rdfish, sw%40rdfish")).toBe("password ••••, ••••");
	expect(gate.line("a\nabc\u001b[2J")).toBe("a␊abc␛[2J");
});

it("speaks of the project where the server speaks of its copy", () => {
	const gate = gateFor([], { path: "/tmp/bootmend-boot-1/shop", of: "/home/ada/shop" });
	expect(gate.line("no file /tmp/bootmend-boot-1/shop/data")).toBe("no file /home/ada/shop/data");
});
