import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestFolder, testRepository } from "./repository.ts";

/** What the fix of every state mends: the second line of `app/db.py`. */
export const treeFiles = {
	".gitignore": ".env\nlocal.py\n",
	"app/db.py": "import a\nx = BROKEN_US1_x\ny = 1\nz = 2\nw = 3\n",
	"notes.txt": "old\n",
};

/** A folder in some state of git. */
export interface PreparedTree {
	/** Where the session works; git is asked there too. */
	readonly root: string;
	/** The file with the fault, relative to the root. */
	readonly path: string;
	/** Variables of the environment while the session works. */
	readonly variables?: Readonly<Record<string, string>>;
	/** What happens between accepting and committing. */
	readonly beforeCommit?: () => void;
	readonly remove: () => void;
}

type Prepare = (folder: TestFolder) => Partial<Omit<PreparedTree, "remove">> | undefined;

const database = treeFiles["app/db.py"];
const otherLine = database.replace("w = 3", "w = 30");
const sameLine = database.replace("x = BROKEN_US1_x", "x = BROKEN_US1_x  # mine");

function hook(folder: TestFolder, name: string, script: string, place = ".git/hooks"): void {
	folder.write(`${place}/${name}`, `#!/bin/sh\n${script}\n`);
	chmodSync(join(folder.root, place, name), 0o755);
}

/** Sets what is not staged aside while its hooks run, and brings it back, as https://pre-commit.com does. */
function frameworkHook(folder: TestFolder, hooks: string): void {
	const aside = "git diff --ignore-submodules --binary --no-color --no-ext-diff > .git/aside";
	const clear = "git -c submodule.recurse=0 checkout -- .";
	const apply = "git apply --whitespace=nowarn .git/aside";
	// Where the hooks have changed the lines beside, their changes give way.
	const back = `test ! -s .git/aside || ${apply} 2>/dev/null || { ${clear}; ${apply}; }`;
	hook(folder, "pre-commit", `${aside}\n${clear}\n{ ${hooks}; }\nsaid=$?\n${back}\nexit $said`);
}

/** Commits whose merge (or rebase, or cherry-pick) stops at a conflict in `notes.txt`. */
function conflicting(folder: TestFolder, ...command: readonly string[]): void {
	folder.git("switch", "-q", "-c", "other");
	folder.write("notes.txt", "theirs\n");
	folder.git("commit", "-q", "-am", "Theirs");
	folder.git("switch", "-q", "main");
	folder.write("notes.txt", "ours\n");
	folder.git("commit", "-q", "-am", "Ours");
	try {
		folder.git(...command);
	} catch {
		// That it stops is what is wanted.
	}
}

function clone(folder: TestFolder, ...options: readonly string[]): string {
	const root = join(folder.root, "clone");
	folder.git("clone", "-q", ...options, `file://${folder.root}/.git`, root);
	folder.git("-C", root, "config", "user.name", "Test Person");
	folder.git("-C", root, "config", "user.email", "person@example.com");
	return root;
}

const states: Readonly<Record<string, Prepare>> = {
	clean: () => undefined,
	"changed elsewhere in the file": (folder) => void folder.write("app/db.py", otherLine),
	"changed in the same line": (folder) => void folder.write("app/db.py", sameLine),
	"staged elsewhere in the file": (folder) => {
		folder.write("app/db.py", otherLine);
		folder.git("add", "app/db.py");
		return undefined;
	},
	"staged in the same line": (folder) => {
		folder.write("app/db.py", sameLine);
		folder.git("add", "app/db.py");
		return undefined;
	},
	"partially staged": (folder) => {
		folder.write("app/db.py", otherLine);
		folder.git("add", "app/db.py");
		folder.write("app/db.py", otherLine.replace("z = 2", "z = 20"));
		return undefined;
	},
	"another file staged": (folder) => {
		folder.write("notes.txt", "new\n");
		folder.git("add", "notes.txt");
		return undefined;
	},
	"another file untracked": (folder) => void folder.write("mine.txt", "mine\n"),
	"the file untracked": (folder) => {
		folder.git("rm", "-q", "--cached", "app/db.py");
		folder.git("commit", "-q", "-m", "Forget it");
		return undefined;
	},
	"the file ignored": (folder) => {
		folder.write("local.py", database);
		folder.write("app/db.py", "import a\n");
		folder.git("commit", "-q", "-am", "Mended");
		return { path: "local.py" };
	},
	"deleted in the index": (folder) => void folder.git("rm", "-q", "--cached", "app/db.py"),
	"renamed and staged": (folder) => {
		folder.git("mv", "app/db.py", "app/database.py");
		return { path: "app/database.py" };
	},
	"added and not committed": (folder) => {
		folder.write("app/new.py", database);
		folder.write("app/db.py", "import a\n");
		folder.git("commit", "-q", "-am", "Mended");
		folder.git("add", "app/new.py");
		return { path: "app/new.py" };
	},
	"intent to add": (folder) => {
		folder.write("app/new.py", database);
		folder.write("app/db.py", "import a\n");
		folder.git("commit", "-q", "-am", "Mended");
		folder.git("add", "--intent-to-add", "app/new.py");
		return { path: "app/new.py" };
	},
	"detached HEAD": (folder) => void folder.git("checkout", "-q", "--detach"),
	"unborn branch": (folder) => {
		folder.git("switch", "-q", "--orphan", "fresh");
		folder.write("app/db.py", database);
		return undefined;
	},
	"no git repository": (folder) => void rmSync(join(folder.root, ".git"), { recursive: true }),
	"no git command": () => ({ variables: { PATH: "/nowhere" } }),
	"no identity": (folder) => {
		folder.git("config", "--remove-section", "user");
		folder.git("config", "user.useConfigOnly", "true");
		return { variables: { GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" } };
	},
	worktree: (folder) => {
		folder.git("worktree", "add", "-q", "-b", "side", "tree");
		return { root: join(folder.root, "tree") };
	},
	"inside a submodule": (folder) => {
		const inner = testRepository(treeFiles);
		folder.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root, "service");
		folder.git("commit", "-q", "-m", "Add the service");
		inner.remove();
		const root = join(folder.root, "service");
		folder.git("-C", root, "config", "user.name", "Test Person");
		folder.git("-C", root, "config", "user.email", "person@example.com");
		return { root };
	},
	"above a submodule": (folder) => {
		const inner = testRepository(treeFiles);
		folder.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root, "service");
		folder.write("app/db.py", "import a\n");
		folder.git("commit", "-q", "-am", "Add the service");
		inner.remove();
		return { path: "service/app/db.py" };
	},
	"beside a submodule": (folder) => {
		const inner = testRepository({ "lib.txt": "lib\n" });
		folder.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.root, "lib");
		folder.git("commit", "-q", "-m", "Add a library");
		inner.remove();
		folder.write("lib/lib.txt", "changed\n");
		return undefined;
	},
	"a folder of a monorepo": (folder) => {
		folder.write("services/api/app/db.py", database);
		folder.write("app/db.py", "import a\n");
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "More services");
		folder.write("notes.txt", "new\n");
		return { path: "services/api/app/db.py" };
	},
	"sparse checkout": (folder) => {
		folder.write("docs/long.txt", "long\n");
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "Documents");
		folder.git("sparse-checkout", "set", "--cone", "app");
		return undefined;
	},
	"shallow clone": (folder) => {
		folder.git("commit", "-q", "--allow-empty", "-m", "More");
		return { root: clone(folder, "--depth", "1") };
	},
	"core.autocrlf=true": (folder) => {
		folder.git("config", "core.autocrlf", "true");
		rmSync(join(folder.root, "app/db.py"));
		folder.git("checkout", "-q", "--", "app/db.py");
		return undefined;
	},
	"core.autocrlf=input": (folder) => {
		folder.git("config", "core.autocrlf", "input");
		folder.write("app/db.py", database.replaceAll("\n", "\r\n"));
		// Git notes that nothing but the line ends differs.
		folder.git("add", "app/db.py");
		return undefined;
	},
	".gitattributes eol=crlf": (folder) => {
		folder.write(".gitattributes", "*.py text eol=crlf\n");
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "Line endings");
		rmSync(join(folder.root, "app/db.py"));
		folder.git("checkout", "-q", "--", "app/db.py");
		return undefined;
	},
	"clean and smudge filter": (folder) => {
		folder.git("config", "filter.shout.clean", "sed 's/^Y = /y = /'");
		folder.git("config", "filter.shout.smudge", "sed 's/^y = /Y = /'");
		folder.write(".gitattributes", "*.py filter=shout\n");
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "Filter");
		rmSync(join(folder.root, "app/db.py"));
		folder.git("checkout", "-q", "--", "app/db.py");
		folder.write("app/db.py", folder.read("app/db.py").replace("w = 3", "w = 30"));
		return undefined;
	},
	"a filter that fails": (folder) => {
		folder.write(".gitattributes", "*.py filter=gone\n");
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "Filter");
		folder.git("config", "filter.gone.clean", "false");
		folder.git("config", "filter.gone.required", "true");
		// Git has to ask the filter then, and cannot say how the file stands.
		utimesSync(join(folder.root, "app/db.py"), 0, 0);
		return undefined;
	},
	"pre-commit hook that fails": (folder) => void hook(folder, "pre-commit", "echo 'black says no' >&2\nexit 1"),
	"pre-commit hook that changes and adds the file": (folder) =>
		void hook(folder, "pre-commit", "sed -i 's/^y = 1$/y = 1.0/' app/db.py\ngit add app/db.py"),
	"pre-commit hook that changes the file and fails": (folder) =>
		void hook(folder, "pre-commit", "grep -q 'y = 1.0' app/db.py && exit 0\nsed -i 's/^y = 1$/y = 1.0/' app/db.py\nexit 1"),
	"pre-commit framework, with uncommitted changes": (folder) => {
		frameworkHook(folder, "true");
		folder.write("app/db.py", otherLine);
		return undefined;
	},
	"pre-commit framework with a hook that changes the file, uncommitted changes beside": (folder) => {
		frameworkHook(folder, "! grep -q 'y = 1$' app/db.py || { sed -i 's/^y = 1$/y = 1.0/' app/db.py; false; }");
		folder.write("app/db.py", otherLine);
		return undefined;
	},
	"commit-msg hook that refuses": (folder) => void hook(folder, "commit-msg", "echo 'no ticket' >&2\nexit 1"),
	"commit-msg hook that adds a line": (folder) => void hook(folder, "commit-msg", 'echo "Ticket: A-1" >> "$1"'),
	"core.hooksPath": (folder) => {
		hook(folder, "pre-commit", "echo 'house rules' >&2\nexit 1", "hooks");
		folder.git("config", "core.hooksPath", "hooks");
		return undefined;
	},
	"signing that fails": (folder) => {
		folder.git("config", "commit.gpgsign", "true");
		folder.git("config", "gpg.program", "false");
		return undefined;
	},
	"locked index": (folder) => ({ beforeCommit: () => folder.write(".git/index.lock", "") }),
	"merge in progress": (folder) => void conflicting(folder, "merge", "-q", "other"),
	"rebase in progress": (folder) => void conflicting(folder, "rebase", "-q", "other"),
	"cherry-pick in progress": (folder) => void conflicting(folder, "cherry-pick", "other"),
	"conflict left by a stash": (folder) => {
		folder.write("app/db.py", otherLine);
		folder.git("stash", "-q");
		folder.write("app/db.py", database.replace("w = 3", "w = 300"));
		folder.git("commit", "-q", "-am", "Mine");
		try {
			folder.git("stash", "pop", "-q");
		} catch {
			// That it stops is what is wanted.
		}
		return undefined;
	},
	"commit template": (folder) => {
		folder.write(".git/template", "# Say why.\n\nTicket: A-1\n");
		folder.git("config", "commit.template", ".git/template");
		return undefined;
	},
	"symlinked root": (folder) => {
		const place = realpathSync(mkdtempSync(join(tmpdir(), "bootmend-link-")));
		symlinkSync(folder.root, join(place, "project"));
		return { root: join(place, "project") };
	},
	"the file is a symlink": (folder) => {
		folder.write("shared/db.py", database);
		rmSync(join(folder.root, "app/db.py"));
		symlinkSync("../shared/db.py", join(folder.root, "app/db.py"));
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "Share it");
		return { path: "shared/db.py" };
	},
	"a path with blanks, letters and a line break": (folder) => {
		const path = 'ap p/dätä "b"\n.py';
		folder.write(path, database);
		folder.write("app/db.py", "import a\n");
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "Odd names");
		return { path };
	},
	"assume-unchanged": (folder) => void folder.git("update-index", "--assume-unchanged", "app/db.py"),
	"skip-worktree": (folder) => void folder.git("update-index", "--skip-worktree", "app/db.py"),
	"long history": (folder) => {
		const commits = Array.from({ length: 10_000 }, (_, i) => {
			const from = i === 0 ? "from refs/heads/main^0\n" : "";
			return `commit refs/heads/main\ncommitter P <p@example.com> ${1_700_000_000 + i} +0000\ndata 1\n.\n${from}\n`;
		});
		execFileSync("git", ["fast-import", "--quiet"], { cwd: folder.root, input: commits.join("") });
		return undefined;
	},
	"core.fileMode=false": (folder) => {
		folder.git("config", "core.fileMode", "false");
		chmodSync(join(folder.root, "app/db.py"), 0o755);
		return undefined;
	},
	"split index": (folder) => void folder.git("update-index", "--split-index"),
	"SHA-256 repository": (folder) => {
		rmSync(join(folder.root, ".git"), { recursive: true });
		folder.git("init", "-q", "-b", "main", "--object-format=sha256");
		folder.git("config", "user.name", "Test Person");
		folder.git("config", "user.email", "person@example.com");
		folder.git("add", "-A");
		folder.git("commit", "-q", "-m", "Begin");
		folder.write("app/db.py", otherLine);
		return undefined;
	},
};

/** The names of all states. */
export const stateNames: readonly string[] = Object.keys(states);

/** Builds a repository and brings it into one of the states. */
export function prepareTree(name: string): PreparedTree {
	const folder = testRepository(treeFiles);
	const prepared = states[name]?.(folder) ?? {};
	return { root: folder.root, path: "app/db.py", ...prepared, remove: folder.remove };
}
