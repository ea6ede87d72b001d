import { request } from "node:http";

/** One request to a server on this machine. */
export interface HttpRequest {
	readonly method: string;
	/** Path with its query. */
	readonly path: string;
	/** JSON text, or null for none. */
	readonly body: string | null;
}

export interface HttpAnswer {
	readonly status: number;
	/** Its beginning, where it is long or does not end. */
	readonly body: string;
	readonly contentType: string;
}

/** Bytes kept of a body, and how long to wait for its rest once it has begun, in milliseconds. */
const longestBody = 1 << 24;
const bodyLimit = 2_000;

/** Asks a server on the loopback interface; null where it gives no answer in time (`limit` in milliseconds). Redirects are not followed. */
export function askServer(port: number, asked: HttpRequest, limit: number): Promise<HttpAnswer | null> {
	return new Promise((resolve) => {
		const sent = request({
			host: "127.0.0.1",
			port,
			method: asked.method,
			path: asked.path,
			agent: false,
			headers: {
				accept: "application/json, */*",
				connection: "close",
				...(asked.body === null ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(asked.body) }),
			},
		});
		const timer = setTimeout(() => sent.destroy(), limit);
		const settle = (answer: HttpAnswer | null): void => {
			clearTimeout(timer);
			resolve(answer);
			sent.destroy();
		};
		sent.on("error", () => settle(null));
		sent.on("close", () => settle(null));
		sent.on("response", (response) => {
			const chunks: Buffer[] = [];
			let size = 0;
			const finish = (): void =>
				settle({
					status: response.statusCode ?? 0,
					body: Buffer.concat(chunks).toString("utf8"),
					contentType: response.headers["content-type"] ?? "",
				});
			const waited = setTimeout(finish, bodyLimit);
			waited.unref();
			response.on("data", (chunk: Buffer) => {
				chunks.push(chunk);
				size += chunk.length;
				if (size > longestBody) finish();
			});
			response.on("end", finish);
			response.on("error", finish);
		});
		sent.end(asked.body ?? undefined);
	});
}
