/**
 * Breaks sound backends in every way that the operators know, boots each mutant for real, and prints how often bootmend was right.
 * `npm run bench:mutants -- [BACKEND…] [--seed S] [--count N] [--operator NAME]… [--slips N]`; a BACKEND is part of the name of a case below
 * `fixtures/decoys`, or a folder with `--python P --target MODULE:APP [--cwd FOLDER] [--env-file F]`; without one, the bundled ones.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopPostgres } from "../boot/prove.ts";
import { type Backend, bundledBackends, readBackends } from "./backend.ts";
import { combine, type Mutant, makeMutants, mutate } from "./generate.ts";
import { describeTrial, faultOf, summarise, type Tried } from "./summary.ts";
import { tryBackend } from "./try-backend.ts";

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		python: { type: "string" },
		target: { type: "string", default: "app.main:app" },
		cwd: { type: "string", default: "" },
		"env-file": { type: "string" },
		seed: { type: "string", default: "1" },
		count: { type: "string", default: "20" },
		operator: { type: "string", multiple: true, default: [] },
		/** How many slips a mutant carries. */
		slips: { type: "string", default: "1" },
		/** A folder that gets the files of each mutant that bootmend was wrong about. */
		keep: { type: "string" },
	},
});

const options = {
	python: values.python ?? null,
	target: values.target,
	workingDirectory: values.cwd,
	environmentFile: values["env-file"] ?? null,
};
const backends = positionals.length === 0 ? bundledBackends() : positionals.flatMap((word) => readBackends(word, options));
const slips = Number(values.slips);
const wanted = { seed: Number(values.seed), count: Number(values.count) * slips, operators: values.operator };
const tried: Tried[] = [];
for (const backend of backends) await tryMutants(backend);
await stopPostgres();
process.stdout.write(summarise(tried));

async function tryMutants(backend: Backend): Promise<void> {
	const name = backend.boot.name.replace(/^decoys\/(sound-backend\/)?/, "");
	const sound = await tryBackend(backend);
	if (sound.outcome.stage !== "boots") {
		process.stdout.write(`${name} does not boot as it is: ${sound.outcome.stage}: ${sound.outcome.error}\n`);
		return;
	}
	if (!sound.verdict.right) process.stdout.write(`${name}: FALSE ALARM as it is: ${sound.verdict.words}\n`);
	for (const [index, mutant] of combine(await makeMutants(backend, wanted), slips).entries()) {
		const mutated = mutate(backend, mutant);
		const one: Tried = { backend: name, mutant, trial: await tryBackend(mutated) };
		tried.push(one);
		const fault = faultOf(one);
		process.stdout.write(fault === null ? "." : `\n${describeTrial(one, backend)}`);
		if (fault !== null && values.keep !== undefined) keep(join(values.keep, `${name}-${wanted.seed}-${index}`), mutated, mutant);
	}
	process.stdout.write("\n");
}

function keep(folder: string, { boot }: Backend, mutant: Mutant): void {
	for (const path of Object.keys(mutant.files)) {
		const content = boot.files.get(path);
		if (content === undefined) continue;
		mkdirSync(join(folder, path, ".."), { recursive: true });
		writeFileSync(join(folder, path), content);
	}
}
