import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { fixtures } from "../../scripts/boot/corpus.ts";
import { prepareView } from "../../scripts/boot/environments.ts";
import { run } from "../../src/cli/run.ts";

/** What importlib.metadata says of each distribution: its version, and which others require it here, by normalised name. */
const introspection = `
import importlib.metadata, json, re
from packaging.requirements import Requirement

def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()

installed = {normal(each.metadata["Name"]): each for each in importlib.metadata.distributions()}
rows = {name: {"installed": each.version, "required_by": []} for name, each in installed.items()}
for name, each in installed.items():
    for text in each.requires or []:
        required = Requirement(text)
        if required.marker is None or required.marker.evaluate({"extra": ""}):
            rows.get(normal(required.name), {"required_by": []})["required_by"].append(name)
print(json.dumps(rows))
`;

interface Row {
	readonly name: string;
	readonly installed: string | null;
	readonly required_by: readonly string[];
}

test("bootmend deps says of the bundled backend's environment what Python says of it", async () => {
	const backend = join(fixtures, "projects/todo-fixed/backend");
	const manifest = join(backend, "requirements.txt");
	const view = await prepareView({ pool: "2026", manifest, also: ["packaging"], without: [] });
	const said: Readonly<Record<string, Omit<Row, "name">>> = JSON.parse(
		execFileSync(view.python, ["-c", introspection], { encoding: "utf8" }),
	);
	const { packages } = await listDependencies(backend, view.python);
	expect(packages.length).toBeGreaterThan(9);
	for (const { name, installed, required_by } of packages) {
		const known = said[name.toLowerCase().replace(/[-_.]+/g, "-")];
		expect({ name, installed }).toEqual({ name, installed: known?.installed ?? null });
		// What Python requires without any extra asked for is the least; bootmend counts the extras that are declared as well.
		expect(required_by.map((each) => each.toLowerCase().replace(/[-_.]+/g, "-"))).toEqual(
			expect.arrayContaining(known?.required_by.toSorted() ?? []),
		);
	}
});

async function listDependencies(folder: string, python: string): Promise<{ readonly packages: readonly Row[] }> {
	let text = "";
	const sink = (take: (chunk: string) => void) =>
		new Writable({
			write(chunk: Buffer, _encoding, done) {
				take(chunk.toString("utf8"));
				done();
			},
		});
	await run(["deps", folder, "--format", "json", "--python", python], {
		// Commands only write to these two, which any writable can stand for.
		stdout: sink((chunk) => {
			text += chunk;
		}) as unknown as NodeJS.WriteStream,
		stderr: sink(() => {}) as unknown as NodeJS.WriteStream,
		stdin: process.stdin,
		env: { HOME: process.env.HOME, PATH: process.env.PATH },
		cwd: () => folder,
	});
	return JSON.parse(text);
}
