import { createServer } from "node:net";

/** A TCP port of the loopback interface that nobody listens on now. Rejects where the machine has none. */
export function findFreePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const listener = createServer();
		listener.on("error", reject);
		listener.listen(0, "127.0.0.1", () => {
			const address = listener.address();
			const port = typeof address === "object" && address !== null ? address.port : 0;
			listener.close(() => resolve(port));
		});
	});
}
