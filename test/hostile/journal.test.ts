import { expect, it } from "vitest";
import { parseDotenv, resolveDotenv } from "../../src/project/settings/dotenv.ts";
import { isMoment, isSessionEvent } from "../../src/session/journal/journal-shape.ts";

const decision = {
	fingerprint: "0123456789abcdef",
	issueId: "IMPORT-001",
	rule: "unused-import",
	severity: "MEDIUM",
	story: "US1",
	problem: "os is imported and never used",
	details: "0".repeat(64),
};

it("takes an event as the journal writes it", () => {
	expect(isSessionEvent({ type: "skipped", decision, reason: null })).toBe(true);
	expect(isSessionEvent({ type: "phase-kept", story: "US2", reason: "no commits were asked for" })).toBe(true);
	expect(isMoment("2026-11-21T09:30:40.123Z")).toBe(true);
});

it.each([
	["a story that is none", { type: "skipped", decision: { ...decision, story: "../../x" }, reason: null }],
	["a list for a text", { type: "skipped", decision: { ...decision, problem: [false] }, reason: null }],
	["a name that every object has", { type: "constructor" }],
	["a purpose without its decision", { type: "write-intended", write: 1, purpose: { type: "accept", edited: false }, files: [] }],
	["no object", null],
])("refuses %s", (_, event) => {
	expect(isSessionEvent(event)).toBe(false);
});

it("refuses a session whose id acts on the terminal", () => {
	const started = { type: "session-started", branch: null, head: null };
	expect(isSessionEvent({ ...started, id: "20261121-201440-d4b5e1" })).toBe(true);
	expect(isSessionEvent({ ...started, id: "\u001b[2J" })).toBe(false);
});

it("refuses a moment that acts on the terminal", () => {
	expect(isMoment("\u001b[2J")).toBe(false);
});

it.each([
	["openings without an end", `A=${"$".concat("{").repeat(200_000)}`],
	["openings with one end", `A=${"$".concat("{a:b ").repeat(100_000)}}`],
	[
		"values that name each other twice",
		`A0=xxxxxxxxxx\n${Array.from({ length: 60 }, (_, i) => `A${i + 1}=$\{A${i}}$\{A${i}}\n`).join("")}`,
	],
])("reads a .env file with %s in bounded time", (_, text) => {
	const started = process.cpuUsage();
	const values = resolveDotenv(parseDotenv(text).entries, {}, "file");
	expect(values.size).toBeGreaterThan(0);
	expect(process.cpuUsage(started).user / 1e6).toBeLessThan(10);
});
