import { expect, test } from "vitest";
import { readWithTools } from "../../scripts/manifests/owning-tools.ts";
import { rowsOfTool, withHttpx } from "../project/manifests/shape-rows.ts";
import recorded from "../project/manifests/shapes.json" with { type: "json" };
import { shapes } from "../project/manifests/shapes.ts";

const record: Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>> = recorded;

/** What uv does not take: an address that is out of reach, a requirement broken in its middle, a project without a version. */
const refused = new Set(["uv: a repository", "uv: continued lines", "uv: hatch"]);

test("each tool that installs from a manifest reads it as recorded, and after an edit one package more", async () => {
	const answers = await readWithTools(shapes.flatMap((shape) => [shape, withHttpx(shape)]));
	const readings = shapes.flatMap(({ name }, index) =>
		Object.entries(answers[2 * index] ?? {}).map(([tool, before]) => ({
			reading: `${tool}: ${name}`,
			before: typeof before === "string" ? before : rowsOfTool(before),
			after: afterEdit(answers[2 * index + 1]?.[tool] ?? "not read"),
			expected: record[name],
		})),
	);
	const rejected = readings.filter(({ before }) => typeof before === "string");
	expect(new Set(rejected.map(({ reading }) => reading))).toEqual(refused);
	for (const { reading, before, after, expected } of readings.filter((each) => !rejected.includes(each)))
		expect({ reading, before, after }).toEqual({ reading, ...expected });
	expect(readings.length - rejected.length).toBeGreaterThan(140);
});

function afterEdit(answer: Parameters<typeof rowsOfTool>[0] | string): unknown {
	return typeof answer === "string" ? answer : rowsOfTool(answer);
}
