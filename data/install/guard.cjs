// Runs a program for bootmend and ends it, with everything that it started, when bootmend ends, in whatever way.
// Arguments: the program and its own. Standard input is the lifeline: at its end the program is asked to end, and killed a moment later.
// Descriptor 3 hears why the program could not be started.
const { spawn } = require("node:child_process");
const { mkdtempSync, rmSync, writeSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

/** How long a program may take to end after it was asked to, in milliseconds. */
const patience = 3_000;

const [program, ...args] = process.argv.slice(2);
// An installer that is killed leaves its temporary files behind, so it gets a folder for them that goes with it.
const temporary = makeTemporaryFolder();
process.on("exit", () => temporary !== null && rmSync(temporary, { recursive: true, force: true, maxRetries: 3 }));
const child = spawn(program, args, {
	stdio: ["ignore", "inherit", "inherit"],
	detached: process.platform !== "win32",
	env: temporary === null ? process.env : { ...process.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary },
});

child.on("error", (error) => {
	writeSync(3, error.message);
	process.exit(127);
});
child.on("exit", (status) => {
	// What it started may go on in its group when it was asked to end; nothing of it is to be left.
	if (isEnding) end("SIGKILL");
	process.exit(status ?? 1);
});

let isEnding = false;
process.stdin.on("close", () => {
	isEnding = true;
	end("SIGTERM");
	setTimeout(() => end("SIGKILL"), patience);
});
process.stdin.resume();
// The lifeline alone decides: a ^C of the terminal reaches bootmend, which then lets go of it.
for (const signal of ["SIGINT", "SIGHUP", "SIGTERM"]) process.on(signal, () => {});

function end(signal) {
	try {
		if (process.platform === "win32") child.kill(signal);
		else process.kill(-child.pid, signal);
	} catch {
		// It has ended already.
	}
}

function makeTemporaryFolder() {
	try {
		return mkdtempSync(join(tmpdir(), `bootmend-install-${process.pid}-`));
	} catch {
		return null;
	}
}
