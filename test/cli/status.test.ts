import { afterEach, expect, test } from "vitest";
import { accepting, openTestSession, type TestFolder, testRepository } from "../session/support/repository.ts";
import { bootmend } from "./support.ts";

let folder: TestFolder | null = null;
afterEach(() => folder?.remove());

test("an interrupted run can be looked into before anything is done about it, and the next start brings it to an end", async () => {
	folder = testRepository({ "app/db.py": "x = BROKEN_US1_x\n" });
	const stopped = await openTestSession(folder.root, {
		onStep: (step) => {
			if (step === "file-written") throw new Error("stopped here");
		},
	});
	await expect(stopped.dispatch(accepting(stopped, "x"))).rejects.toThrow("stopped here");
	await stopped.close();
	const written = folder.read("app/db.py");

	const text = (await bootmend(folder.root, "status")).stdout;
	expect(text).toContain("interrupted, since");
	expect(text).toMatch(/The run stopped while it applied the fix of \S+\.\n {2}app\/db\.py is written\n/);
	expect(text).toContain("Go on: bootmend resume");
	const { sessions } = JSON.parse((await bootmend(folder.root, "status", "--json")).stdout);
	expect(sessions[0]).toMatchObject({ state: "interrupted", interrupted: { files: [{ path: "app/db.py", standing: "after" }] } });
	folder.write("app/db.py", "mine = 1\n");
	expect((await bootmend(folder.root, "status")).stdout).toContain("app/db.py was changed since, and is left as it is");
	folder.write("app/db.py", written);

	const next = await openTestSession(folder.root);
	expect(next.state.resumedFrom).toMatch(/that is finished now/);
	await next.close();
	expect((await bootmend(folder.root, "status", "--json")).stdout).toContain('"interrupted": null');
	expect(folder.read("app/db.py")).toBe(written);
});
