import { afterEach } from "vitest";
import type { SessionOptions } from "../../../src/session/open-session.ts";
import type { Session } from "../../../src/session/session.ts";
import * as repository from "./repository.ts";

export { accepting, type TestFolder } from "./repository.ts";

const sessions: Session[] = [];
const folders: repository.TestFolder[] = [];

// What a test opens ends with it, however it ends.
afterEach(async () => {
	for (const session of sessions.splice(0)) await session.close();
	for (const folder of folders.splice(0)) folder.remove();
});

/** A backend with a fault of each story: two in one file, one in a file that git ignores. */
export const markedBackend = {
	".gitignore": ".env\n",
	".env": "URL=BROKEN_US2_url\n",
	"app/db.py": "import a\nx = BROKEN_US1_x\ny = 1\nz = 2\nw = BROKEN_US2_w\n",
	"app/main.py": "m = BROKEN_US3_m\n",
};

/** A git repository whose one commit holds `files`, for the length of a test. */
export function testRepository(files: Readonly<Record<string, string | Buffer>>): repository.TestFolder {
	return kept(repository.testRepository(files));
}

/** A plain folder without git, for the length of a test. */
export function testFolder(files: Readonly<Record<string, string | Buffer>>): repository.TestFolder {
	return kept(repository.testFolder(files));
}

/** Opens a session with the marked audit, for the length of a test. */
export async function openTestSession(root: string, options: Partial<SessionOptions> = {}): Promise<Session> {
	const session = await repository.openTestSession(root, options);
	sessions.push(session);
	return session;
}

function kept(folder: repository.TestFolder): repository.TestFolder {
	folders.push(folder);
	return folder;
}
