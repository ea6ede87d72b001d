import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { userCacheFolder, writeCacheFile } from "./user-cache.ts";

/**
 * Runs a bundled CommonJS program with the machine code that V8 kept of an earlier run, which saves a third of a short
 * run's time (https://nodejs.org/docs/latest-v20.x/api/vm.html#scriptcreatecacheddata). The code is looked for beside the
 * program, where the build leaves it, then in the user's cache folder, where it is put when another Node made the first.
 * The program is given `loadModule` beside what CommonJS gives: `import()` of a file URL. V8 refuses code that is not of this very source, version and flags; the program then runs as if there were none.
 */
export function runCompiled(program: string): void {
	const bundled = readBytes(`${program}.code`);
	const first = compile(program, bundled);
	if (bundled !== undefined && first.cachedDataRejected === false) {
		runQuickly(first, program);
		return;
	}
	const kept = keptCode(program);
	const second = kept === null ? first : compile(program, readBytes(kept));
	if (kept === null || second.cachedDataRejected === false) {
		runQuickly(second, program);
		return;
	}
	process.once("exit", () => writeCacheFile(kept, second.createCachedData()));
	run(second, program);
}

/** The build leaves nothing but ASCII in a program, so its bytes are its characters. */
function compile(program: string, cachedData: Buffer | undefined): Script {
	const source = `(function (exports, require, module, __filename, __dirname, loadModule) {${readFileSync(program, "latin1")}\n})`;
	return new Script(source, { filename: program, ...(cachedData === undefined ? {} : { cachedData }) });
}

function run(script: Script, program: string): void {
	const module = { exports: {} };
	script.runInThisContext()(module.exports, createRequire(program), module, program, dirname(program), loadModule);
}

/**
 * Runs it under the flags that suit a program of a second or two. V8 refuses code that was kept under other flags than those
 * of the reader, so they are set only once it is read, and not at all in a run that leaves code behind.
 */
function runQuickly(script: Script, program: string): void {
	for (const name of usualBuiltins) createRequire(program)(name);
	for (const flag of quickFlags) setFlagsFromString(flag);
	run(script, program);
}

/** What nearly every audit uses of Node. Node keeps compiled code of them too, and V8 refuses that under other flags, which takes twice as long. */
const usualBuiltins = ["node:crypto", "node:net", "node:zlib"];

const quickFlags = [
	// By how much the space of young objects grows when what it holds survives: usually twice. An audit keeps most of what it makes until it ends, so it is the more often copied the slower that space grows.
	"--semi-space-growth-factor=16",
	// Bytes of bytecode that a function runs before it is optimised: usually about 132 KB. An audit ends before most of that work could pay, that of a thousand files too.
	"--interrupt-budget=1000000",
];

/** A script that was compiled ahead cannot use `import()` of its own. */
function loadModule(specifier: string): Promise<unknown> {
	return import(specifier);
}

/** A new build, another Node or another machine has a file of its own; null without a cache folder. */
function keptCode(program: string): string | null {
	const folder = userCacheFolder();
	if (folder === null) return null;
	const { size, mtimeMs } = statSync(program);
	return join(folder, "code", `${size}-${Math.trunc(mtimeMs)}-${process.versions.v8}-${process.arch}`);
}

function readBytes(path: string): Buffer | undefined {
	try {
		return readFileSync(path);
	} catch {
		return undefined;
	}
}
