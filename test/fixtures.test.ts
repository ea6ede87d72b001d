import { describe, expect, test } from "vitest";
import { auditOffline, constrainedToPool, readKnownMisses } from "../scripts/boot/audit-offline.ts";
import { parseCase } from "../scripts/boot/case-file.ts";
import { readCorpus } from "../scripts/boot/corpus.ts";
import { pools } from "../scripts/boot/environments.ts";
import { readEvidence } from "../scripts/boot/evidence.ts";
import type { Verdict } from "../scripts/boot/judge.ts";

const corpus = readCorpus();

describe("the fixtures", () => {
	test("hold at least 150 faults and 80 decoys", () => {
		expect(corpus.filter((boot) => boot.kind === "fault").length).toBeGreaterThanOrEqual(150);
		expect(corpus.filter((boot) => boot.kind === "decoy").length).toBeGreaterThanOrEqual(80);
	});

	test("were all booted, and ended as their folder says", () => {
		for (const boot of corpus) {
			const proof = readEvidence(boot)?.proof;
			const boots = proof?.stage === "boots" && proof.cleanInstall === undefined;
			expect(proof, boot.name).toBeDefined();
			expect(boots, boot.name).toBe(boot.kind === "decoy");
		}
	});

	test("declare what they import: a decoy's requirements can be met", () => {
		for (const boot of corpus) if (boot.kind === "decoy") expect(readEvidence(boot)?.proof.missing, boot.name).toBeUndefined();
	});
});

describe("the audit agrees with the recorded boots, without any Python", () => {
	const misses = readKnownMisses();
	const known = corpus.filter((boot) => !misses.has(boot.name));
	// A tenth is a matter of seconds; `FIXTURES=all` takes a minute or two.
	const sample = known.filter((_, index) => process.env.FIXTURES === "all" || index % 10 === 0);
	const stopping: Verdict[] = [];
	test.each(sample)("$name", { timeout: 120_000 }, async (boot) => {
		const verdict = await auditOffline(boot);
		if (verdict.stops) stopping.push(verdict);
		expect(verdict.right, verdict.words).toBe(true);
		if (!verdict.stops || verdict.sameError) return;
		// Of an older pool the releases have to be known.
		const pinned = boot.pool === pools[0] ? verdict : await auditOffline(constrainedToPool(boot));
		expect(pinned.sameError, pinned.words).toBe(true);
	});

	// The rest is raised by a call that a library makes of what another line has handed it.
	test("of nineteen start-ups in twenty the line is foretold that the traceback ends with", () => {
		const others = stopping.filter(({ samePlace }) => !samePlace);
		expect(others.length, others.map(({ words }) => words).join("\n")).toBeLessThanOrEqual(stopping.length / 20);
	});
});

describe("a case file", () => {
	test("reads header, sections, requests and escaped bytes", () => {
		const boot = parseCase(
			"rules/x/y",
			'about: a: b\ntarget: m:app\ninstalled: +one -two\nenv: A=b=c\nrequest: POST /x {"a": 1} => 201 "id"\n#- m.py\nx = 1\n\n\n#- e.py\n#- l.py escaped\n"\\u00e9\\n"\n',
		);
		expect(boot).toMatchObject({
			kind: "fault",
			about: "a: b",
			alsoInstalled: ["one"],
			notInstalled: ["two"],
			environment: { A: "b=c" },
			requests: [{ method: "POST", path: "/x", body: '{"a": 1}', status: 201, contains: '"id"' }],
		});
		expect([...boot.files].map(([path, bytes]) => [path, bytes.toString("hex")])).toEqual([
			["m.py", "78203d20310a"],
			["e.py", ""],
			["l.py", "e90a"],
		]);
	});

	test.each([
		["no section", "about: x\n"],
		["an unknown header", "abuot: x\n#- m.py\n"],
		["a section twice", "#- m.py\n#- m.py\n"],
		["a request without its status", "request: GET /x\n#- m.py\n"],
	])("with %s is refused", (_, text) => {
		expect(() => parseCase("rules/x/y", text)).toThrow("rules/x/y");
	});
});
