import { describe, expect, test } from "vitest";
import { openBuffer } from "../../src/session/view/buffer.ts";
import { checkpointRows } from "../../src/session/view/checkpoint.ts";
import { canRollBack, emptyMemory, listItems, remember } from "../../src/session/view/items.ts";
import { lineWidth, plainText } from "../../src/session/view/line.ts";
import { pathSteps } from "../../src/session/view/path.ts";
import { firstScreen, type Screen, type UiState } from "../../src/session/view/state.ts";
import { summaryRows } from "../../src/session/view/summary.ts";
import { type WizardView, wizardView } from "../../src/session/view/view.ts";
import { frameText } from "../components/drive.ts";
import { ScriptedSession } from "../components/scripted-session.ts";
import { todoProject } from "../components/todo-project.ts";

const session = () => new ScriptedSession({ ...todoProject, resumedFrom: "The last run stopped after US1." });

const screens: readonly Screen[] = [
	{ type: "issues" },
	{ type: "why", scroll: 0 },
	{ type: "accept-all", fingerprints: ["fault-0", "fault-1"], scroll: 0 },
	{ type: "checkpoint", story: "US1" },
	{ type: "phases", story: "US2" },
	{ type: "rollback", story: "US1", from: "phases", together: ["US2"] },
	{ type: "help", scroll: 3, from: { type: "issues" } },
	{
		type: "editor",
		title: "backend/.env",
		buffer: openBuffer(todoProject.files["backend/.env"] ?? "", "backend/.env"),
		askedToDrop: false,
	},
	{ type: "summary", scroll: 0 },
	{ type: "resumed" },
	{ type: "setup" },
	{ type: "install", from: { type: "setup" } },
	{ type: "boot", scroll: 0, from: { type: "issues" } },
	{ type: "write-report", scroll: 0 },
	{ type: "remove-backups" },
];

function rowsOf(view: WizardView) {
	const { body } = view;
	const rows =
		body.type === "page" ? body.lines : body.type === "menu" ? [...body.above, ...body.below] : [...body.left, ...body.right];
	return [...view.top, ...rows, ...view.message, ...view.hints];
}

describe("every screen at every size", () => {
	for (const [columns, rows] of [
		[40, 12],
		[60, 20],
		[80, 24],
		[100, 30],
		[200, 50],
	] as const) {
		test(`fits ${columns}x${rows}: no row too wide, no body too high, one row to spare`, () => {
			const { state } = session();
			for (const screen of screens) {
				for (const { fingerprint } of state.report.issues) {
					const ui: UiState = { ...firstScreen(state), screen, selected: fingerprint };
					const view = wizardView(state, ui, { columns, rows });
					for (const row of rowsOf(view)) expect(lineWidth(row), plainText(row)).toBeLessThanOrEqual(columns - 2);
					const { body } = view;
					const height =
						body.type === "page"
							? body.lines.length
							: body.type === "columns"
								? Math.max(body.left.length, body.right.length)
								: body.above.length + body.items.length + 1;
					expect(height, `${screen.type} in ${frameText(view)}`).toBeLessThanOrEqual(view.bodyHeight);
					expect(view.top.length + view.bodyHeight + view.message.length + view.hints.length).toBe(rows - 1);
				}
			}
		});
	}

	test("no secret of a file is on any of them", () => {
		const { state } = session();
		for (const screen of screens) {
			for (const { fingerprint } of state.report.issues) {
				const ui: UiState = { ...firstScreen(state), screen, selected: fingerprint };
				expect(frameText(wizardView(state, ui, { columns: 100, rows: 60 }))).not.toContain("hunter2secret");
			}
		}
	});

	test("nothing from a file acts on the terminal", () => {
		const evil = "\x1b]52;c;ZXZpbA==\x07\u202e\x1b[8m";
		const hostile = new ScriptedSession({
			...todoProject,
			files: { ...todoProject.files, "backend/requirements.txt": `# ${evil}\npsycopg2-binary>=2.9.9\n` },
			faults: todoProject.faults.map((fault) => ({
				...fault,
				problem: `${fault.problem}${evil}`,
				...(fault.error ? { error: fault.error + evil } : {}),
			})),
			resumedFrom: evil,
		});
		for (const screen of screens) {
			const ui: UiState = { ...firstScreen(hostile.state), screen, selected: "fault-0", message: { tone: "plain", text: evil } };
			expect(frameText(wizardView(hostile.state, ui, { columns: 100, rows: 60 }))).not.toMatch(
				/[\u0000-\u0009\u000b-\u001f\u202e]/,
			);
		}
	});
});

describe("the list", () => {
	test("groups by story, by severity inside, and says where nothing was found", () => {
		const { state } = session();
		const view = wizardView(state, { ...firstScreen(state), screen: { type: "issues" } }, { columns: 120, rows: 40 });
		const left = view.body.type === "columns" ? view.body.left.map(plainText) : [];
		const heads = left
			.map((row) => /^P\d US\d|^ {2}[a-z ]+$|[A-Z]+-\d{3}/.exec(row)?.[0].trim())
			.filter((row) => row !== undefined);
		expect(heads).toEqual([
			...["P1 US1", "critical", "DEPENDENCY-001", "IMPORT-001", "medium", "IMPORT-002"],
			...["P2 US2", "critical", "CONFIG-001", "high", "DATABASE-001", "low", "CONFIG-002"],
			...["P3 US3", "nothing found"],
		]);
	});

	test("keeps the chosen issue in sight among hundreds", () => {
		const faults = Array.from({ length: 500 }, (_, index) => ({
			path: "a.txt",
			find: `word-${String(index).padStart(3, "0")}`,
			replace: "x",
			category: "IMPORT" as const,
			severity: "MEDIUM" as const,
			problem: `fault number ${index}`,
		}));
		const { state } = new ScriptedSession({ files: { "a.txt": faults.map((fault) => fault.find).join("\n") }, faults });
		for (const chosen of [0, 1, 250, 498, 499]) {
			const view = wizardView(state, { ...firstScreen(state), selected: `fault-${chosen}` }, { columns: 120, rows: 30 });
			const left = view.body.type === "columns" ? view.body.left.map(plainText) : [];
			expect(left.filter((row) => row.startsWith("▸"))).toEqual([expect.stringContaining(`fault number ${chosen}`)]);
		}
	});

	test("the end tells what stops the server, where it is, and counts the long tail of what does not", () => {
		const faults = Array.from({ length: 30 }, (_, index) => ({
			path: "a.txt",
			find: `word-${String(index).padStart(2, "0")}`,
			replace: "x",
			category: "IMPORT" as const,
			severity: index === 29 ? ("CRITICAL" as const) : ("MEDIUM" as const),
			problem: `fault number ${index}`,
		}));
		const { state } = new ScriptedSession({ files: { "a.txt": faults.map((fault) => fault.find).join("\n") }, faults });
		const rows = summaryRows(state, listItems(state, remember(emptyMemory, state)), 100).map(plainText);
		const left = rows.slice(rows.indexOf("Not decided yet") + 1);
		expect(left[0]).toMatch(/fault number 29 \(a\.txt:30\); the server will not start$/);
		expect(left.filter((row) => row.includes("fault number"))).toHaveLength(12);
		expect(left).toContain("  and 18 more that do not stop the start");
	});

	test("an issue keeps its name when a later audit numbers it anew, and its place when it is decided", async () => {
		const scripted = session();
		const memory = remember(emptyMemory, scripted.state);
		const before = listItems(scripted.state, memory).map((item) => [item.fingerprint, item.label]);
		const [, wrongImport] = scripted.state.report.issues;
		if (wrongImport?.fix == null) throw new Error("the project has no such issue");
		await scripted.dispatch({ type: "accept", fingerprint: wrongImport.fingerprint, fix: wrongImport.fix, edited: false });
		expect(scripted.state.report.issues.find((issue) => issue.fingerprint === "fault-2")?.id).toBe("IMPORT-001");
		expect(listItems(scripted.state, remember(memory, scripted.state)).map((item) => [item.fingerprint, item.label])).toEqual(
			before,
		);
	});
});

describe("a checkpoint", () => {
	test("calls no error gone that something else still stops start-up with", async () => {
		const scripted = session();
		const [first] = scripted.state.report.issues;
		if (first?.fix == null) throw new Error("the project has no such issue");
		const memory = remember(emptyMemory, scripted.state);
		await scripted.dispatch({ type: "accept", fingerprint: first.fingerprint, fix: first.fix, edited: false });
		const items = listItems(scripted.state, memory);
		const shown = (error: (item: (typeof items)[number]) => string) => {
			const named = items.map((item) => ({ ...item, issue: { ...item.issue, expectedError: error(item) } }));
			return checkpointRows(scripted.state, named, "US1", 100).map(plainText).join("\n");
		};
		expect(shown(({ fingerprint }) => `Error: ${fingerprint}`)).toContain(`gone  Error: ${first.fingerprint}`);
		expect(shown(() => "Error: the same")).not.toContain("gone");
		expect(shown(() => "Error: the same")).toContain(": Error: the same");
	});
});

describe("the way to a running server", () => {
	test("goes on one station after the other, and a skipped blocker stays in the way", async () => {
		const scripted = session();
		const memory = remember(emptyMemory, scripted.state);
		const statuses = () => pathSteps(listItems(scripted.state, memory), memory.onPath).map((step) => step.status);
		expect(statuses()).toEqual(["here", "ahead", "ahead", "ahead", "ahead", "ahead"]);
		for (const issue of scripted.state.report.issues) {
			if (issue.category === "IMPORT") await scripted.dispatch({ type: "skip", fingerprint: issue.fingerprint, reason: null });
			else if (issue.fix)
				await scripted.dispatch({ type: "accept", fingerprint: issue.fingerprint, fix: issue.fix, edited: false });
		}
		expect(statuses()).toEqual(["clear", "here", "ahead", "ahead", "ahead", "ahead"]);
	});

	test("is clear to the end where nothing is wrong", () => {
		expect(pathSteps([], new Set()).map((step) => step.status)).toEqual(Array.from({ length: 6 }, () => "clear"));
	});
});

test("a phase can be taken back once it has changed something", async () => {
	const scripted = session();
	expect(canRollBack(scripted.state, "US1")).toBe(false);
	const [issue] = scripted.state.report.issues;
	if (issue?.fix == null) throw new Error("the project has no such issue");
	await scripted.dispatch({ type: "accept", fingerprint: issue.fingerprint, fix: issue.fix, edited: false });
	expect(canRollBack(scripted.state, "US1")).toBe(true);
});
