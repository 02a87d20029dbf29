/** A mail server on loopback for the running test: a real one, which keeps what it takes. */
import type { AddressInfo, Socket } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { onTestFinished } from "vitest";

export interface ReceivedMail {
  to: string[];
  secure: boolean;
  user: string | undefined;
  text: string;
}
/** `loses`: so many mails are taken, and the connection ends before the server says so. */
export type MailServerOptions = SMTPServerOptions & { loses?: number };

export async function mailServer({
  loses = 0,
  ...options
}: MailServerOptions = {}): Promise<{ port: number; received: ReceivedMail[] }> {
  const received: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  let left = loses;
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: true,
    closeTimeout: 1_000,
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const { secure, user } = session;
        received.push({ to, secure, user, text: Buffer.concat(chunks).toString() });
        if (left-- <= 0) return callback();
        for (const socket of sockets) socket.destroy();
      });
    },
    ...options,
  });
  server.on("error", () => undefined);
  server.server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port: (server.server.address() as AddressInfo).port, received };
}
