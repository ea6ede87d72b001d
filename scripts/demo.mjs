// `npm start`: the wizard on a fresh copy of the bundled broken backend. Without a terminal the audit is printed instead.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
removeOldCopies();
const copy = join(mkdtempSync(join(tmpdir(), `bootmend-demo-${process.pid}-`)), "todo");
cpSync(join(root, "fixtures/projects/todo-broken"), copy, { recursive: true });
const hasGit = makeRepository(copy);

console.error(`A broken backend to try it on is in ${copy}${hasGit ? ", a git repository with one commit" : ""}.`);
const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
const args = isTerminal ? [copy, ...process.argv.slice(2)] : ["audit", copy, ...process.argv.slice(2)];
if (!isTerminal) console.error("There is no terminal here for the wizard, so this is the audit of it.\n");
const { status, signal } = spawnSync(process.execPath, [join(root, "dist/cli.js"), ...args], { stdio: "inherit" });
if (isTerminal)
	console.error(
		`\nThe copy stays in ${copy} until the next npm start: look at it with git log there.\nAs long as bootmend is not linked (npm link), it is called so: cd ${copy} && node ${join(root, "dist/cli.js")} resume`,
	);
// The audit's "there is something to mend" is what the demonstration is about, and no failure of it.
process.exitCode = signal ? 1 : status === 1 && !isTerminal ? 0 : (status ?? 1);

/** The copies of earlier runs go; the name of each says which process it belongs to. */
function removeOldCopies() {
	for (const name of readdirSync(tmpdir())) {
		const owner = /^bootmend-demo-(\d+)-/.exec(name)?.[1];
		if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
	}
}

function isAlive(pid) {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return error.code !== "ESRCH";
	}
}

/** One commit of everything that the copy's .gitignore lets in. An identity of its own is set where the person has none. */
function makeRepository(folder) {
	const git = (...args) => execFileSync("git", args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
	try {
		git("init", "--quiet");
		for (const [name, value] of [
			["user.name", "bootmend demo"],
			["user.email", "demo@bootmend.invalid"],
		]) {
			if (!isSet(git, name)) git("config", name, value);
		}
		git("add", "--all");
		git("-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--message", "The backend as it was found");
		return true;
	} catch {
		return false;
	}
}

function isSet(git, name) {
	try {
		return git("config", name).trim() !== "";
	} catch {
		return false;
	}
}
